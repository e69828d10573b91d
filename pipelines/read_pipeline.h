// ReadPipeline: the text of a pipeline file as a PipelineSpec.
// Owner:   the caller.   Thread: any.   Blocks: on a file that ${file:} names.
// Fails:   by Problems: all mistakes of the file, each with its line, column and path.
#pragma once

#include <span>
#include <string>

#include "pipelines/interpolate.h"
#include "pipelines/spec.h"
#include "stages/catalog.h"

namespace leat {

// `overrides` are the K=V of --set: a dotted path into the file and the value it gets.
Loaded load_pipeline(std::string text, std::string file, const Outside& outside, std::span<const std::string> overrides = {},
                     std::span<const StageSpec* const> catalog = stage_catalog());

}  // namespace leat
