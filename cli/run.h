// run: a checked spec, run to its end, as an exit status.
// Owner:   main.   Thread: the main one.   Blocks: until the run is over.
// Fails:   by the status; the table is in grammar.md and in leat(1).
#pragma once

#include "core/base/clock.h"
#include "pipelines/spec.h"

namespace leat {

// May not return: a broken stdout dies of SIGPIPE, an interrupt of SIGINT, as the shell expects.
int run_pipeline(const PipelineSpec& spec, World world);

int status_of(Error::Kind kind);

}  // namespace leat
