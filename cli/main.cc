// leat: the command line. The words become a spec, the spec a graph, the graph a run, and the run an exit status.
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/bench.h"
#include "cli/command.h"
#include "cli/dlq.h"
#include "cli/load_argv.h"
#include "cli/pages.h"
#include "cli/record.h"
#include "cli/report.h"
#include "cli/run.h"
#include "cli/world.h"
#include "core/io/descriptor.h"

namespace leat {
namespace {

// What a command prints is data: a full disk is exit 74, a reader that left is SIGPIPE.
int give(const Answer& answer) {
  write_all(STDERR_FILENO, answer.err);
  if (const int error = write_all(STDOUT_FILENO, answer.out)) {
    write_all(STDERR_FILENO, fmt::format("leat: standard output: {}\n", std::strerror(error)));
    return 74;
  }
  return answer.status;
}

int run(RunCall made, const Outside& outside, const World& world) {
  if (made.answer) return give(*made.answer);
  Loaded& loaded = made.loaded;
  const auto refused = judge(loaded, outside, codecs());
  if (!refused && made.record) return run_recorded(loaded.spec, *made.record, outside, world);
  if (!refused) return made.bench ? run_bench(std::move(loaded.spec), *made.bench, world) : run_pipeline(loaded.spec, world);
  const Settings& globals = loaded.spec.globals;
  if (globals.text("log") != "json") return give({refused->status, refused->out, painted(refused->err, globals)});
  Reporter(world.clock, globals).error(std::string_view(refused->err).substr(0, refused->err.size() - 1));
  return refused->status;
}

int dispatch(const std::vector<std::string>& words, const World& world) {
  const Outside outside{world.environment, read_small_file};
  const Tables tables{stage_catalog(), codecs(), commands()};
  if (words.empty()) return write_all(STDERR_FILENO, short_help(tables)), 2;
  const auto call = [&](std::span<const std::string> rest) { return Invocation{rest, outside, tables.stages, tables.codecs}; };
  if (words[0] == "--version") return give(find_command("version")->run(call({})));
  size_t name = 1;  // words of it
  const Command* command = find_command(words[0]);
  if (const Command* longer = words.size() > 1 ? find_command(words[0] + " " + words[1]) : nullptr) command = longer, name = 2;
  // dlq is a word of chains too: only one of its verbs makes it a command.
  if (words[0] == "dlq" && words.size() > 1 && !dlq_verb(words[1]) && words[1] != "--help" && words[1] != "-h") command = nullptr;
  const bool asks_for_help = words.size() > name && (words[name] == "--help" || words[name] == "-h");
  if (command && !asks_for_help) {
    const auto rest = std::span(words).subspan(name);
    if (command->run) return give(command->run(call(rest)));
    return run(command->load(call(rest)), outside, world);
  }
  if (const auto about = command ? std::optional(std::string(command->name)) : help_asked(words)) {
    const auto page = about->empty() ? main_page(tables) : topic(*about, tables);
    return give({0, as_text(*page), {}});
  }
  return run({load_argv(words), {}}, outside, world);
}

}  // namespace
}  // namespace leat

int main(int argc, char** argv) {
  using namespace leat;
  fill_standard_descriptors();
  RealClock clock;
  RealRandom random;
  RealEnvironment environment;
  return dispatch({argv + 1, argv + argc}, {clock, random, environment});
}
