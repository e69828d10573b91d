#include <gtest/gtest.h>

#include "cli/command.h"
#include "cli/load_argv.h"
#include "cli/schema.h"
#include "pipelines/options.h"
#include "tests/support/fake_stages.h"
#include "tests/support/outside.h"

namespace leat {
namespace {

fake::World world() {
  fake::World made;
  made.variables.values = {{"TOKEN", "s3cret"}};
  made.files = {{"p.yaml", "stages:\n- route: {e: .a}\n  id: r\nto: x\n"},
                {"bad.yaml", "stages:\n- fliter: .a\nmem: x\n"},
                {"secret.yaml", "from: 'tcp://${TOKEN}'\n"},
                {"b.yaml", "mem: 1MB\nfrom: a\n"}};
  return made;
}

Answer asked(std::string_view command, std::vector<std::string> words) {
  const fake::World made = world();
  const auto outside = made.outside();
  return find_command(command)->run({words, outside, fake::catalog(), codecs()});
}

TEST(Commands, ExplainGoesToTheOtherSpelling) {
  EXPECT_EQ(asked("explain", {"secret.yaml"}).out, "leat --from=\"tcp://${TOKEN}\"\n");
  EXPECT_EQ(asked("explain", {"--yaml", "secret.yaml"}).out, "from: 'tcp://${TOKEN}'\n");
  EXPECT_EQ(asked("explain", {"b.yaml", "--set", "mem=2MB", "--yaml"}).out, "mem: 2MB\nfrom: a\n");
  EXPECT_EQ(asked("explain", {"--mem", "1MB", "--from", "a"}).out, "mem: 1MB\nfrom: a\n");
}

TEST(Commands, MistakesInFilesAre78OnTheCommandLine2) {
  const Answer bad = asked("check", {"bad.yaml"});
  EXPECT_EQ(bad.status, 78);
  EXPECT_EQ(bad.err,
            "bad.yaml:2:3: stages[0]: there is no stage 'fliter' (did you mean filter?)\n"
            "bad.yaml:3:6: mem: wants a size such as 4096, 64KiB or 1MB, not 'x'\n");
  EXPECT_EQ(bad.out, "");
  const Answer unread = asked("check", {"p.yaml"});
  EXPECT_EQ(unread.err, "p.yaml:2:3: stages[0].route: nobody reads 'e' (a chain that does begins with from stage:r.e)\n");
  const Answer words = asked("check", {"fliter", ".a"});
  EXPECT_EQ(words.status, 2);
  EXPECT_EQ(words.err, "leat: there is no stage 'fliter' (did you mean filter?)\n");
  EXPECT_EQ(asked("check", {"fliter"}).status, 66);  // a word alone is a file
  EXPECT_EQ(asked("check", {"filter"}).status, 2);
  EXPECT_EQ(asked("check", {"filter"}).err, "leat: filter: wants EXPR\n");
  EXPECT_EQ(asked("check", {}).err, "leat: check: wants a FILE, or the words of a pipeline\n");
  EXPECT_EQ(asked("check", {"b.yaml", "c.yaml"}).err, "leat: check: no place for 'c.yaml'\n");
  EXPECT_EQ(asked("check", {"--bogus", "b.yaml"}).status, 2);
  EXPECT_EQ(asked("check", {"b.yaml"}).status, 0);
}

TEST(Commands, SettingsFilesFillInUnlessToldNotTo) {
  fake::World made = world();
  made.variables.values["HOME"] = "/home/u";
  made.files["/home/u/.config/leat/leat.toml"] = "[limits]\nmem = \"9MB\"\n[ends.e]\nurl = \"tcp://h:1\"\n";
  const auto outside = made.outside();
  const std::vector<std::string> words{"--to", "@e"}, bare{"--no-config", "--to", "x"};
  Loaded loaded = load_argv(words, fake::catalog());
  EXPECT_FALSE(judge(loaded, outside, codecs()));
  EXPECT_EQ(loaded.spec.globals.text("mem"), "9MB");
  EXPECT_EQ(loaded.spec.chains[0].to[0].url, "tcp://h:1");
  loaded = load_argv(bare, fake::catalog());
  EXPECT_FALSE(judge(loaded, outside, codecs()));
  EXPECT_FALSE(loaded.spec.globals.find("mem"));
  made.files["/etc/leat/leat.toml"] = "colr = 1\n";
  loaded = load_argv(words, fake::catalog());
  const auto refused = judge(loaded, outside, codecs());
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 78);
  EXPECT_EQ(refused->err, "/etc/leat/leat.toml:1:1: a settings file has no 'colr' (did you mean color?)\n");
}

TEST(Commands, RunPutsItsOptionsOverTheFile) {
  const fake::World made = world();
  const auto outside = made.outside();
  const std::vector<std::string> words{"b.yaml", "--set", "from=c", "--mem", "3MB", "--strict"};
  const RunCall call = find_command("run")->load({words, outside, fake::catalog(), codecs()});
  ASSERT_FALSE(call.answer);
  EXPECT_EQ(call.loaded.spec.globals.text("mem"), "3MB");
  EXPECT_TRUE(call.loaded.spec.globals.flag("strict"));
  EXPECT_EQ(call.loaded.spec.chains.at(0).from.at(0).url, "c");
  const std::vector<std::string> none{};
  EXPECT_EQ(find_command("run")->load({none, outside, fake::catalog(), codecs()}).answer->err, "leat: run: wants FILE\n");
}

TEST(Commands, BenchTakesAPipelineAsRunAndExplainDo) {
  const fake::World made = world();
  const auto outside = made.outside();
  const std::vector<std::string> chain{"--rounds", "3", "--json", "--mem", "1MB", "filter", ".a"};
  const RunCall words = find_command("bench")->load({chain, outside, fake::catalog(), codecs()});
  ASSERT_FALSE(words.answer);
  EXPECT_EQ(words.bench->count("rounds"), 3u);
  EXPECT_TRUE(words.bench->flag("json"));
  EXPECT_EQ(words.loaded.spec.globals.text("mem"), "1MB");
  EXPECT_EQ(words.loaded.spec.chains.at(0).stages.at(0).name, "filter");
  const std::vector<std::string> named{"--take", "7", "b.yaml", "--set", "from=c", "--mem", "3MB", "--for", "2s"};
  const RunCall file = find_command("bench")->load({named, outside, fake::catalog(), codecs()});
  ASSERT_FALSE(file.answer);
  EXPECT_EQ(file.bench->count("take"), 7u);
  EXPECT_EQ(file.bench->text("for"), "2s");
  EXPECT_EQ(file.loaded.spec.globals.text("mem"), "3MB");
  EXPECT_EQ(file.loaded.spec.chains.at(0).from.at(0).url, "c");
  const std::vector<std::string> none{};
  EXPECT_EQ(find_command("bench")->load({none, outside, fake::catalog(), codecs()}).answer->err,
            "leat: bench: wants a FILE, or the words of a pipeline\n");
}

TEST(Commands, HelpListAndVersion) {
  EXPECT_NE(asked("help", {"filter"}).out.find("leat filter EXPR [--reject]\n"), std::string::npos);
  const Answer unknown = asked("help", {"fliter"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_EQ(unknown.err, "leat: help knows nothing of 'fliter' (did you mean filter?)\n");
  EXPECT_EQ(asked("list", {}).out.substr(0, 33), "filter   a stage for tests\nmap   ");
  EXPECT_NE(asked("list", {"commands"}).out.find("explain"), std::string::npos);
  EXPECT_EQ(asked("list", {"x"}).status, 2);
  EXPECT_EQ(asked("version", {}).out.substr(0, 5), "leat ");
}

TEST(Schema, NamesEveryStageAndOption) {
  const std::string schema = pipeline_schema(fake::catalog(), codecs());
  for (const auto table : {global_options(), source_options(), sink_options(), guard_options(), identity_options()})
    for (const Option& option : table)
      EXPECT_EQ(schema.find("\"" + std::string(option.name) + "\": ") != schema.npos, !hidden(option)) << option.name;
  for (const StageSpec* stage : fake::catalog()) {
    EXPECT_NE(schema.find("\"" + std::string(stage->name) + "\": {"), schema.npos);
    for (const Option& option : stage->options)
      EXPECT_NE(schema.find("\"" + std::string(option.name) + "\": "), schema.npos) << option.name;
  }
}

}  // namespace
}  // namespace leat
