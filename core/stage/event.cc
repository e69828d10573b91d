#include "core/stage/event.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/text.h"

namespace leat {

Result<EventSet> EventSet::of(std::string_view names) {
  EventSet set;
  if (names.empty()) return set.bits_ = (1u << kEvents.size()) - 1, set;
  for (std::string_view name : text::split(names, ',')) {
    const auto* const at = std::find(kEvents.begin(), kEvents.end(), name);
    if (at != kEvents.end()) {
      set.add(static_cast<Event>(at - kEvents.begin()));
      continue;
    }
    const auto near = text::nearest(name, {kEvents.begin(), kEvents.end()});
    return Error{Error::Kind::usage, fmt::format("there is no event {}", text::quoted(name)),
                 near ? fmt::format("did you mean {}?", *near) : fmt::format("they are {}", fmt::join(kEvents, ", "))};
  }
  return set;
}

}  // namespace leat
