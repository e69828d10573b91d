// Event: what may happen in a run that somebody can be told of, and which of them a reader wants.
// Owner:   a value.   Thread: any.   Blocks: never.
// Fails:   a word that is no event's, with a hint.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/base/result.h"

namespace leat {

enum class Event : uint8_t { error, drop, batch, window, circuit, open, close, complete };

inline constexpr std::array<std::string_view, 8> kEvents{"error", "drop", "batch", "window", "circuit", "open", "close", "complete"};
constexpr std::string_view name_of(Event event) { return kEvents[static_cast<size_t>(event)]; }

class EventSet {
 public:
  // Their names with commas between; none: all of them.
  static Result<EventSet> of(std::string_view names);

  constexpr bool has(Event event) const { return bits_ & (1u << static_cast<unsigned>(event)); }
  constexpr void add(Event event) { bits_ |= 1u << static_cast<unsigned>(event); }

 private:
  unsigned bits_ = 0;
};

}  // namespace leat
