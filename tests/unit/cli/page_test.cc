#include "cli/page.h"

#include <gtest/gtest.h>

#include "cli/entries.h"
#include "cli/pages.h"
#include "core/expr/builtins.h"
#include "pipelines/options.h"
#include "tests/support/fake_stages.h"

namespace leat {
namespace {

Tables tables() { return {fake::catalog(), codecs(), commands()}; }

TEST(Page, TextIsFilledAndIndented) {
  Page page{"leat-x", 1, "do x", {"leat x N"}, {}, {}};
  page.sections = {
      {"Options", {entries({{"N", "how many"}, {"--a-rather-long-option VALUE", "one two three four five six seven eight nine ten"}})}},
      {"Notes", {paragraph("a b"), literal("kept\n  as is")}}};
  EXPECT_EQ(as_text(page, 50),
            "leat x N\n\n  do x\n\n"
            "Options\n"
            "  N                     how many\n"
            "  --a-rather-long-option VALUE\n"
            "                        one two three four five\n"
            "                        six seven eight nine ten\n"
            "\nNotes\n  a b\n\n    kept\n      as is\n");
}

TEST(Page, RoffEscapesWhatRoffWouldRead) {
  Page page{"leat-x", 1, "do x", {}, {}, {"leat(1)"}};
  page.sections = {{"Notes", {paragraph(".hidden \\n 'x' --by a^b"), literal("'quote\n.dot")}}};
  EXPECT_EQ(as_roff(page, "1.2", "2026-11-21"),
            ".TH \"LEAT\\-X\" 1 2026-11-21 \"leat 1.2\" \"leat manual\"\n.nh\n.ad l\n.SH NAME\nleat\\-x \\- do x\n"
            ".SH \"NOTES\"\n\\&.hidden \\en \\(aqx\\(aq \\-\\-by a\\(hab\n"
            ".PP\n.RS 4\n.nf\n\\(aqquote\n\\&.dot\n.fi\n.RE\n"
            ".SH \"SEE ALSO\"\n.BR leat (1)\n");
}

TEST(Page, ProseFallsIntoBlocks) {
  const auto blocks = blocks_of("a\nb\n\n  kept\n  too\nc");
  ASSERT_EQ(blocks.size(), 3u);
  EXPECT_EQ(blocks[0].paragraph, "a b");
  EXPECT_EQ(blocks[1].literal, "kept\ntoo");
  EXPECT_EQ(blocks[2].paragraph, "c");
}

// No row of a table may be missing from the manual.
TEST(Manual, HoldsEveryOptionStageAndCommand) {
  const std::string main = as_text(main_page(tables())), stages = as_text(stages_page(tables())), file = as_text(pipeline_page(tables()));
  for (const auto table : {global_options(), source_options(), sink_options()})
    for (const auto& entry : option_entries(table)) EXPECT_NE(main.find("  " + entry.term), main.npos) << entry.term;
  for (const Option& option : global_options()) {
    EXPECT_EQ(file.find("  " + std::string(option.name) + ": ") != file.npos, !hidden(option)) << option.name;
  }
  EXPECT_EQ(main.find("batch-records"), main.npos);
  for (const StageSpec* stage : tables().stages) {
    EXPECT_NE(stages.find(usage_of(*stage)), stages.npos);
    EXPECT_TRUE(topic(stage->name, tables()));
    for (const auto& entry : option_entries(stage->options))
      EXPECT_NE(as_text(stage_page(*stage)).find("  " + entry.term), std::string::npos);
  }
  for (const Command& command : commands()) EXPECT_EQ(topic(command.name, tables()).has_value(), !command.summary.empty()) << command.name;
  const std::string language = as_text(expressions_page());
  for (const expr::Builtin& builtin : expr::builtins())
    EXPECT_NE(language.find("  " + std::string(builtin.usage)), language.npos) << builtin.usage;
  for (std::string_view name : topics()) EXPECT_TRUE(topic(name, tables())) << name;
  EXPECT_FALSE(topic("nothing", tables()));
}

TEST(Manual, UsageLines) {
  EXPECT_EQ(usage_of(*fake::stage("filter")), "leat filter EXPR [--reject]");
  EXPECT_EQ(usage_of(*fake::stage("route")), "leat route NAME=EXPR... [--all]");
  EXPECT_EQ(usage_of(*fake::stage("unbatch")), "leat unbatch");
  EXPECT_EQ(usage_of(*fake::stage("batch")), "leat batch [N] [--latency DURATION] [--bytes SIZE]");
}

// A stage's options stand beside ours on the command line and in files, so no name may mean two things.
TEST(Tables, NamesDoNotCollide) {
  const auto reserved = [](std::string_view name) {
    return name == "from" || name == "to" || name == "help" || find_option(identity_options(), name) != nullptr;
  };
  for (const StageSpec* stage : stage_catalog()) {
    EXPECT_FALSE(find_option(identity_options(), stage->name) || find_option(guard_options(), stage->name)) << stage->name;
    for (const char* command :
         {"run",     "check", "explain", "graph", "list", "help", "schema", "init",  "fmt", "expr",    "bench", "test",
          "journal", "hub",   "pub",     "sub",   "req",  "top",  "tap",    "trace", "ctl", "version", "then",  "dlq"})
      EXPECT_NE(stage->name, command);
    for (const Option& option : stage->options) {
      EXPECT_FALSE(reserved(option.name)) << stage->name << " " << option.name;
      EXPECT_FALSE(takes_guards(*stage) && find_option(guard_options(), option.name)) << stage->name << " " << option.name;
      EXPECT_TRUE(option.fallback.empty() || read_word(option, option.fallback)) << stage->name << " " << option.name;
    }
  }
  for (const auto table : {global_options(), source_options(), sink_options()})
    for (const Option& option : table) {
      EXPECT_FALSE(reserved(option.name)) << option.name;
      EXPECT_TRUE(option.fallback.empty() || read_word(option, option.fallback)) << option.name;
    }
}

}  // namespace
}  // namespace leat
