// run: a checked spec, run to its end, as an exit status.
// Owner:   main.   Thread: the main one.   Blocks: until the run is over.
// Fails:   by the status; the table is in grammar.md and in leat(1).
#pragma once

#include "core/base/clock.h"
#include "pipelines/ledger.h"
#include "pipelines/profile.h"
#include "pipelines/spec.h"

namespace leat {

// What was seen of a run by who asked.
struct Seen {
  const Clock& stopwatch;
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
