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
std::string tests_schema();     // of a file of test cases
std::string cases_schema();     // of the cases in a pipeline file or such a one; not indented

}  // namespace leat
