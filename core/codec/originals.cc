#include "core/codec/originals.h"

#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"

namespace leat {
namespace {

// As the record had it when it failed.
Envelope envelope_of(const Letter& letter, const Format& format) {
  Envelope made = letter.envelope;
  const std::unique_ptr<Failure> failure = std::move(made.failure);
  made.attempt = failure->attempts;
  made.first_failed = failure->first;
  made.media_type = format.media_type().empty() ? "application/json" : format.media_type();
  Parts parts;
  if (!format.carries_envelope() || !format.unpack(letter.bytes, parts)) return made;
  // What a letter says of its own payload, the record says of another one.
  Envelope& own = parts.envelope;
  made.media_type = std::move(own.media_type);
  made.checksum_algorithm = std::move(own.checksum_algorithm), made.checksum = std::move(own.checksum);
  made.approvals = std::move(own.approvals), made.unknown = std::move(own.unknown);
  return made;
}

}  // namespace

// The codec's framer makes the format, as it did when it read the stream that the record stood in.
Done Originals::know(const Letter& letter) {
  const std::string& codec = letter.codec.empty() ? codec_ : letter.codec;
  const std::string& source = letter.envelope.failure->source;
  if (kind_ && kind_->codec == codec && kind_->header == letter.header && kind_->source == source) return {};
  const CodecSpec* spec = find_codec(codec);
  if (!spec || !spec->framer)
    return Error{Error::Kind::data, fmt::format("a record of codec {}, which is not read here", text::quoted(codec)), {}};
  CodecOptions options = options_;
  options.header = !letter.header.empty();
  Kind kind{codec, letter.header, source, spec->framer(options), nullptr, nullptr};
  Pool pool;
  SlabRef front = pool.take();
  if (options.header) front->append(letter.header + '\n');
  kind.framer->cut(*front, 0, false);
  if (const Error* broken = kind.framer->broken()) return *broken;
  kind.framer->frame(*front);
  kind.format = front->format;
  kind.original = front->original;
  kind_ = std::make_shared<const Kind>(std::move(kind));
  return {};
}

// A record that framing makes JSON of goes through framing again, and fails there again if it did so the first time.
Done Originals::restore(std::string_view bytes, Slab& slab) const {
  Pool pool;
  SlabRef alone = pool.take();
  const std::unique_ptr<Framer> framer = find_codec(kind_->codec)->framer(options_);
  alone->append(bytes);
  framer->cut(*alone, 0, true);
  if (framer->broken() || alone->records.size() != 1)
    return Error{Error::Kind::data, fmt::format("the letter holds no record of codec {}", kind_->codec), {}};
  framer->frame(*alone);
  for (Slab::Fault& fault : alone->faults) slab.faults.push_back({static_cast<uint32_t>(slab.records.size()), fault.code, fault.message});
  slab.add(*alone, 0);
  return {};
}

Result<bool> Originals::add(const Letter& letter, Slab& slab) {
  if (const Done known = know(letter); !known) return known.error();
  if (!slab.records.empty() && slab.keeper != kind_) return false;
  slab.format = kind_->format;
  slab.original = kind_->original;
  slab.keeper = kind_;
  slab.source = kind_->source.empty() ? nullptr : &kind_->source;
  if (letter.cut) slab.faults.push_back({static_cast<uint32_t>(slab.records.size()), "limit", letter.envelope.failure->message});
  if (kind_->original && !letter.cut) {
    if (const Done restored = restore(letter.bytes, slab); !restored) return restored.error();
  } else {
    slab.add(letter.bytes);
    if (kind_->original) slab.packed.push_back(slab.records.back());
  }
  slab.offsets.push_back(letter.envelope.failure->offset);
  slab.envelopes.push_back(envelope_of(letter, *kind_->format));
  return true;
}

}  // namespace leat
