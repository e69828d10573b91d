#include "core/hub/broker/consumer.h"

#include <algorithm>

namespace leat::hub {

Consumer::Consumer(const log::Cursor& cursor)
    : next_(cursor.floor),
      acknowledged_(cursor.acked.begin(), cursor.acked.end()),
      remembered_(cursor.deliveries.begin(), cursor.deliveries.end()) {}

// ---- Spans ---------------------------------------------------------------------------------------------------------

// So that one span ends before `at`; answers the first from there on.
Consumer::Spans::iterator Consumer::split(uint64_t at) {
  const auto behind = spans_.lower_bound(at);
  if (behind == spans_.begin()) return behind;
  Span& before = std::prev(behind)->second;
  if (before.last < at) return behind;
  const Span rest = before;
  before.last = at - 1;
  return spans_.emplace_hint(behind, at, rest);
}

void Consumer::add(uint64_t number, const Span& span) {
  const auto behind = spans_.lower_bound(number);
  if (behind != spans_.begin())
    if (Span& before = std::prev(behind)->second; before.last + 1 == number && before.as(span)) return void(before.last = number);
  spans_.emplace_hint(behind, number, span);
}

// Its holder has so many messages fewer.
void Consumer::release(const Span& span, uint64_t count) {
  const auto hands = hands_.find(span.holder);
  if (hands != hands_.end() && (hands->second.holds -= count) == 0) hands_.erase(hands);
}

void Consumer::loosen(uint64_t first, Span& span, Instant due) {
  if (span.holder) {
    loose_ += span.last - first + 1;
    release(span, span.last - first + 1);
  }
  span.holder = nullptr, span.due = due;
  loose_from_ = std::min(loose_from_, first), loose_due_ = std::min(loose_due_, due);
}

void Consumer::erase(Spans::iterator place) {
  const uint64_t count = place->second.last - place->first + 1;
  place->second.holder ? release(place->second, count) : void(loose_ -= count);
  spans_.erase(place);
}

template <class F>
uint64_t Consumer::each(uint64_t first, uint64_t last, Member by, F&& f) {
  uint64_t count = 0;
  if (first > last || last == UINT64_MAX) return 0;
  split(last + 1);
  for (auto place = split(first); place != spans_.end() && place->first <= last;) {
    const auto here = place++;
    if (by && here->second.holder != by) continue;
    count += here->second.last - here->first + 1;
    f(here);
  }
  return count;
}

// ---- Giving --------------------------------------------------------------------------------------------------------

std::optional<Consumer::Turn> Consumer::loose_turn(Instant now) {
  Instant earliest = Instant::max();
  bool before = true;  // all looked at so far is held
  for (auto place = spans_.lower_bound(loose_from_); place != spans_.end(); ++place) {
    const Span& span = place->second;
    if (span.holder) continue;
    if (std::exchange(before, false)) loose_from_ = place->first;
    if (span.due <= now) return Turn{place->first, span.attempt + 1};
    earliest = std::min(earliest, span.due);
  }
  loose_due_ = earliest;
  return std::nullopt;
}

// How often the next one was given before the hub began.
uint32_t Consumer::times(uint64_t number) {
  while (!remembered_.empty() && remembered_.front().first < number) remembered_.pop_front();
  return remembered_.empty() || remembered_.front().first != number ? 0 : remembered_.front().second;
}

std::optional<Consumer::Turn> Consumer::turn(uint64_t visible, Member to, Instant now) {
  const auto hands = options_.max_deliver > 0 ? hands_.find(to) : hands_.end();
  if (due(now))
    if (const auto again = loose_turn(now)) return hands == hands_.end() || spent(*again) ? again : std::nullopt;
  if (hands != hands_.end() && hands->second.suspect) return std::nullopt;
  while (!acknowledged_.empty() && acknowledged_.front().first <= next_) {
    next_ = std::max(next_, acknowledged_.front().second);
    acknowledged_.pop_front();
  }
  if (next_ >= visible || full()) return std::nullopt;
  return Turn{next_, times(next_) + 1};
}

// It is pending, and in no span.
void Consumer::take_out(uint64_t number) {
  if (number >= next_) {
    next_ = number + 1;
    ++pending_;
    return;
  }
  split(number + 1);
  erase(split(number));
}

void Consumer::given(const Turn& turn, Member to, Instant now) {
  const Instant due = later(now, options_.ack_wait);
  take_out(turn.number);
  again_ += turn.attempt > 1;
  held_due_ = std::min(held_due_, due);
  Hands& hands = hands_[to];
  ++hands.holds, hands.suspect = turn.attempt > 1;
  add(turn.number, {turn.number, turn.attempt, to, due});
}

void Consumer::passed(uint64_t first, uint64_t last) {
  acknowledge(first, last, nullptr);
  if (first <= next_) next_ = std::max(next_, last + 1);
}

void Consumer::bury(const Turn& turn) {
  take_out(turn.number);
  spans_.emplace(turn.number, Span{turn.number, turn.attempt - 1, this, Instant::max()});
}

void Consumer::put_off(const Turn& turn, Instant until) {
  take_out(turn.number);
  spans_.emplace(turn.number, Span{turn.number, turn.attempt - 1, this, until});
  loosen(turn.number, spans_.at(turn.number), until);
}

uint64_t Consumer::gone(uint64_t below) {
  uint64_t lost = 0;
  if (below > 0)
    pending_ -= each(0, below - 1, nullptr, [&](Spans::iterator place) {
      if (!place->second.holder) lost += place->second.last - place->first + 1;
      erase(place);
    });
  if (next_ < below) {
    lost += below - next_;
    next_ = below;
  }
  return lost;
}

// ---- What members say ----------------------------------------------------------------------------------------------

uint64_t Consumer::acknowledge(uint64_t first, uint64_t last, Member by) {
  const uint64_t done = each(first, last, by, [&](Spans::iterator place) { erase(place); });
  pending_ -= done;
  return done;
}

void Consumer::acknowledge_unseen(uint64_t last) { next_ = std::max(next_, last + 1); }

uint64_t Consumer::refuse(uint64_t first, uint64_t last, Member by, std::optional<Duration> delay, Instant now) {
  return each(first, last, by, [&](Spans::iterator place) {
    Span& span = place->second;
    if (!span.holder || span.holder == this) return;
    const Duration grown = kFirstWait * (int64_t{1} << std::min<uint32_t>(span.attempt - 1, 16));
    loosen(place->first, span, later(now, delay.value_or(std::min(grown, options_.ack_wait))));
  });
}

uint64_t Consumer::terminate(uint64_t first, uint64_t last, Member by, Instant now) {
  return each(first, last, by, [&](Spans::iterator place) {
    if (place->second.holder == this) return;
    place->second.attempt = kEnough;
    loosen(place->first, place->second, now);
  });
}

uint64_t Consumer::wait_longer(uint64_t first, uint64_t last, Member by, Instant now) {
  return each(first, last, by, [&](Spans::iterator place) {
    if (place->second.holder && place->second.holder != this) place->second.due = later(now, options_.ack_wait);
  });
}

void Consumer::left(Member member, Instant now) {
  for (auto& [first, span] : spans_)
    if (span.holder == member) loosen(first, span, now);
}

bool Consumer::expire(Instant now) {
  if (now < held_due_) return false;
  bool some = false;
  held_due_ = Instant::max();
  for (auto& [first, span] : spans_) {
    if (!span.holder) continue;
    if (span.due <= now)
      loosen(first, span, now), some = true;
    else
      held_due_ = std::min(held_due_, span.due);
  }
  return some;
}

// ---- What is remembered --------------------------------------------------------------------------------------------

uint64_t Consumer::floor() const { return spans_.empty() ? next_ : spans_.begin()->first; }

log::Cursor Consumer::cursor() const {
  log::Cursor made;
  made.floor = floor();
  uint64_t behind = made.floor;
  const auto acked = [&](uint64_t from, uint64_t to) {
    if (from < to && made.acked.size() < log::Cursors::kAcked) made.acked.emplace_back(from, to);
  };
  for (const auto& [first, span] : spans_) {
    acked(behind, first);
    behind = span.last + 1;
    for (uint64_t number = first; span.attempt > 1 && number <= span.last && made.deliveries.size() < log::Cursors::kDeliveries; ++number)
      made.deliveries.emplace_back(number, span.attempt);
  }
  acked(behind, next_);
  for (const auto& [from, to] : acknowledged_) acked(std::max(from, next_), to);
  for (const auto& [number, count] : remembered_)
    if (number >= next_ && made.deliveries.size() < log::Cursors::kDeliveries) made.deliveries.emplace_back(number, count);
  return made;
}

}  // namespace leat::hub
