#include "core/hub/log/segment.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace leat::hub::log {
namespace {

constexpr std::string_view kSegment = ".segment", kSpare = ".spare", kDamaged = ".damaged";

// So many hexadecimal digits from the front of the name.
template <class Number>
bool digits(std::string_view& name, size_t count, Number& number) {
  if (name.size() < count) return false;
  const char* behind = name.data() + count;
  const auto [end, error] = std::from_chars(name.data(), behind, number, 16);
  name.remove_prefix(count);
  return error == std::errc() && end == behind;
}

}  // namespace

void Segment::note(const BatchHeader& batch, uint64_t offset) {
  // Behind a hole there is a mark, so that no way from a mark to a batch leads over damage that is known.
  const bool far = marks.empty() || batch.base_seq != end_seq || offset != end_offset || offset >= marks.back().offset + kStride;
  if (far) marks.push_back({batch.base_seq, offset, batch.max_ts});
  marks.back().max_ts = std::max(marks.back().max_ts, batch.max_ts);
  min_ts = std::min(min_ts, batch.min_ts);
  max_ts = std::max(max_ts, batch.max_ts);
  records += batch.count;
  synced = std::max(synced, batch.synced);
  end_seq = batch.end_seq();
  end_offset = offset + batch.size();
}

void Segment::cut(uint64_t seq, uint64_t offset, uint64_t left) {
  while (!marks.empty() && marks.back().seq >= seq) marks.pop_back();
  end_seq = seq;
  end_offset = offset;
  records = left;
}

const Mark* Segment::mark_of(uint64_t seq) const {
  const auto after = std::upper_bound(marks.begin(), marks.end(), seq, [](uint64_t wanted, const Mark& mark) { return wanted < mark.seq; });
  return after == marks.begin() ? nullptr : &*(after - 1);
}

std::string segment_name(uint32_t number, uint64_t base_seq) { return fmt::format("{:08x}-{:016x}{}", number, base_seq, kSegment); }
std::string spare_name(uint32_t number) { return fmt::format("{:08x}{}", number, kSpare); }
std::string damaged_name(uint32_t number) { return fmt::format("{:08x}{}", number, kDamaged); }

std::optional<Named> named(std::string_view name) {
  Named out{};
  if (!digits(name, 8, out.number) || out.number == 0 || out.number == UINT32_MAX) return {};
  if (name == kSpare) return out.kind = Named::Kind::spare, out;
  if (name == kDamaged) return out.kind = Named::Kind::damaged, out;
  if (name.empty() || name.front() != '-') return {};
  name.remove_prefix(1);
  if (!digits(name, 16, out.base_seq) || out.base_seq >= kMostSeq || name != kSegment) return {};
  return out.kind = Named::Kind::segment, out;
}

}  // namespace leat::hub::log
