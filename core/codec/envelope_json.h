// Codec envelope: one JSON object per artifact and line, to look at artifacts and to make them by hand.
// Owner, Thread, Blocks: as codec.h.
// Fails:   a line that is no such object: malformed, with what was expected.
//
// Every field that is set, by its name in expressions ($artifact): time id origin issuer destination subject media_type
// role scope meta checksum_algorithm checksum signature_algorithm signature_key signature trace parent attempt error
// approvals. Times are RFC 3339, or nanoseconds since 1970 outside the years 1678 to 2261; bytes are base64.
// In meta 5 is an int and 5.0 a float; {"base64": ...} is binary, {"float": "nan" | "inf" | "-inf"} what JSON has no number for.
// `unknown`, base64, is what a newer writer said and we cannot name.
//
// The payload is spelled in one of three ways, whichever it is exactly or most readably, and `.` is its value:
//   payload          the JSON value itself (white space around it and at line ends goes) under a JSON media type; a string under text/*
//   payload_text     a string: UTF-8 under any media type; JSON too that would lose a byte as `payload`, where a checksum or a signature
//                    holds for it
//   payload_base64   any bytes; `.` is that string
// An unknown name is refused, as it is a slip of the pen more often than the future.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/codec/codec.h"

namespace leat {

std::unique_ptr<Framer> envelope_framer(const CodecOptions& options);
std::unique_ptr<Encoder> envelope_encoder(const CodecOptions& options);

const Format& envelope_format();

namespace envelope_json {

enum class Spell : uint8_t {
  readable,  // as JSON where it is JSON
  exact,     // as text or base64, so that the very bytes come back
};
void write(const Envelope& envelope, std::string_view payload, Spell spell, std::string& out);  // appends the object
Done read(std::string_view object, Parts& parts);

}  // namespace envelope_json
}  // namespace leat
