// RandomSpec: pipelines drawn from the option tables, with the words that break naive quoting.
// Owner:   a value.   Thread: any.   Blocks: never.   Fails: cannot; the same seed draws the same pipeline.
#pragma once

#include <cstdint>

#include "pipelines/spec.h"

namespace leat::fake {

PipelineSpec random_spec(uint32_t seed);

}  // namespace leat::fake
