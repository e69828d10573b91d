#include "stages/source/hub_records.h"

#include <fmt/format.h>

#include "core/base/random.h"
#include "core/base/text.h"
#include "core/codec/capnp.h"
#include "core/codec/json_format.h"
#include "core/data/artifact.h"
#include "core/data/envelopes.h"

namespace leat {
namespace {

std::optional<char> separator_of(const CodecSpec& codec) {
  for (const std::string_view name : {"ndjson", "logfmt", "lines"})
    if (codec.name == name) return '\n';
  if (codec.name == "nul") return '\0';
  return std::nullopt;
}

CodecOptions datagrams(CodecOptions options) { return options.datagram = true, options; }

// The same in every run, so that a message that is delivered twice is known by it.
std::string id_of(uint64_t hub, uint64_t seq, uint64_t record, int64_t time) {
  SplitMix random(hub ^ seq * 0x9E3779B97F4A7C15 ^ record << 48);
  return uuid7(Instant(Duration(time)), random);
}

MetaValue text_or_bytes(std::string_view bytes) {
  if (text::utf8(bytes)) return std::string(bytes);
  return Bytes{std::string(bytes)};
}

}  // namespace

HubRecords::HubRecords(const std::string& name, const CodecSpec& codec, const CodecOptions& options)
    : name_(name), codec_(codec), options_(datagrams(options)), separator_(separator_of(codec)) {}

void HubRecords::load(hub::client::Session::Piece piece) {
  piece_ = std::move(piece);
  at_ = 0;
}

void HubRecords::read(One& one) const {
  one.frame = std::string_view(piece_.frames).substr(at_);
  one.frame = one.frame.substr(0, artifact::frame_size(one.frame));
  switch (hub::Message::read(one.frame, one.message)) {
    case hub::Message::Read::publish:
      return;
    case hub::Message::Read::other:
      if (const auto read = hub::decode(one.frame); read && std::holds_alternative<hub::Publish>(*read)) {
        hub::write(std::get<hub::Publish>(*read), one.copy);
        one.good = hub::Message::read(one.copy, one.message) == hub::Message::Read::publish;
        if (one.good) return;
      }
      break;
    case hub::Message::Read::broken:
      break;
  }
  one.message = {};
  one.message.payload = one.frame;
  one.good = false;
}

HubRecords::Kind HubRecords::kind(const One& one) const {
  if (!one.good) return Kind::alone;
  if (one.message.flags & hub::Publish::kArtifact) return Kind::artifact;
  return separator_ ? Kind::lines : Kind::alone;
}

SlabRef HubRecords::next(Pool& pool, const std::function<bool(uint64_t seq)>& known) {
  SlabRef slab;
  std::optional<Kind> kind;
  places_.clear();
  made_.clear();
  while (!empty()) {
    One one;
    read(one);
    const Kind of = this->kind(one);
    if (kind && (of != *kind || of == Kind::alone || slab->size() + one.message.payload.size() > Slab::kBlock)) break;
    at_ += one.frame.size();
    if (one.good && known(one.message.seq)) continue;
    if (!kind) slab = pool.take();
    kind = of;
    put(one, of, *slab);
    if (!one.good) slab->faults.push_back({0, "malformed", "no message of a hub"});
  }
  if (!kind) return {};
  frame(*kind, *slab);
  place(*slab);
  position_ += slab->size();
  return slab;
}

void HubRecords::put(const One& one, Kind kind, Slab& slab) {
  const std::string_view payload = one.message.payload;
  if (kind == Kind::artifact) {
    const auto begin = slab.size();
    slab.append(payload);
    slab.records.push_back({begin, slab.size()});
  } else {
    slab.append(payload);
    if (kind == Kind::lines) {
      // A carriage return at the end of a text is kept by that of a CRLF behind it.
      if (codec_.name == "lines" && payload.ends_with('\r')) slab.append("\r");
      if (payload.empty() || payload.back() != *separator_) slab.append(std::string_view(&*separator_, 1));
    }
  }
  places_.push_back({one.message.seq, position_ + slab.size()});
  std::string wrong;
  if (envelopes_) made_.push_back(envelope(one, wrong));
  if (kind == Kind::artifact && artifact::frame_size(payload) != payload.size()) wrong = "its payload is no artifact";
  if (!wrong.empty()) slab.faults.push_back({static_cast<uint32_t>(slab.records.size()) - 1, "malformed", std::move(wrong)});
}

void HubRecords::frame(Kind kind, Slab& slab) const {
  slab.source = &name_;
  slab.offset = 1;  // in the middle of a stream: no byte order mark is expected
  if (kind == Kind::artifact) {
    slab.format = &capnp_format();
    slab.contiguous = slab.faults.empty();
    return;
  }
  std::shared_ptr<Framer> framer = codec_.framer(options_);  // a format may be its own, and slabs outlive us
  const bool refused = !slab.faults.empty();
  const uint32_t size = slab.size();
  const uint32_t whole = refused ? 0 : framer->cut(slab, 0, true);
  framer->frame(slab);
  const Error* broken = framer->broken();
  if (refused || broken || whole < size) {
    slab.records.assign(1, {0, size});
    slab.packed.clear();
    slab.contiguous = false;
    if (!refused) slab.faults.assign(1, {0, "malformed", broken ? broken->text : "its payload is cut short"});
    if (!slab.format) slab.format = &json_format();
  }
  slab.keeper = std::move(framer);
}

// Which message each record came in.
void HubRecords::place(Slab& slab) {
  const size_t count = slab.records.size();
  slab.offsets.resize(count);
  if (envelopes_) slab.envelopes.resize(count);
  size_t message = 0;
  uint64_t of_it = 0;
  places_.back().end = position_ + slab.size();  // framing may have ended it
  for (size_t i = 0; i < count; ++i) {
    const uint32_t begin = (slab.packed.empty() ? slab.records : slab.packed)[i].begin;
    for (; message + 1 < places_.size() && position_ + begin >= places_[message].end; ++message) of_it = 0;
    slab.offsets[i] = places_[message].seq;
    if (!envelopes_) continue;
    slab.envelopes[i] = made_[message];
    if (of_it++ > 0) slab.envelopes[i].id = id_of(hub_, places_[message].seq, of_it, made_[message].time);
    if (slab.envelopes[i].media_type.empty()) {
      const std::string_view media_type = slab.format->media_type();
      slab.envelopes[i].media_type = media_type.empty() ? "application/json" : media_type;
    }
  }
}

// An artifact brings its own; the hub adds to it what only it knows.
Envelope HubRecords::envelope(const One& one, std::string& wrong) const {
  const hub::Message& message = one.message;
  Envelope made;
  if (message.flags & hub::Publish::kArtifact) {
    if (auto own = artifact::decode(message.payload))
      made = std::move(*own);
    else
      wrong = own.error().text;
  }
  if (made.id.empty()) made.id = id_of(hub_, message.seq, 0, message.time);
  if (made.time == 0) made.time = message.time;
  if (made.origin.empty()) made.origin = name_;
  if (made.subject.empty()) made.subject = message.subject;
  if (const auto whole = hub::decode(one.frame); whole && std::holds_alternative<hub::Publish>(*whole))
    for (const auto& [name, value] : std::get<hub::Publish>(*whole).headers) made.put(name, value);
  made.put("seq", static_cast<int64_t>(message.seq));
  if (!message.key.empty()) made.put("key", text_or_bytes(message.key));
  if (!message.reply_to.empty()) made.put("reply_to", std::string(message.reply_to));
  made.attempt = piece_.attempt - 1;
  return made;
}

}  // namespace leat
