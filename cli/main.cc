// leat: the command line. The words become a spec, the spec a graph, the graph a run, and the run an exit status.
#include <string>
#include <vector>

#include "cli/load_argv.h"
#include "cli/report.h"
#include "cli/run.h"
#include "cli/world.h"
#include "core/io/descriptor.h"

int main(int argc, char** argv) {
  using namespace leat;
  fill_standard_descriptors();
  RealClock clock;
  RealRandom random;
  RealEnvironment environment;
  const World world{clock, random, environment};
  const std::vector<std::string> words(argv + 1, argv + argc);

  Loaded loaded = load_argv(words);
  if (!loaded.problems.empty()) {
    const Error error = to_error(loaded.spec, loaded.problems);
    Reporter(clock, false, false).error(error.text);
    return status_of(error.kind);
  }
  return run_pipeline(loaded.spec, world);
}
