// run: a checked spec, run to its end, as an exit status.
// Owner:   main.   Thread: the main one.   Blocks: until the run is over.
// Fails:   by the status; the table is in grammar.md and in leat(1).
#pragma once

#include <functional>

#include "core/base/clock.h"
#include "pipelines/ledger.h"
#include "pipelines/profile.h"
#include "pipelines/runner.h"
#include "pipelines/spec.h"

namespace leat {

// What somebody wants to see of a run, and what was seen.
struct Seen {
  const Clock* stopwatch = nullptr;  // for `profile`
  Recorder* recorder = nullptr;      // as RunOptions
  std::function<void()> drain = {};  // while it runs: as a first signal would

  bool began = false;
  bool drained = false;  // a signal or drain() ended it
  Ledger ledger = {};
  Profile profile = {};
  Duration elapsed = {};
};

// May not return: a broken stdout dies of SIGPIPE, an interrupt of SIGINT, as the shell expects.
int run_pipeline(const PipelineSpec& spec, World world);
// The same, but that it returns: a status above 128 is a signal to die of by leave_with(). `seen` may be null.
int run_to_end(const PipelineSpec& spec, World world, Seen* seen);
int leave_with(int status);

int status_of(Error::Kind kind);

}  // namespace leat
