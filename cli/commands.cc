#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cli/bench.h"
#include "cli/command.h"
#include "cli/complete.h"
#include "cli/dlq.h"
#include "cli/fmt.h"
#include "cli/hub_commands.h"
#include "cli/init.h"
#include "cli/load_argv.h"
#include "cli/pages.h"
#include "cli/run.h"
#include "cli/schema.h"
#include "cli/test.h"
#include "cli/words.h"
#include "core/base/text.h"
#include "pipelines/check.h"
#include "pipelines/draw.h"
#include "pipelines/explain.h"
#include "pipelines/host_settings.h"
#include "pipelines/options.h"
#include "pipelines/read_pipeline.h"
#include "pipelines/suggest.h"

namespace leat {
namespace {

using Kind = Option::Kind;

constexpr auto kRunOptions = std::to_array<Option>({
    {.name = "file", .kind = Kind::text, .value = "FILE", .help = "the pipeline file, - for standard input", .operand = true},
    kSetPlace,
    {.name = "record", .kind = Kind::text, .value = "FILE", .help = "write what comes in as a case of leat test"},
});
constexpr auto kCheckOptions = std::to_array<Option>({kSetPlace});
constexpr auto kExplainOptions = std::to_array<Option>({
    kSetPlace,
    {.name = "yaml", .kind = Kind::flag, .value = "", .help = "print a pipeline file"},
    {.name = "argv", .kind = Kind::flag, .value = "", .help = "print a command line"},
});
constexpr auto kGraphOptions = std::to_array<Option>({
    kSetPlace,
    {.name = "format",
     .kind = Kind::choice,
     .value = "FORMAT",
     .help = "how to draw it",
     .fallback = "text",
     .choices = "text|dot|mermaid"},
});
constexpr auto kSchemaOptions = std::to_array<Option>({
    {.name = "kind",
     .kind = Kind::choice,
     .value = "KIND",
     .help = "of what",
     .fallback = "pipeline",
     .choices = "pipeline|artifact|tests",
     .operand = true},
});
constexpr auto kListOptions = std::to_array<Option>({
    {.name = "kind",
     .kind = Kind::choice,
     .value = "KIND",
     .help = "of what",
     .fallback = "stages",
     .choices = "stages|commands|codecs|ends|functions|topics",
     .operand = true},
});
constexpr auto kHelpOptions = std::to_array<Option>(
    {{.name = "topic", .kind = Kind::text, .value = "TOPIC", .help = "a stage, a command or a topic", .operand = true, .repeat = true}});

Tables tables_of(const Invocation& call) { return {call.stages, call.codecs, commands()}; }

std::optional<Answer> load_file(const std::string& file, const Settings& own, const Invocation& call, Loaded& loaded) {
  std::vector<std::string> overrides;
  for (const auto& value : own.values("set")) overrides.push_back(value.text);
  auto text = call.outside.read_file(file);
  if (!text) return refusal(Error{Error::Kind::no_input, text.error().text, text.error().hint});
  loaded = load_pipeline(std::move(*text), file, call.outside, overrides, call.stages);
  return std::nullopt;
}

// A pipeline as commands take one: a FILE, with --set, or the words of a chain. Own options stand before either.
struct Taken {
  Settings own;
  Loaded loaded;
  std::optional<Answer> refused;
};

// A word with a dot or a slash, or one that stands alone; ./NAME is always a file.
bool names_file(std::span<const std::string> words, const Invocation& call) {
  if (words.empty() || words[0].starts_with("--") || words[0] == "dlq") return false;
  if (std::any_of(call.stages.begin(), call.stages.end(), [&](const StageSpec* stage) { return stage->name == words[0]; })) return false;
  return words[0].find_first_of("./") != std::string::npos || words[0] == "-" || words.size() == 1 || words[1].starts_with("--set");
}

// `globals`: these options may follow a FILE, and are put here.
Taken take(std::string_view command, std::span<const Option> options, const Invocation& call, Settings* globals = nullptr) {
  Taken taken{Settings(options), {}, {}};
  Problems problems;
  const auto chain_begins = [](std::string_view word) {
    const std::string name =
        snake(word.substr(std::min<size_t>(2, word.size()))).substr(0, word.find('=') - std::min<size_t>(2, word.size()));
    return word.starts_with("--") && (name == "from" || name == "to" || find_option(global_options(), name));
  };
  size_t at = read_words(call.words, {.tables = {&taken.own}, .path = {}, .operands = false, .stop = chain_begins}, problems);
  auto rest = call.words.subspan(std::min(at, call.words.size()));
  if (problems.empty() && rest.empty()) problems.push_back({{}, {}, "wants a FILE, or the words of a pipeline", {}});
  if (!problems.empty() || !names_file(rest, call)) {
    if (problems.empty()) taken.loaded = load_argv(rest, call.stages);
    if (!problems.empty()) taken.refused = usage(command, std::move(problems));
    return taken;
  }
  const std::string& file = rest[0];
  rest = rest.subspan(1);
  std::vector<Settings*> tables{&taken.own};
  if (globals) tables.push_back(globals);
  at = read_words(rest, {.tables = std::move(tables), .path = {}, .operands = false}, problems);
  if (problems.empty() && at < rest.size()) problems.push_back({{}, {}, fmt::format("no place for {}", text::quoted(rest[at])), {}});
  if (!problems.empty()) return taken.refused = usage(command, std::move(problems)), taken;
  taken.refused = load_file(file, taken.own, call, taken.loaded);
  return taken;
}

// A pipeline without mistakes, as it was written: settings files are left out.
Taken take_whole(std::string_view command, std::span<const Option> options, const Invocation& call) {
  Taken taken = take(command, options, call);
  if (taken.refused) return taken;
  check(taken.loaded.spec, call.codecs, taken.loaded.problems);
  if (!taken.loaded.problems.empty()) taken.refused = refusal(taken.loaded);
  return taken;
}

Answer check_command(const Invocation& call) {
  Taken taken = take("check", kCheckOptions, call);
  if (!taken.refused) taken.refused = judge(taken.loaded, call.outside, call.codecs);
  return taken.refused.value_or(Answer{});
}

Answer explain_command(const Invocation& call) {
  const Taken taken = take_whole("explain", kExplainOptions, call);
  if (taken.refused) return *taken.refused;
  // Without a word about it: the other spelling.
  const bool yaml = taken.own.flag("yaml") || (!taken.own.flag("argv") && taken.loaded.spec.file.empty());
  auto text = yaml ? to_yaml(taken.loaded.spec) : to_argv(taken.loaded.spec);
  if (!text) return refusal(text.error());
  return {0, *text + (yaml ? "" : "\n"), {}};
}

Answer graph_command(const Invocation& call) {
  const Taken taken = take_whole("graph", kGraphOptions, call);
  if (taken.refused) return *taken.refused;
  const std::string format = *taken.own.text("format");
  const PipelineSpec& spec = taken.loaded.spec;
  return {0, format == "dot" ? draw_dot(spec) : format == "mermaid" ? draw_mermaid(spec) : draw_text(spec), {}};
}

// Options and operands of a command that takes no pipeline.
std::optional<Answer> own_words(std::string_view command, Settings& own, const Invocation& call) {
  Problems problems;
  read_words(call.words, {.tables = {&own}, .path = {}}, problems);
  if (problems.empty()) return std::nullopt;
  return usage(command, std::move(problems));
}

std::string table_text(const std::vector<Page::Entry>& rows) {
  size_t width = 0;
  for (const auto& row : rows) width = std::max(width, row.term.size());
  std::string out;
  for (const auto& row : rows) out += fmt::format("{:<{}}  {}\n", row.term, width, row.text);
  return out;
}

Answer list_command(const Invocation& call) {
  Settings own(kListOptions);
  if (auto refused = own_words("list", own, call)) return *refused;
  return {0, table_text(listing(*own.text("kind"), tables_of(call))), {}};
}

Answer help_command(const Invocation& call) {
  Settings own(kHelpOptions);
  if (auto refused = own_words("help", own, call)) return *refused;
  const Tables tables = tables_of(call);
  std::string words;  // hub stats is one
  for (const Setting::Value& word : own.values("topic")) words += (words.empty() ? "" : " ") + word.text;
  const std::optional<std::string> name = words.empty() ? std::nullopt : std::optional(words);
  if (!name) return {0, as_text(main_page(tables)), {}};
  if (const auto page = topic(*name, tables)) return {0, as_text(*page), {}};
  std::vector<std::string_view> known = topics();
  for (const StageSpec* stage : tables.stages) known.push_back(stage->name);
  for (const Command& command : tables.commands) known.push_back(command.name);
  return refusal({Error::Kind::usage, fmt::format("help knows nothing of {}", text::quoted(*name)), did_you_mean(*name, known)});
}

Answer schema_command(const Invocation& call) {
  Settings own(kSchemaOptions);
  if (auto refused = own_words("schema", own, call)) return *refused;
  const std::string kind = *own.text("kind");
  return {0, kind == "artifact" ? artifact_schema() : kind == "tests" ? tests_schema() : pipeline_schema(call.stages, call.codecs), {}};
}

Answer version_command(const Invocation&) { return {0, fmt::format("leat {}\n", LEAT_VERSION), {}}; }

Answer complete_command(const Invocation& call) {
  const auto words = !call.words.empty() && call.words[0] == "--" ? call.words.subspan(1) : call.words;
  return {0, complete(words, tables_of(call)), {}};
}

// All pages in one stream, each behind a line with its file's name, for the build to part.
Answer manual_command(const Invocation& call) {
  std::string out;
  for (const Page& page : manual(tables_of(call)))
    out += fmt::format("=== {}.{}\n{}", page.name, page.chapter, as_roff(page, LEAT_VERSION, LEAT_DATE));
  return {0, std::move(out), {}};
}

RunCall run_command(const Invocation& call) {
  Settings own(kRunOptions), globals(global_options());
  Problems problems;
  read_words(call.words, {.tables = {&own, &globals}, .path = {}}, problems);
  if (problems.empty() && !own.find("file")) problems.push_back({{}, {}, "wants FILE", {}});
  if (!problems.empty()) return {{}, usage("run", std::move(problems))};
  RunCall made = load_run(*own.text("file"), own, globals, call);
  if (own.find("record")) made.record = std::move(own);
  return made;
}

RunCall bench_command(const Invocation& call) {
  Settings globals(global_options());
  Taken taken = take("bench", bench_options(), call, &globals);
  for (const Setting& setting : globals.given()) taken.loaded.spec.globals.put(setting.name) = setting;
  return {std::move(taken.loaded), std::move(taken.refused), std::move(taken.own)};
}

const Command kCommands[] = {
    {"run", "FILE [--set PATH=VALUE]... [--record FILE] [GLOBAL]...", "run a pipeline file",
     "The global options given here count instead of the file's. A file that begins with #!/usr/bin/env -S leat run and is executable runs "
     "by its name.\n\n"
     "--record writes a file of one case for leat test: what each source brought and when, and how much each sink got; beside it, for each "
     "sink, a file of what it is to write, which the case expects. It ends the run after 1000 records or 1 MiB, as a signal would.",
     kRunOptions, true, nullptr, run_command},
    {"check", "FILE|CHAIN...", "look for mistakes without running",
     "Reads the pipeline, compiles its expressions and checks its graph. Nothing is opened. Says nothing and exits with 0 if all is well; "
     "otherwise prints "
     "every mistake and exits with 78 for a file, with 2 for a command line.",
     kCheckOptions, false, check_command},
    {"explain", "[--yaml|--argv] FILE|CHAIN...", "print a pipeline in the other spelling",
     "A command line becomes a pipeline file, a file becomes a command line. Both say the same. Variables of a file are printed as they "
     "were written.",
     kExplainOptions, false, explain_command},
    {"graph", "[--format FORMAT] FILE|CHAIN...", "draw a pipeline",
     "As text, a line for each part and what it reads; as a graph for Graphviz (leat graph --format dot FILE | dot -Tsvg); or for Mermaid.",
     kGraphOptions, false, graph_command},
    {"bench", "[--rounds N] [--take N] [--for DURATION] [--json] FILE|CHAIN...", "say where the time of a pipeline goes",
     "Runs the pipeline on its own input and prints a line for each kind of work: reading (and unpacking), framing, the walk that checks "
     "records and finds the fields that stages ask for, each stage, encoding and packing for each sink. ns/record is by the records that "
     "came in, MB/s by their bytes, share by the time of all threads. What one walk finds for several stages cannot be told apart: its "
     "line names them. Work that a stage does record by record on what it takes from the walk is the stage's own.\n\n"
     "Nothing is delivered: what would be written is encoded and packed as it would be, for dead letters too, and thrown away at "
     "/dev/null; no checkpoint is read or kept. Sources are read as ever: a queue, a socket and standard input are used up. What comes "
     "without end is bounded by --take or --for, or by an interrupt, behind which the table is still printed.\n\n"
     "The clock is read twice for each batch and line, so that short batches from a slow pipe cost a little more than without bench. CPU "
     "is that of leat, not of commands it runs. Messages and exit status are those of a run. --rounds wants input that can be read again.",
     bench_options(), true, nullptr, bench_command},
    {"test", "[--match TEXT] [--update] [--coverage] [--format FORMAT] FILE|DIRECTORY...", "run the test cases of pipelines",
     "Runs the cases that stand under tests: in a pipeline file, or in a file of their own that names it: pipeline: FILE. Of a directory "
     "it "
     "takes every YAML file below that has some. Nothing outside is touched: sources bring what a case says, sinks keep what they get, and "
     "time stands still until a case tells it to go on. Stages that call a command or a server do so unless the case puts an expression in "
     "their place. leat help tests says how cases are written.\n\n"
     "Prints a line for each case, and below one that failed what was wanted and what came. The exit status is 0 if all passed, 1 if one "
     "failed, 78 if a file has a mistake.",
     test_options(), false, test_command},
    {"init", "[RECIPE] [--print] [--force]", "begin a pipeline file from a recipe",
     "Writes RECIPE.yaml and its test cases, RECIPE_test.yaml, into the current folder; without a name it lists the recipes.",
     init_options(), false, init_command},
    {"fmt", "[--check|--write] [FILE]...", "put pipeline files into their one form",
     "Prints each file, or standard input, with two blanks to a level, one where one belongs, quotes only where they are needed and at "
     "most "
     "one empty line in a row. Comments stay, at the depth of what they stand in front of. The order of keys, the bytes of expressions and "
     "anchors stay too. --check prints the names of the files that would change, and exits with 1 if there are any. --write puts them in "
     "the place of the old ones, each as a whole or not at all.\n\n"
     "What is printed was read again and says the same. A file with a mistake in its YAML, or in a shape of YAML that cannot be kept, is "
     "refused and stays as it is; whether it is a pipeline is for leat check to say. Files of test cases are laid out too; leat.toml is "
     "not.",
     fmt_options(), false, fmt_command},
    {"list", "[KIND]", "list stages, commands, codecs, ends, functions or topics", "One line each, its name first.", kListOptions, false,
     list_command},
    {"dlq", "ls|show|stats|replay|purge FILE [--run PIPELINE [--into STAGE]]", "look into a file of dead letters",
     "ls prints a line for each: number, time, stage, code, source and byte, message. show FILE [N] prints one letter, or all, with the "
     "record's bytes. stats counts them by stage and code. replay prints the original records as one stream of their codec, a CSV header "
     "in front, so that they can be piped into leat again. purge empties the file, if it reads as letters from end to end.\n\n"
     "replay FILE --run PIPELINE runs the records through a pipeline file, in the place of its sources or, with --into STAGE, of what "
     "comes to that stage; the options of leat run may follow. Each keeps its envelope. One that fails again becomes a letter that "
     "counts one attempt more and keeps the time of its first failure. Files that the pipeline writes are added to.\n\n"
     "A file of letters can be filtered like any other: leat --from dead.ndjson --codec envelope filter '$error.code == \"malformed\"' "
     "--to some.ndjson --codec envelope.",
     dlq_options(), true, nullptr, dlq_command},
    {"help", "[TOPIC]", "explain a stage, a command or a topic",
     "Topics are expr, windows, pipeline, tests, stages, ends, codecs and exit. leat STAGE --help and leat COMMAND --help say the same.",
     kHelpOptions, false, help_command},
    {"schema", "[pipeline|artifact|tests]", "print a JSON Schema",
     "Of pipeline files, for editors: # yaml-language-server: $schema=FILE as the first line of a file makes them complete and check it. "
     "Of artifacts, as "
     "the codec envelope writes and reads them. Of files of test cases.",
     kSchemaOptions, false, schema_command},
    {"version", "", "print the version", "", {}, false, version_command},
    {"__complete", "", "", "", {}, false, complete_command},
    {"__manual", "", "", "", {}, false, manual_command},
};

}  // namespace

// Those of the hub stand in front of help.
std::span<const Command> commands() {
  static const std::vector<Command> all = [] {
    std::vector<Command> made(std::begin(kCommands), std::end(kCommands));
    const auto help = std::find_if(made.begin(), made.end(), [](const Command& command) { return command.name == "help"; });
    made.insert(help, hub_commands().begin(), hub_commands().end());
    return made;
  }();
  return all;
}

const Command* find_command(std::string_view name) {
  const auto all = commands();
  const auto at = std::find_if(all.begin(), all.end(), [&](const Command& command) { return command.name == name; });
  return at == all.end() ? nullptr : &*at;
}

std::string told(const PipelineSpec& spec, const Problems& problems) {
  std::string out;
  for (const std::string& line : lines_of(spec, problems)) out += fmt::format("{}{}\n", spec.file.empty() ? "leat: " : "", line);
  return out;
}

Answer refusal(const Error& error) {
  return {status_of(error.kind), {}, fmt::format("leat: {}{}\n", error.text, error.hint.empty() ? "" : fmt::format(" ({})", error.hint))};
}

Answer refusal(const Loaded& loaded) {
  return {status_of(to_error(loaded.spec, loaded.problems).kind), {}, told(loaded.spec, loaded.problems)};
}

Answer usage(std::string_view command, Problems problems) {
  for (Problem& problem : problems) problem.path = fmt::format("{}{}{}", command, problem.path.empty() ? "" : " ", problem.path);
  return {2, {}, told({}, problems)};
}

RunCall load_run(const std::string& file, const Settings& own, const Settings& globals, const Invocation& call) {
  RunCall made;
  made.answer = load_file(file, own, call, made.loaded);
  for (const Setting& setting : globals.given()) made.loaded.spec.globals.put(setting.name) = setting;
  return made;
}

std::optional<Answer> judge(Loaded& loaded, const Outside& outside, std::span<const CodecSpec> codecs) {
  if (!loaded.spec.globals.flag("no_config")) {
    const HostFiles host = find_host_settings(outside);
    if (!host.mistakes.empty()) return Answer{78, {}, fmt::format("{}\n", fmt::join(host.mistakes, "\n"))};
    apply(host.settings, loaded.spec, loaded.problems);
  }
  const bool whole = loaded.problems.empty();
  check(loaded.spec, codecs, loaded.problems);
  if (whole && loaded.problems.empty()) check_stages(loaded.spec, loaded.problems);
  if (loaded.problems.empty()) return std::nullopt;
  return refusal(loaded);
}

}  // namespace leat
