#include "core/data/moment.h"

#include <cmath>

#include "core/base/text.h"

namespace leat {

std::optional<Instant> moment(const Value& value) {
  constexpr double kReach = 9.2e9;  // seconds that nanoseconds in 64 bits reach
  if (value.is_string()) return text::rfc3339(value.view());
  if (!value.is_number() || !(std::abs(value.number()) < kReach)) return std::nullopt;
  if (int64_t seconds = 0; value.whole(seconds)) return Instant(std::chrono::seconds(seconds));
  // A double has seven digits behind the point for a time of today: more are not there to be kept.
  const double seconds = std::floor(value.number());
  return Instant(std::chrono::seconds(static_cast<int64_t>(seconds))) + Duration(std::llround((value.number() - seconds) * 1e9));
}

}  // namespace leat
