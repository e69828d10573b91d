// bench: where the time of a pipeline goes, measured on the user's own input.
// Owner:   main.   Thread: the main one.   Blocks: until the last round is over.
// Fails:   as a run does, by the same status; also where another round cannot have the same input.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/stage/settings.h"
#include "pipelines/ledger.h"
#include "pipelines/profile.h"
#include "pipelines/spec.h"

namespace leat {

std::span<const Option> bench_options();

// A checked pipeline by rounds; the table, or with --json its figures, on stdout.
int run_bench(PipelineSpec spec, const Settings& own, World world);

// What one round took.
struct BenchRound {
  Ledger ledger;
  Profile profile;
  Duration elapsed{}, cpu{};
  uint64_t memory = 0;  // bytes, the most that were resident so far
};

// The figures of the round of median time, and of all the least and the most.
std::string bench_text(const std::vector<BenchRound>& rounds);
std::string bench_json(const std::vector<BenchRound>& rounds);  // one line

}  // namespace leat
