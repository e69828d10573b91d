// Framing: what framers share, and encoders that write what they will read: the record that is too long, the byte order mark in
// front of a text, and the carriage return in front of a newline.
// Owner:   pure functions.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
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

inline constexpr std::string_view kMark = "\xEF\xBB\xBF";

// Bytes of the UTF-8 byte order mark at the front of the stream; nothing while that cannot be told.
inline std::optional<uint32_t> mark_size(const Slab& slab, bool end) {
  if (slab.offset != 0) return 0;
  if (slab.text().starts_with(kMark)) return 3;
  if (!end && kMark.starts_with(slab.text())) return std::nullopt;
  return 0;
}

// The first bytes of a stream, at `begin`: where they look like a mark and are none, a mark in front of them keeps them.
inline void keep_front(std::string& out, size_t begin) {
  if (std::string_view(out).substr(begin).starts_with(kMark)) out.insert(begin, kMark);
}

// Ends a line so that it is read again as it is: a carriage return at its end is kept by that of a CRLF behind it.
inline void end_line(std::string& out) {
  if (!out.empty() && out.back() == '\r') out += '\r';
  out += '\n';
}

}  // namespace leat::framing
