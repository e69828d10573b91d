#include "core/data/envelopes.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "core/base/random.h"
#include "core/data/media.h"

namespace leat {
namespace {

void read_envelopes(Slab& slab) {
  std::vector<Slab::Fault> known = std::exchange(slab.faults, {});
  auto fault = known.begin();
  Parts parts;
  for (uint32_t i = 0; i < slab.envelopes.size(); ++i) {
    if (fault != known.end() && fault->record == i) {  // framing has refused it already
      slab.faults.push_back(std::move(*fault++));
      continue;
    }
    if (const Done done = slab.format->unpack(slab.record(i), parts); !done)
      slab.faults.push_back({i, "malformed", done.error().text});
    else
      slab.envelopes[i] = std::move(parts.envelope);
  }
}

}  // namespace

void add_envelopes(Slab& slab, std::string_view origin, Instant now, Random& random) {
  slab.envelopes.resize(slab.records.size());
  if (slab.format->carries_envelope()) return read_envelopes(slab);
  const std::string_view media_type = slab.format->media_type();
  for (Envelope& envelope : slab.envelopes) {
    envelope.id = uuid7(now, random);
    envelope.time = now.time_since_epoch().count();
    envelope.origin = origin;
    envelope.media_type = media_type.empty() ? "application/json" : media_type;
  }
}

Done take_apart(const Slab& slab, uint32_t record, Parts& parts) {
  const Done done = slab.format->unpack(slab.record(record), parts);
  if (!done || slab.envelopes.empty()) return done;
  const std::string media_type = std::exchange(parts.envelope, slab.envelopes[record]).media_type;
  // The bytes may be of another kind than those the envelope was made for: a text that map turned into JSON.
  if (!slab.format->carries_envelope() && media_of(parts.envelope.media_type) != media_of(media_type))
    parts.envelope.media_type = media_type;
  return done;
}

Envelope envelope_of(const Slab& slab, uint32_t record) {
  if (record < slab.envelopes.size()) return slab.envelopes[record];
  Parts own;
  if (slab.format->carries_envelope() && slab.format->unpack(slab.record(record), own)) return std::move(own.envelope);
  return {};
}

Envelope child(const Envelope& parent, uint32_t number, uint64_t salt, Instant now) {
  Envelope made = parent;
  made.restate();
  made.parent = parent.id;
  if (parent.id.empty()) return made;
  SplitMix random(std::hash<std::string_view>{}(parent.id) ^ (salt + number) * 0x9E3779B97F4A7C15);
  made.id = uuid7(now, random);
  return made;
}

std::string uuid7(Instant now, Random& random) {
  static constexpr char kDigits[] = "0123456789abcdef";
  const auto ms = static_cast<uint64_t>(std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count());
  const uint64_t high = ms << 16 | 0x7000 | (random.next() & 0x0FFF);
  const uint64_t low = (random.next() & 0x3FFFFFFFFFFFFFFF) | 0x8000000000000000;
  std::string text;
  text.reserve(36);
  for (int digit = 0; digit < 32; ++digit) {
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) text += '-';
    text += kDigits[((digit < 16 ? high : low) >> (60 - digit % 16 * 4)) & 15];
  }
  return text;
}

}  // namespace leat
