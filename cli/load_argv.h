// Argv loader: the words behind `leat` (globals, then chains) as a PipelineSpec.
// Owner:   the caller.   Thread: any.   Blocks: never.
// Fails:   mistakes are Problems; their marks hold no line and the index of the word as column.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "pipelines/spec.h"
#include "stages/catalog.h"

namespace leat {

Loaded load_argv(std::span<const std::string> words, std::span<const StageSpec* const> catalog = stage_catalog());

// Do these words ask for help? The stage they ask about, or the empty word for help in general.
std::optional<std::string> help_asked(std::span<const std::string> words, std::span<const StageSpec* const> catalog = stage_catalog());

}  // namespace leat
