#include "cli/pages.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/entries.h"
#include "cli/prose.h"
#include "core/base/text.h"
#include "pipelines/kinds.h"
#include "pipelines/options.h"

namespace leat {
namespace {

Page::Section section(std::string title, std::vector<Page::Block> blocks) { return {std::move(title), std::move(blocks)}; }

// What it takes, where that is not everything.
std::string taken(const StageSpec& stage) {
  return stage.takes == RecordKind::any ? std::string()
                                        : fmt::format("It takes a {}; a record of another kind fails.", name_of(stage.takes));
}

// What nobody can foresee of it.
std::string chance(const StageSpec& stage) {
  return stage.random ? "There is chance in what leaves: of the same records it makes other bytes each time, --seed or not."
                      : std::string();
}

std::string example_text(const Example& example) {
  std::string out = fmt::format("leat {}", example.argv);
  const auto add = [&](std::string_view lines, std::string_view mark) {
    while (lines.ends_with('\n')) lines.remove_suffix(1);
    if (lines.empty()) return;
    for (std::string_view line : text::split(lines, '\n')) out += fmt::format("\n{}{}", mark, line);
  };
  if (!example.file.empty()) add(example.text, fmt::format("  {}: ", example.file));
  add(example.input, "  < ");
  add(example.output, "  > ");
  return out;
}

std::vector<Page::Block> stage_blocks(const StageSpec& stage) {
  std::vector<Page::Block> blocks = blocks_of(stage.details);
  if (!stage.options.empty()) blocks.push_back(entries(option_entries(stage.options)));
  return blocks;
}

Page::Block example_block(const StageSpec& stage) {
  std::string all;
  for (const Example& example : stage.examples) all += (all.empty() ? "" : "\n\n") + example_text(example);
  return literal(all);
}

// Of one that is a word behind another, leat-hub-stats.
std::string page_name(const Command& command) {
  std::string name = fmt::format("leat-{}", command.name);
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

// Stage names and summaries under the headings of their groups, in the catalog's order.
std::vector<Page::Block> stage_groups(std::span<const StageSpec* const> stages) {
  std::vector<Page::Block> blocks;
  std::string_view group;
  for (const StageSpec* stage : stages) {
    if (blocks.empty() || stage->group != group) blocks.push_back(entries({}));
    group = stage->group;
    blocks.back().entries.push_back({std::string(stage->name), std::string(stage->summary)});
  }
  return blocks;
}

Page::Section guards_section() {
  auto blocks = blocks_of(prose::kGuards);
  blocks.push_back(entries(prose::guards()));
  return section("Guards", std::move(blocks));
}

Page ends_page() {
  Page page{"leat-ends", 7, "sources and sinks", {"leat ... --from END [OPTION]... --to END [OPTION]..."}, {}, {}};
  page.sections = {section("Ends", {entries(prose::ends())}),
                   section("Options of a source", {entries(option_entries(source_options()))}),
                   section("Options of a sink", {entries(option_entries(sink_options()))}),
                   guards_section(),
                   section("Packed data", blocks_of(prose::kPacked)),
                   section("Binary values", blocks_of(prose::kValues)),
                   section("Syslog", blocks_of(prose::kSyslog)),
                   section("Files", blocks_of(prose::kFiles)),
                   section("SQLite", blocks_of(prose::kSqlite)),
                   section("Hubs", blocks_of(prose::kHubs)),
                   section("Delivery", blocks_of(prose::kDelivery))};
  return page;
}

Page codecs_page(const Tables& tables) {
  return {"leat-codecs",
          7,
          "how bytes and records become each other",
          {"leat --in CODEC --out CODEC ..."},
          {section("Codecs", {entries(codec_entries(tables.codecs))})},
          {}};
}

Page exit_page() {
  return {"leat-exit", 7, "what the exit status says", {}, {section("Exit status", {entries(prose::exit_statuses())})}, {}};
}

}  // namespace

Page stage_page(const StageSpec& stage) {
  Page page{fmt::format("leat-{}", stage.name), 7, std::string(stage.summary), {usage_of(stage)}, {}, {}};
  if (!stage.details.empty()) page.sections.push_back(section("Description", blocks_of(stage.details)));
  if (!stage.options.empty()) page.sections.push_back(section("Options", {entries(option_entries(stage.options))}));
  page.sections.push_back(section("Ports", {entries(port_entries(stage))}));
  for (std::string note : {taken(stage), chance(stage)})
    if (!note.empty()) page.sections.back().blocks.push_back(paragraph(std::move(note)));
  if (takes_guards(stage)) page.sections.push_back(section("Guards", {entries(option_entries(guard_options()))}));
  if (!stage.examples.empty()) page.sections.push_back(section("Examples", {example_block(stage)}));
  return page;
}

Page command_page(const Command& command) {
  Page page{page_name(command), 1, std::string(command.summary), {fmt::format("leat {} {}", command.name, command.operands)}, {},
            {"leat(1)"}};
  for (const Command& other : commands())
    if (other.name.starts_with(fmt::format("{} ", command.name)) || command.name.starts_with(fmt::format("{} ", other.name)))
      page.see_also.push_back(page_name(other) + "(1)");
  if (command.operands.empty()) page.synopsis.front().pop_back();
  if (!command.details.empty()) page.sections.push_back(section("Description", blocks_of(command.details)));
  std::vector<Page::Block> options;
  if (!command.options.empty()) options.push_back(entries(option_entries(command.options)));
  if (command.globals) options.push_back(paragraph("The global options of leat(1) may follow."));
  if (!options.empty()) page.sections.push_back(section("Options", std::move(options)));
  return page;
}

Page main_page(const Tables& tables) {
  Page page{"leat",
            1,
            "filter, join, window and carry streams of records",
            {"leat [GLOBAL]... CHAIN...", "leat run FILE [--set PATH=VALUE]... [GLOBAL]...", "leat COMMAND ..."},
            {},
            {}};
  page.sections = {section("Description", blocks_of(prose::kIntroduction)),
                   section("Chains", blocks_of(prose::kGrammar)),
                   section("Stages", stage_groups(tables.stages)),
                   section("Commands", {entries(command_entries(tables.commands))}),
                   section("Global options", {entries(option_entries(global_options()))}),
                   section("Ends", {entries(prose::ends())}),
                   section("Options of a source", {entries(option_entries(source_options()))}),
                   section("Options of a sink", {entries(option_entries(sink_options()))}),
                   section("Codecs", {entries(codec_entries(tables.codecs))}),
                   guards_section(),
                   section("Packed data", blocks_of(prose::kPacked)),
                   section("Binary values", blocks_of(prose::kValues)),
                   section("Syslog", blocks_of(prose::kSyslog)),
                   section("Files", blocks_of(prose::kFiles)),
                   section("SQLite", blocks_of(prose::kSqlite)),
                   section("Hubs", blocks_of(prose::kHubs)),
                   section("Errors", blocks_of(prose::kErrors)),
                   section("Delivery", blocks_of(prose::kDelivery)),
                   section("Signals", blocks_of(prose::kSignals)),
                   section("Exit status", {entries(prose::exit_statuses())}),
                   section("Environment", {entries(prose::environment())}),
                   section("Files", {entries(prose::files())})};
  for (const Command& command : tables.commands)
    if (!command.summary.empty()) page.see_also.push_back(page_name(command) + "(1)");
  for (const char* other : {"leat-pipeline(5)", "leat-tests(5)", "leat-stages(7)", "leat-expr(7)", "leat-windows(7)"})
    page.see_also.emplace_back(other);
  return page;
}

Page stages_page(const Tables& tables) {
  Page page{"leat-stages",
            7,
            "the stages of a pipeline",
            {"leat STAGE [OPERAND|OPTION]... [then STAGE ...]"},
            {section("Description", blocks_of(prose::kStages))},
            {"leat(1)", "leat-expr(7)", "leat-windows(7)"}};
  for (const StageSpec* stage : tables.stages) {
    std::vector<Page::Block> blocks{paragraph(std::string(stage->summary) + "."), literal(usage_of(*stage))};
    for (Page::Block& block : stage_blocks(*stage)) blocks.push_back(std::move(block));
    blocks.push_back(paragraph("Ports:"));
    blocks.push_back(entries(port_entries(*stage)));
    for (std::string note : {taken(*stage), chance(*stage)})
      if (!note.empty()) blocks.push_back(paragraph(std::move(note)));
    if (!stage->examples.empty()) blocks.push_back(example_block(*stage));
    page.sections.push_back(section(std::string(stage->name), std::move(blocks)));
  }
  page.sections.push_back(section("dlq", blocks_of(prose::kDlq)));
  return page;
}

Page pipeline_page(const Tables&) {
  Page page{"leat-pipeline", 5, "pipeline files", {"leat run FILE"}, {}, {"leat(1)", "leat-run(1)", "leat-stages(7)"}};
  std::vector<Page::Entry> globals;
  for (const Option& option : global_options())
    if (!hidden(option))
      globals.push_back(
          {fmt::format("{}: {}", option.name, option.kind == Option::Kind::flag ? "true" : option.value), option_text(option)});
  auto hooks = blocks_of(prose::kHooks);
  hooks.push_back(entries(prose::hooks()));
  page.sections = {
      section("Description", blocks_of(prose::kPipeline)),
      section("Keys of a chain",
              {entries(
                  {{"from", "a source, or a list of them: its url, or a map of url and its options"},
                   {"middleware", "a list as that of stages, in front of those"},
                   {"stages",
                    "a list; each item is a map of one stage's name and its settings, with id and the guards of a call beside the name, or "
                    "of use: TEMPLATE, with with and id beside it"},
                   {"to", "a sink, or a list of them"},
                   {"dlq", "a sink for what failed in this chain"}})}),
      section("Keys of the file", {entries({{"chains", "a list of chains, instead of one chain's keys at the top"},
                                            {"hooks", "who is told of what happens; see below"},
                                            {"include", "a file, or a list of files, that belong to this one"},
                                            {"templates", "a map of names and lists of stages, for use"},
                                            {"middleware", "stages that stand in front of chains"},
                                            {"tests", "the cases of leat test, see leat-tests(5)"}}),
                                   entries(std::move(globals))}),
      section("Hooks", std::move(hooks)),
      section("Values", blocks_of(prose::kPipelineValues)),
      section("Variables", blocks_of(prose::kPipelineVariables)),
      section("Middleware", blocks_of(prose::kPipelineMiddleware)),
      section("Include", blocks_of(prose::kPipelineInclude)),
      section("Templates", blocks_of(prose::kPipelineTemplates)),
      section("Example", blocks_of(prose::kPipelineExample)),
      section("Example of a template", blocks_of(prose::kPipelineTemplate))};
  return page;
}

Page tests_page() {
  const auto with = [](std::string_view text, std::vector<Page::Entry> keys) {
    auto blocks = blocks_of(text);
    blocks.push_back(entries(std::move(keys)));
    return blocks;
  };
  Page page{"leat-tests", 5, "test cases of pipelines", {"leat test FILE"}, {}, {"leat(1)", "leat-test(1)", "leat-pipeline(5)"}};
  page.sections = {section("Description", blocks_of(prose::kTests)),
                   section("Keys of a case", {entries(prose::case_keys())}),
                   section("What goes in", blocks_of(prose::kTestInput)),
                   section("What must come out", with(prose::kTestExpect, prose::expectation_keys())),
                   section("Steps", blocks_of(prose::kTestSteps)),
                   section("Example", blocks_of(prose::kTestExample))};
  return page;
}

Page windows_page() {
  Page page{"leat-windows",
            7,
            "windows: time, lateness and aggregates",
            {"leat window [SIZE] [OPTION]... --emit EXPR"},
            {},
            {"leat(1)", "leat-stages(7)", "leat-expr(7)"}};
  page.sections = {section("Description", blocks_of(prose::kWindows)), section("Time", blocks_of(prose::kWindowTime)),
                   section("Aggregates", [] {
                     auto blocks = blocks_of(prose::kWindowEmit);
                     blocks.push_back(entries(prose::aggregates()));
                     return blocks;
                   }())};
  return page;
}

Page expressions_page() {
  Page page{"leat-expr",
            7,
            "the language of expressions",
            {},
            {section("Description", blocks_of(prose::kExpressions))},
            {"leat(1)", "leat-stages(7)", "jq(1)"}};
  auto envelope = blocks_of(prose::kEnvelope);
  envelope.push_back(entries(prose::envelope_variables()));
  page.sections.push_back(section("Variables", std::move(envelope)));
  page.sections.push_back(section("Functions", {entries(builtin_entries())}));
  return page;
}

std::vector<Page> manual(const Tables& tables) {
  std::vector<Page> pages{main_page(tables), stages_page(tables), pipeline_page(tables), tests_page(), windows_page(), expressions_page()};
  for (const Command& command : tables.commands)
    if (!command.summary.empty()) pages.push_back(command_page(command));
  return pages;
}

std::vector<std::string_view> topics() { return {"expr", "windows", "pipeline", "tests", "stages", "ends", "codecs", "exit"}; }

std::optional<Page> topic(std::string_view name, const Tables& tables) {
  const auto stage = std::find_if(tables.stages.begin(), tables.stages.end(), [&](const StageSpec* one) { return one->name == name; });
  if (stage != tables.stages.end()) return stage_page(**stage);
  const auto command = std::find_if(tables.commands.begin(), tables.commands.end(),
                                    [&](const Command& one) { return one.name == name && !one.summary.empty(); });
  if (command != tables.commands.end()) return command_page(*command);
  if (name == "expr") return expressions_page();
  if (name == "windows") return windows_page();
  if (name == "pipeline") return pipeline_page(tables);
  if (name == "tests") return tests_page();
  if (name == "stages") return stages_page(tables);
  if (name == "ends") return ends_page();
  if (name == "codecs") return codecs_page(tables);
  if (name == "exit") return exit_page();
  return std::nullopt;
}

std::vector<Page::Entry> listing(std::string_view kind, const Tables& tables) {
  if (kind == "commands") return command_entries(tables.commands);
  if (kind == "codecs") return codec_entries(tables.codecs);
  if (kind == "ends") return prose::ends();
  if (kind == "functions") return builtin_entries();
  std::vector<Page::Entry> made;
  if (kind == "topics")
    for (std::string_view name : topics()) made.push_back({std::string(name), topic(name, tables)->summary});
  else
    for (const StageSpec* stage : tables.stages) made.push_back({std::string(stage->name), std::string(stage->summary)});
  return made;
}

std::string short_help(const Tables& tables) {
  std::string names;
  for (const StageSpec* stage : tables.stages) names += fmt::format(" {}", stage->name);
  std::string out =
      "leat [GLOBAL]... [--from END]... STAGE [then STAGE]... [--to END]...\n"
      "leat run FILE\n\n"
      "  leat filter '.status >= 500' < access.ndjson\n"
      "  leat window 1m --by .host --emit '{n: count, p99: p99(.ms)}' < access.ndjson\n\n";
  out += "stages: " + names.erase(0, names.empty() ? 0 : 1) + "\n";
  std::string more;
  for (const Command& command : tables.commands)
    if (!command.summary.empty() && command.name.find(' ') == command.name.npos) more += fmt::format(" {}", command.name);
  return out + "commands:" + more + "\nleat help STAGE, leat help COMMAND and leat help tell more\n";
}

}  // namespace leat
