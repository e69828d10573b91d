// World: the outside a run depends on besides its ends: time, chance and the environment.
// Owner:   cli makes the real ones, tests make fakes; everyone else is lent a reference.
// Thread:  any.   Blocks: never.
// Fails:   cannot.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leat {

using Duration = std::chrono::nanoseconds;
using Instant = std::chrono::sys_time<Duration>;  // nanoseconds since 1970-01-01 UTC

// A sum that stays at the ends of time instead of wrapping: "for as long as there is" is a duration a user may write.
inline Instant later(Instant time, Duration by) {
  int64_t sum;
  if (!__builtin_add_overflow(time.time_since_epoch().count(), by.count(), &sum)) return Instant(Duration(sum));
  return by.count() > 0 ? Instant::max() : Instant::min();
}

struct Clock {
  virtual ~Clock() = default;
  virtual Instant now() const = 0;  // may step back when an administrator sets the clock
};

struct Random {
  virtual ~Random() = default;
  virtual uint64_t next() = 0;  // 64 uniform bits
};

struct Environment {
  virtual ~Environment() = default;
  virtual std::optional<std::string> get(std::string_view name) const = 0;
};

struct World {
  Clock& clock;
  Random& random;
  Environment& environment;
};

}  // namespace leat
