// TestRun: one case of `leat test`, run by a rehearsal and judged.
// Owner:   the caller.   Thread: one.   Blocks: as the rehearsal.
// Fails:   by the verdict's faults: what came is not what was expected, or the case cannot be run as it stands.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "pipelines/rehearsal.h"
#include "pipelines/test_file.h"

namespace leat {

struct TestVerdict {
  struct Fault {
    Mark mark;
    std::string text;  // one line or several, the first says what
  };
  std::vector<Fault> faults;
  std::map<Rehearsal::PortName, uint64_t> reached;
  std::map<std::string, std::string> golden;  // files whose bytes were expected and what came instead
};

// `spec`: checked, with the case's overrides in it. `environment`: for $ENV. `update`: a file that differs is no fault.
TestVerdict run_test(const TestCase& test, PipelineSpec spec, std::vector<std::pair<std::string, std::string>> environment,
                     const ReadFile& read, bool update);

}  // namespace leat
