#include "core/window/event_time.h"

#include "core/data/moment.h"

namespace leat::window {
namespace {

// A century off the ends, so that no sum of a time and a duration can leave 64 bits.
constexpr Instant kFirst{std::chrono::sys_days{std::chrono::year(1778) / 1 / 1}},
    kLast{std::chrono::sys_days{std::chrono::year(2162) / 1 / 1}};

}  // namespace

bool EventTime::of(expr::Machine& machine, const expr::Row& row, Instant& time) {
  Value value;
  const auto found = machine.one(*program_, row, value);
  if (found == expr::Machine::One::failed) return code_ = machine.code(), message_ = machine.message(), false;
  const auto said = found == expr::Machine::One::value ? moment(value) : std::nullopt;
  if (!said || *said < kFirst || *said >= kLast)
    return code_ = "type", message_ = "time wants seconds since 1970 or RFC 3339 text, between 1778 and 2161", false;
  return time = *said, true;
}

}  // namespace leat::window
