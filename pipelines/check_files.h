// Check of files: does what sinks write to files stay there? One sink would take the place of what another wrote, and a checkpoint be ahead
// of a file that stands there only when the run is over.
// Owner:   pure functions.   Thread: any.   Blocks: for a look at the disk: is it a regular file.
// Fails:   by Problems; what records name is left to the run.
#pragma once

#include "pipelines/spec.h"

namespace leat {

void check_files(const PipelineSpec& spec, Problems& problems);

}  // namespace leat
