// TestReport: how cases went, as text for people or as JUnit for machines.
// Owner:   the caller.   Thread: one.   Blocks: never.   Fails: cannot.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "pipelines/test_run.h"

namespace leat {

struct TestResult {
  std::string name;
  Mark mark;
  std::vector<TestVerdict::Fault> faults;
};

struct SuiteResult {
  std::string file;
  std::vector<TestResult> cases;
  std::vector<std::string> updated;                        // golden files written anew
  std::vector<std::pair<std::string, uint64_t>> coverage;  // STAGE.PORT, and how many records left by it in all cases
};

std::string test_text(const std::vector<SuiteResult>& suites, bool coverage);
std::string test_junit(const std::vector<SuiteResult>& suites);

}  // namespace leat
