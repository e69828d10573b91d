// Breaker: stops attempts for a while when too many of them fail, then lets a few through to see.
// Owner:   whoever makes the attempts, one for each other side.   Thread: one.   Blocks: never; time is an argument.
// Fails:   cannot.
//
//   closed ---- of at least `min` attempts in the last `over` a part of `rate` or more failed ----> open
//   open   ---- `open` has passed; `growth` times longer each time in a row, at most `open_max` --> half-open
//   half-open - one of the probes failed --> open;   all `probes` of them passed --> closed, and the open time is the first again
//
// An attempt that ends under another state than it began in counts in the stats, and no further.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "core/base/clock.h"

namespace leat {

class Breaker {
 public:
  enum class State : uint8_t { closed, open, half_open };
  static std::string_view name(State state);  // closed, open, half-open

  struct Options {
    double rate = 0.5;
    uint64_t min = 10;
    Duration over = std::chrono::seconds(60), open = std::chrono::seconds(30);
    uint64_t probes = 3;
    double growth = 2;
    Duration open_max = std::chrono::minutes(10);
  };
  // Counts of the whole run.
  struct Stats {
    uint64_t attempts = 0, passed = 0, failed = 0, refused = 0;  // refused: asked for while there was no place for any
    uint64_t opened = 0;                                         // times
    uint64_t passed_in_a_row = 0, failed_in_a_row = 0;
    std::optional<Instant> last_failure;
  };
  struct Event {
    State from, to;
    Instant at;
    uint64_t attempts, failed;  // that decided it: of the window, or of the probes
    Duration wait;              // of one to open: how long it will be
  };
  using OnEvent = std::function<void(const Event&)>;

  explicit Breaker(const Options& options, OnEvent on_event = nullptr) : options_(options), on_event_(std::move(on_event)) {}

  // The leave to make one attempt; give it back to exactly one of passed(), failed() and unused().
  struct Pass {
    uint64_t era;
  };
  std::optional<Pass> begin(Instant now);  // nothing: not now
  void passed(Pass pass, Instant now);
  void failed(Pass pass, Instant now);
  void unused(Pass pass);  // the attempt was never made, or was cut short

  State state(Instant now);                 // as of now: open becomes half-open by time alone
  State state() const { return state_; }    // as of the last call
  Instant until() const { return until_; }  // of open: when it ends
  const Stats& stats() const { return stats_; }

 private:
  // Attempts that ended within one part of the window; the oldest part leaves it whole.
  static constexpr size_t kSlots = 32;
  struct Slot {
    int64_t number = -1;
    uint64_t attempts = 0, failed = 0;
  };

  Instant forward(Instant now);
  void count(Instant now, bool failed);
  void clear();
  bool tripped() const;
  void trip();
  void go(State to, uint64_t attempts, uint64_t failed);

  const Options options_;
  const OnEvent on_event_;
  State state_ = State::closed;
  Instant now_{}, until_{};
  Duration wait_{};                // of the open time under way or the last one
  bool again_ = false;             // it has not been closed since
  uint64_t era_ = 0;               // of passes
  uint64_t begun_ = 0, done_ = 0;  // probes
  std::array<Slot, kSlots> slots_{};
  uint64_t attempts_ = 0, failed_ = 0;  // of all slots
  Stats stats_;
};

}  // namespace leat
