// logfmt: one record per line, key=value pairs with spaces between them.
//   key=value     to the next space; a JSON number, true and false are what they say (unless infer is off)
//   key="value"   a string, with JSON's escapes
//   key           true;   key=   the empty string
// A string that would read as something else goes out in quotes, a null as key=, an array or object as a string of JSON.
// Owner, Thread, Blocks: as codec.h.
// Fails:   a line that is not made of pairs, and one that is not UTF-8, is malformed; writing what is no object, or a key
//          that cannot stand bare, fails as `encode`.
#pragma once

#include <memory>

#include "core/codec/codec.h"

namespace leat {

std::unique_ptr<Framer> logfmt_framer(const CodecOptions& options);
std::unique_ptr<Encoder> logfmt_encoder(const CodecOptions& options);

}  // namespace leat
