// Kinds: does every stage get records of a kind it can take, as far as that can be known before the run.
// Owner:   pure functions.   Thread: any.   Blocks: never.
// Fails:   by Problems; what might be right is left to the run, and so are parts that a loader could not read.
#pragma once

#include <string_view>

#include "pipelines/spec.h"

namespace leat {

std::string_view name_of(RecordKind kind);

void check_kinds(const PipelineSpec& spec, Problems& problems);

}  // namespace leat
