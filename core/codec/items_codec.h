// The framer and the encoder of a codec made of items. A slab holds the values as they came, and behind them their JSON.
// Owner:   as codec.h.   Thread: as codec.h.   Blocks: never.
// Fails:   a value longer than max_record, as it came or as JSON, one with a text that is not UTF-8 and one that JSON cannot say are
//          faults; a byte that begins no value, a break out of its place, more than 1024 levels and a last value cut short
//          break the stream, at a named byte.
#pragma once

#include <memory>

#include "core/codec/codec.h"
#include "core/codec/items.h"

namespace leat::items {

struct Codec {
  Dialect dialect;
  Spelling spelling;
  Original original;  // of slabs whose values came so
};

std::unique_ptr<Framer> framer(const Codec& codec, const CodecOptions& options);
std::unique_ptr<Encoder> encoder(const Codec& codec);

}  // namespace leat::items
