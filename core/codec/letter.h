// Letter: a record that failed, kept so that it can be looked at and run again: its bytes as they came, and why it failed.
// Owner:   an encoder belongs to the dead-letter sink, a framer to who reads its file.
// Thread:  one.   Blocks: never.
// Fails:   opening a letter that is none, or whose bytes are not those that were written.
//
// On the wire a letter is an artifact: the failed record's bytes are the payload, with a crc32c; `error` says why, where
// and how often; metadata `codec` names the codec whose record the bytes are, `codec_header` what that codec needs in front of them
// (a CSV header), and `codec_cut` is true where they are no more than the front of a record that was too long; the other fields are the
// record's own, if it had any. A file ending in .ndjson or .jsonl holds one JSON object per letter (codec envelope, the payload always as
// payload_text or payload_base64, so that no byte of it changes), any other a stream of artifacts (codec capnp).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/codec/codec.h"
#include "core/data/format.h"

namespace leat {

bool letters_as_json(std::string_view path);

// Of records whose slab.envelopes say why they failed.
std::unique_ptr<Encoder> letter_encoder(bool as_json);
// Its records are letters; each is to be opened.
std::unique_ptr<Framer> letter_framer(bool as_json, const CodecOptions& options);
// The two as a codec.
const CodecSpec& letter_codec(bool as_json);

// Of the metadata that a failed record has in front of the dead-letter sink already.
inline constexpr std::string_view kCutKey = "codec_cut";

struct Letter {
  Envelope envelope;       // of the failed record; `failure` is never null
  std::string codec;       // whose record the bytes are; empty: the writer did not say
  std::string header;      // Format::header_row() of the format they had
  bool cut = false;        // the bytes are only the front of a record that was too long
  std::string_view bytes;  // into the record or scratch
  std::string scratch;
};
Done open_letter(const Format& format, std::string_view record, Letter& letter);
// Of a slab that letter_framer cut; the error says at which byte.
Done open_letter(const Slab& slab, uint32_t record, Letter& letter);

}  // namespace leat
