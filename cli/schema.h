// Schema: JSON Schema, draft 07, of what people write for leat and read from it.
// Owner:   pure functions.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <span>
#include <string>

#include "core/codec/codec.h"
#include "core/stage/stage.h"

namespace leat {

std::string pipeline_schema(std::span<const StageSpec* const> stages, std::span<const CodecSpec> codecs);
std::string artifact_schema();  // of one line of the codec envelope

}  // namespace leat
