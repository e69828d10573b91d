// Metrics: what a hub counts about itself, in memory that does not grow.
// Owner:   the broker; a keeper its own.   Thread: the hub's loop.   Blocks: never.   Fails: cannot.
//
// A message costs a few increments; its two ways through the hub are timed by the turn: every acknowledgement, and of each delivery the
// message that waited longest.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/clock.h"
#include "core/hub/frame.h"

namespace leat::hub {

// Histogram: how often values of which size came, in four buckets for each doubling.
class Histogram {
 public:
  void add(uint64_t value, uint64_t times = 1) {
    buckets_[bucket(value)] += times;
    sum_ += static_cast<double>(value) * static_cast<double>(times);
  }
  void add(Duration time, uint64_t times = 1) { add(time < Duration::zero() ? 0 : static_cast<uint64_t>(time.count()), times); }

  uint64_t count() const { return below(buckets_.size()); }
  double sum() const { return sum_; }
  double mean() const;
  uint64_t quantile(double share) const;  // no less, and a quarter more at most; 0: there is none
  uint64_t up_to(int power) const { return below(static_cast<size_t>(power - 1) * 4); }  // values to 2^power, from 2^2 on

 private:
  static size_t bucket(uint64_t value) {
    const uint64_t less = value - (value > 0);
    if (less < 4) return less;
    const auto width = static_cast<size_t>(std::bit_width(less));
    return (width - 2) * 4 + ((less >> (width - 3)) & 3);
  }
  static uint64_t most(size_t bucket);
  uint64_t below(size_t bucket) const;

  std::array<uint64_t, 252> buckets_{};
  double sum_ = 0;  // of nanoseconds it would not be long until an integer runs over
};

struct Metrics {
  static constexpr std::array<std::string_view, 3> kGaps{"dropped", "expired", "damaged"};
  // The words of faults that end a connection, and what else does. `broken` stands for the system's many.
  static constexpr std::array<std::string_view, 16> kEndings{"broken", "closed",     "denied",       "draining",   "hello",  "kicked",
                                                             "limit",  "name-taken", "protocol",     "replaced",   "silent", "slow",
                                                             "token",  "version",    "subscription", "unsupported"};

  void told(const Gap& gap) {
    const size_t reason = static_cast<size_t>(gap.reason) % kGaps.size();
    ++gaps[reason], missed[reason] += gap.count;
  }
  void ended(std::string_view reason);

  Histogram acknowledged, delivered;  // nanoseconds since the publish came
  std::array<uint64_t, kGaps.size()> gaps{}, missed{};
  std::array<uint64_t, kEndings.size()> endings{};
  uint64_t stalls = 0;  // messages waited, and there was no credit
  Duration stalled{};
};

// Syncs: how a keeper's groups came to the disk.
struct Syncs {
  Histogram time, bytes, messages;
};

// Stall: a time in which messages wait for a subscription that has no credit.
class Stall {
 public:
  void look(bool starved, Instant now, Metrics& metrics);  // it may have begun, or ended
  bool tell(Instant now, Duration grace);                  // true: it has lasted so long; once for each

 private:
  bool is_ = false, told_ = false;
  Instant since_{};
};

}  // namespace leat::hub
