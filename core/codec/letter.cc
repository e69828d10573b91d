#include "core/codec/letter.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "core/codec/capnp.h"
#include "core/codec/envelope_json.h"
#include "core/data/artifact.h"

namespace leat {
namespace {

constexpr std::string_view kCodecKey = "codec", kHeaderKey = "codec_header";

std::string media_type(const Slab& slab) {
  const Format& format = *slab.format;
  if (slab.original) return std::string(slab.original->media_type);
  if (&format == &capnp_format()) return "application/x-capnp";
  if (format.carries_envelope()) return "application/json";
  return format.media_type().empty() ? fmt::format("text/{}", format.name()) : std::string(format.media_type());
}

// The record's envelope as that of its letter, whose payload is the record and not the record's payload.
void address(const Slab& slab, uint32_t record, Envelope& envelope) {
  envelope = slab.envelopes[record];
  envelope.restate();
  envelope.approvals.clear();
  envelope.unknown.clear();
  envelope.media_type = media_type(slab);
  envelope.put(kCodecKey, std::string(slab.original ? slab.original->codec : slab.format->name()));
  if (!slab.format->header_row().empty()) envelope.put(kHeaderKey, std::string(slab.format->header_row()));
  envelope.put_checksum(slab.original_of(record));
}

class LetterEncoder final : public Encoder {
 public:
  explicit LetterEncoder(bool as_json) : as_json_(as_json) {}

  bool as_is(const Slab&) const override { return false; }

  void encode(const Batch& batch, std::string& out, const Fail& fail) override {
    const Slab& slab = batch.slab();
    batch.each([&](uint32_t record) {
      address(slab, record, envelope_);
      if (as_json_) {
        envelope_json::write(envelope_, slab.original_of(record), envelope_json::Spell::exact, out);
        out += '\n';
      } else if (const Done done = artifact::encode(envelope_, slab.original_of(record), out); !done) {
        fail(record, {"encode", done.error().text});
      }
    });
  }

 private:
  const bool as_json_;
  Envelope envelope_;
};

// Metadata of the letter that the record did not have.
template <class T>
T take(Envelope& envelope, std::string_view key) {
  const auto at = std::find_if(envelope.meta.begin(), envelope.meta.end(), [&](const auto& entry) { return entry.first == key; });
  if (at == envelope.meta.end()) return {};
  const auto* value = std::get_if<T>(&at->second);
  T taken = value ? *value : T();
  envelope.meta.erase(at);
  return taken;
}

}  // namespace

bool letters_as_json(std::string_view path) {
  path = unpacked_path(path);
  return path.ends_with(".ndjson") || path.ends_with(".jsonl");
}

std::unique_ptr<Encoder> letter_encoder(bool as_json) { return std::make_unique<LetterEncoder>(as_json); }

std::unique_ptr<Framer> letter_framer(bool as_json, const CodecOptions& options) {
  // The longest record must fit in its letter: as JSON text a byte may take six letters.
  CodecOptions wide = options;
  wide.max_record = static_cast<uint32_t>(std::min<uint64_t>(uint64_t{options.max_record} * (as_json ? 6 : 1) + (1 << 20), UINT32_MAX / 2));
  return as_json ? envelope_framer(wide) : capnp_framer(wide);
}

const CodecSpec& letter_codec(bool as_json) {
  static constexpr CodecSpec kJson{"letters",
                                   "",
                                   "",
                                   true,
                                   [](const CodecOptions& options) { return letter_framer(true, options); },
                                   [](const CodecOptions&) { return letter_encoder(true); }};
  static constexpr CodecSpec kArtifacts{"letters",
                                        "",
                                        "",
                                        true,
                                        [](const CodecOptions& options) { return letter_framer(false, options); },
                                        [](const CodecOptions&) { return letter_encoder(false); }};
  return as_json ? kJson : kArtifacts;
}

Done open_letter(const Format& format, std::string_view record, Letter& letter) {
  Parts parts;
  parts.scratch = std::move(letter.scratch);
  if (const Done done = format.unpack(record, parts); !done) return done;
  letter.envelope = std::move(parts.envelope);
  const bool in_scratch = parts.payload.data() == parts.scratch.data();
  letter.scratch = std::move(parts.scratch);
  letter.bytes = in_scratch ? std::string_view(letter.scratch) : parts.payload;
  Envelope& envelope = letter.envelope;
  if (!envelope.failure) return Error{Error::Kind::data, "no dead letter: it has no error", {}};
  if (envelope.checksum_algorithm == Envelope::kChecksum && !envelope.has_checksum_of(letter.bytes))
    return Error{Error::Kind::data, "the letter's bytes are not those that were written: crc32c differs", {}};
  letter.codec = take<std::string>(envelope, kCodecKey);
  letter.header = take<std::string>(envelope, kHeaderKey);
  letter.cut = take<bool>(envelope, kCutKey);
  envelope.restate();
  return {};
}

Done open_letter(const Slab& slab, uint32_t record, Letter& letter) {
  const auto at_byte = [&](std::string_view text) {
    return Error{Error::Kind::data, fmt::format("byte {}: {}", slab.position(record), text), {}};
  };
  for (const Slab::Fault& fault : slab.faults)
    if (fault.record == record) return at_byte(fault.message);
  const Done opened = open_letter(*slab.format, slab.record(record), letter);
  return opened ? opened : at_byte(opened.error().text);
}

}  // namespace leat
