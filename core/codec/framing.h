// Framing: what the framers share: the record that is too long, and the byte order mark in front of a text.
// Owner:   pure functions.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/data/slab.h"

namespace leat::framing {

inline constexpr uint32_t kKept = 4096;  // bytes of a record that is too long which stand for it

// The record at `begin` is longer than max_record, and so much of it has come.
inline void refuse(Slab& slab, uint32_t begin, uint32_t max_record) {
  slab.faults.push_back({static_cast<uint32_t>(slab.records.size()), "limit", fmt::format("longer than {}", text::size(max_record))});
  slab.records.push_back({begin, begin + std::min(kKept, max_record)});
}

// Bytes of the UTF-8 byte order mark at the front of the stream; nothing while that cannot be told.
inline std::optional<uint32_t> mark_size(const Slab& slab, bool end) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (slab.offset != 0) return 0;
  if (slab.text().starts_with(kMark)) return 3;
  if (!end && kMark.starts_with(slab.text())) return std::nullopt;
  return 0;
}

}  // namespace leat::framing
