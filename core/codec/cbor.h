// cbor: CBOR values one after another, RFC 8949 (a CBOR sequence, RFC 8742); of announced length or open until their break.
//   integers                      whole numbers, every digit kept, and so are bignums (tags 2 and 3) up to 1 KiB
//   text strings, arrays, maps    what JSON calls them; false, true and null too
//   floats of 16, 32 and 64 bits  the shortest number that reads back as the same double, with a point; NaN and infinities are null
//   byte strings                  their base64
//   undefined, other simples      null
//   any other tag                 nothing: what it is the tag of stands alone, as RFC 8949 says in 6.1
//   a key that is no text         the text that its value would be; an array or a map as key fails as `type`
// A record that nobody changed goes out as it came, tags and all. What was changed, or was JSON, goes out with lengths announced and
// integers as short as they can be (beyond 64 bits as bignums); a number written with a point or an exponent is a float of 64 bits.
// Owner, Thread, Blocks: as codec.h.
// Fails:   as items_codec.h; writing a number with a point or an exponent that no double holds fails as `encode`.
#pragma once

#include <memory>

#include "core/codec/codec.h"

namespace leat {

std::unique_ptr<Framer> cbor_framer(const CodecOptions& options);
std::unique_ptr<Encoder> cbor_encoder(const CodecOptions& options);

}  // namespace leat
