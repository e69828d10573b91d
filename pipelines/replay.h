// Replay: a pipeline over records that have failed in it, instead of over what its sources bring.
// Owner:   the caller.   Thread: any.   Blocks: never.
// Fails:   a stage that does not exist; no stage named where more than one chain has sources.
#pragma once

#include <string>
#include <string_view>

#include "pipelines/spec.h"

namespace leat {

// Puts the dead letters of the file in the place of the sources or, if `into` is not empty, in front of that stage. What nothing
// reaches any more is left out. Files that the run before has written are added to, unless the pipeline says append: false.
Done replay(PipelineSpec& spec, const std::string& letters, std::string_view into);

}  // namespace leat
