// Schema: JSON Schema, draft 07, of what people write for leat.
// Owner:   pure functions.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <span>
#include <string>

#include "core/codec/codec.h"
#include "core/stage/stage.h"

namespace leat {

std::string pipeline_schema(std::span<const StageSpec* const> stages, std::span<const CodecSpec> codecs);

}  // namespace leat
