// json and json-array: values one after another in any white space, and the elements of top-level arrays.
// Owner:   as codec.h.   Thread: as codec.h.   Blocks: never.
// Fails:   a longer value than max_record is a fault that keeps its first 4 KiB; a stream that ends inside a value, and one
//          that is no array, is broken, at a named byte. What is wrong inside a value is left to its reader.
#pragma once

#include <memory>

#include "core/codec/codec.h"

namespace leat {

std::unique_ptr<Framer> json_framer(const CodecOptions& options);
std::unique_ptr<Framer> json_array_framer(const CodecOptions& options);
std::unique_ptr<Encoder> json_encoder(const CodecOptions& options);        // each value as it came, and a newline
std::unique_ptr<Encoder> json_array_encoder(const CodecOptions& options);  // [a,b] on one line, [] when there was nothing

}  // namespace leat
