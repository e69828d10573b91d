// length-prefixed: four bytes of length, the highest first, then that many bytes of JSON text.
// Owner:   as codec.h.   Thread: as codec.h.   Blocks: never.
// Fails:   a longer record than max_record is a fault that keeps its first 4 KiB; a stream that ends inside a record is
//          broken, at a named byte.
#pragma once

#include <memory>

#include "core/codec/codec.h"

namespace leat {

std::unique_ptr<Framer> length_prefixed_framer(const CodecOptions& options);
std::unique_ptr<Encoder> length_prefixed_encoder(const CodecOptions& options);

}  // namespace leat
