// Consumer: how far those have come who acknowledge what they are given of a history: what is with whom, what is to be given again, and
// what nobody needs any more.
// Owner:   the broker where it is durable, else its one subscription.   Thread: the hub's loop.   Blocks: never.
// Fails:   cannot; of unacknowledged messages there are at most Options::max_pending.
//
// Numbers below next() have been given or were for nobody here. Those of them that are not acknowledged are pending: held by a member
// until it acknowledges them or its time is up, or loose and given again when they are due. Neighbours that share a fate are one span.
//
// Where deliveries are counted, what was given before is given alone: its member has nothing else then. So the message that brings its
// reader down is found out, and those that were under way with it have done nothing worse than wait.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "core/base/clock.h"
#include "core/hub/log/cursors.h"

namespace leat::hub {

class Consumer {
 public:
  static constexpr uint32_t kMostPending = 1'000'000, kEnough = 1'000'000'000;
  static constexpr Duration kFirstWait = std::chrono::milliseconds(100);  // before what was refused is given again; twice as long each time

  struct Options {
    Duration ack_wait = std::chrono::seconds(30);
    uint32_t max_pending = 1000, max_deliver = 0;  // 0: without end
  };
  using Member = const void*;  // who it is, is not looked at

  explicit Consumer(uint64_t start) : next_(start) {}
  explicit Consumer(const log::Cursor& cursor);

  void options(const Options& options) { options_ = options; }
  const Options& options() const { return options_; }

  // What this member should be given now, of a history that shows the numbers below `visible`.
  struct Turn {
    uint64_t number;
    uint32_t attempt;  // 1: the first
  };
  std::optional<Turn> turn(uint64_t visible, Member to, Instant now);
  void given(const Turn& turn, Member to, Instant now);
  void passed(uint64_t first, uint64_t last);     // they are for nobody here, or nobody needs them any more
  void bury(const Turn& turn);                    // given no more, and not passed yet
  void put_off(const Turn& turn, Instant until);  // not given now
  uint64_t gone(uint64_t below);                  // none of these can be read any more; answers how many nobody was given
  bool terminated(const Turn& turn) const { return turn.attempt > kEnough; }
  bool spent(const Turn& turn) const { return terminated(turn) || (options_.max_deliver > 0 && turn.attempt > options_.max_deliver); }

  // What members say of numbers from `first` to `last`, both included. Member nullptr: whoever has them.
  // Answer: how many it was true of.
  uint64_t acknowledge(uint64_t first, uint64_t last, Member by);
  void acknowledge_unseen(uint64_t last);  // ... of an earlier life of the hub: it remembers less than its client
  uint64_t refuse(uint64_t first, uint64_t last, Member by, std::optional<Duration> delay, Instant now);
  uint64_t terminate(uint64_t first, uint64_t last, Member by, Instant now);  // its next turn is not for giving it
  uint64_t wait_longer(uint64_t first, uint64_t last, Member by, Instant now);
  void left(Member member, Instant now);  // what it had is for others, or for when it comes back
  bool expire(Instant now);               // true: somebody has let his time go by

  uint64_t floor() const;  // all below is acknowledged
  uint64_t next() const { return next_; }
  bool given_below(uint64_t number) const { return next_ >= number && loose_ == 0; }
  uint64_t pending() const { return pending_; }
  uint64_t again() const { return again_; }  // so many were given more than once
  bool full() const { return pending_ >= options_.max_pending; }
  bool due(Instant now) const { return loose_ > 0 && now >= loose_due_; }
  log::Cursor cursor() const;  // to be remembered; of more than a cursor holds, the rest is given again

 private:
  struct Span {  // from its key on
    uint64_t last;
    uint32_t attempt;
    Member holder;  // nullptr: loose
    Instant due;    // held: when it is loose; loose: when it may be given
    bool as(const Span& other) const { return attempt == other.attempt && holder == other.holder && due == other.due; }
  };
  using Spans = std::map<uint64_t, Span>;
  Spans::iterator split(uint64_t at);
  void add(uint64_t number, const Span& span);
  void take_out(uint64_t number);
  void erase(Spans::iterator place);
  void release(const Span& span, uint64_t count);
  void loosen(uint64_t first, Span& span, Instant due);
  // f(place) for the spans from first to last that `by` holds, cut to fit; answers how many messages they are.
  template <class F>
  uint64_t each(uint64_t first, uint64_t last, Member by, F&& f);
  std::optional<Turn> loose_turn(Instant now);
  uint32_t times(uint64_t number);

  struct Hands {  // of a member
    uint64_t holds = 0;
    bool suspect = false;  // and that was given before
  };

  Options options_;
  Spans spans_;
  std::map<Member, Hands> hands_;  // of those that hold something
  uint64_t next_;
  uint64_t pending_ = 0, loose_ = 0, again_ = 0;
  uint64_t loose_from_ = 0;                                 // none is loose below
  Instant loose_due_{}, held_due_{Instant::max()};          // ... or due before, held ones too
  std::deque<std::pair<uint64_t, uint64_t>> acknowledged_;  // from next_ on, by what was remembered: from, and behind the last
  std::deque<std::pair<uint64_t, uint32_t>> remembered_;    // how often these were given before the hub began
};

}  // namespace leat::hub
