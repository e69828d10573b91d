// Record: `leat run --record FILE`: a run like any other, and a case of leat test made of it.
// Owner:   main.   Thread: the main one.   Blocks: until the run is over.
// Fails:   by the status of the run; 74 where the case cannot be written, with a line on stderr.
#pragma once

#include "cli/command.h"
#include "core/base/clock.h"

namespace leat {

// `own`: the options of `leat run`, record among them.
int run_recorded(const PipelineSpec& spec, const Settings& own, const Outside& outside, World world);

}  // namespace leat
