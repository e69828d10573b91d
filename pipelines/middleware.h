// Middleware: stages that a pipeline file names once and that stand in front of chains: of every chain that reads a source, or of one.
// Owner:   pure function over a spec. From there on they are stages of those chains like any other, with ids of their own.
// Thread:  any.   Blocks: never.
// Fails:   by Problems: what a stage there may not be, and a chain in which only some of the records would be new to it.
#pragma once

#include <vector>

#include "pipelines/spec.h"

namespace leat {

// `all` are the file's: each record meets them once, as it comes in. They stand before those of a chain (ChainSpec::middleware), which
// meet all that it reads, in the order written. Chains of events have only their own. Called before settle().
void put_in_front(PipelineSpec& spec, const std::vector<StageUse>& all, Problems& problems);

}  // namespace leat
