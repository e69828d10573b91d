// Codecs capnp and capnp-packed: a stream of artifacts, each framed as Cap'n Proto frames it, nothing between them.
// Owner, Thread, Blocks: as codec.h.
// Fails:   a message past the size limit, or packed more than 128 to 1, is a fault; a segment table that cannot be and a
//          message cut short break the stream, at a named byte.
//
// A record is one whole unpacked message; what nobody changed leaves with its own bytes, packed ones too.
// As a value it is its payload, read by its media type (core/data/media.h):
//   JSON                    that value, spelled as it came; no payload reads as null
//   text/*                  a string; bytes that are not UTF-8 read as U+FFFD
//   any other media type    a string of base64
#pragma once

#include <memory>

#include "core/codec/codec.h"

namespace leat {

std::unique_ptr<Framer> capnp_framer(const CodecOptions& options);
std::unique_ptr<Encoder> capnp_encoder(const CodecOptions& options);
std::unique_ptr<Framer> capnp_packed_framer(const CodecOptions& options);
std::unique_ptr<Encoder> capnp_packed_encoder(const CodecOptions& options);

const Format& capnp_format();

}  // namespace leat
