// msgpack: MessagePack values one after another, as its spec of 2017 says; none but its own length stands between them.
//   nil, bool, str, array, map    what JSON calls them
//   int, uint                     whole numbers, every digit kept
//   float                         the shortest number that reads back as the same double, with a point; NaN and infinities are null
//   bin                           its base64
//   timestamp (ext -1)            its time as RFC 3339 text, of the years 1678 to 2261
//   any other ext                 {"ext": TYPE, "data": BASE64}
//   a key that is no str          the text that its value would be; an array, a map or an ext as key fails as `type`
// A record that nobody changed goes out as it came, ext and all. What was changed, or was JSON, goes out as nil, bool, str, array, map,
// int where it is whole, and float 64 where it is written with a point or an exponent.
// Owner, Thread, Blocks: as codec.h.
// Fails:   as items_codec.h; writing a number that fits neither 64 bits nor a double fails as `encode`.
#pragma once

#include <memory>

#include "core/codec/codec.h"

namespace leat {

std::unique_ptr<Framer> msgpack_framer(const CodecOptions& options);
std::unique_ptr<Encoder> msgpack_encoder(const CodecOptions& options);

}  // namespace leat
