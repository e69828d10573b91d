// Check: is a spec a pipeline that can run? Everything that can be known before the first byte is read.
// Owner:   the caller.   Thread: any.   Blocks: never; nothing is opened.
// Fails:   by Problems, all of them; parts a loader could not read are passed over.
#pragma once

#include <span>

#include "core/codec/codec.h"
#include "pipelines/spec.h"

namespace leat {

// Wiring: ends, ports, route cases, ids, cycles; settings: what is required, codecs, words that contradict each other.
void check(const PipelineSpec& spec, std::span<const CodecSpec> codecs, Problems& problems);

// Makes every stage once and throws it away, so that expressions are compiled. Wants what check() finds nothing wrong with.
void check_stages(const PipelineSpec& spec, Problems& problems);

}  // namespace leat
