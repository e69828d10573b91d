// Backoff: after a failed attempt, whether there is another one and how long to wait before it.
// Owner:   whoever makes the attempts; one for each operation that is tried again, with chance lent by its caller.
// Thread:  one.   Blocks: never; time is an argument.
// Fails:   cannot.
//
// Before attempt k+1 it waits base * 2^(k-1), base * k or base, at most max; of that a random part, so that many clients of one
// server that comes back do not all come at once.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"

namespace leat {

struct Retry {
  static constexpr uint64_t kForever = std::numeric_limits<uint64_t>::max();
  enum class Kind : uint8_t { exponential, linear, fixed };

  uint64_t attempts = 1;  // counting the first; 0 is 1
  Duration base = std::chrono::milliseconds(100), max = std::chrono::seconds(30);
  Kind kind = Kind::exponential;
  double least = 0;  // the part of a wait that is never left out: 0 full jitter, 1 none
  // Words, each a code or a piece of the text of a failure. What one of `never` names is not tried again, nor what none of `on` does,
  // if there is any.
  std::vector<std::string> on, never;
};

class Backoff {
 public:
  Backoff(Retry retry, Random& random) : retry_(std::move(retry)), random_(&random) {}

  // An attempt has failed so: how long to wait before the next. Nothing: there is none, and attempts() says how many there were.
  std::optional<Duration> failed(Instant now, std::string_view code, std::string_view text);
  void reset() { attempts_ = 0; }  // it has worked, or is given up: the next failure is that of a first attempt

  uint64_t attempts() const { return attempts_; }  // failed ones since the last reset
  Instant first() const { return first_; }         // when the first of them failed
  Instant last() const { return last_; }
  const Retry& retry() const { return retry_; }

  // The longest wait behind `attempts` failed attempts, before chance takes its part.
  static Duration longest(const Retry& retry, uint64_t attempts);

 private:
  bool worth_another(std::string_view code, std::string_view text) const;

  Retry retry_;
  Random* random_;
  uint64_t attempts_ = 0;
  Instant first_{}, last_{};
};

}  // namespace leat
