#include "core/stage/breaker.h"

#include <algorithm>

namespace leat {

std::string_view Breaker::name(State state) {
  switch (state) {
    case State::closed:
      return "closed";
    case State::open:
      return "open";
    default:
      return "half-open";
  }
}

// The clock may be set back; what was is not undone by it.
Instant Breaker::forward(Instant now) {
  now_ = std::max(now_, now);
  if (state_ == State::open && now_ >= until_) go(State::half_open, 0, 0);
  return now_;
}

Breaker::State Breaker::state(Instant now) {
  forward(now);
  return state_;
}

std::optional<Breaker::Pass> Breaker::begin(Instant now) {
  forward(now);
  const bool place = state_ == State::closed || (state_ == State::half_open && begun_ < options_.probes);
  if (!place) return ++stats_.refused, std::nullopt;
  if (state_ == State::half_open) ++begun_;
  ++stats_.attempts;
  return Pass{era_};
}

void Breaker::unused(Pass pass) {
  --stats_.attempts;
  if (pass.era == era_ && state_ == State::half_open) --begun_;
}

void Breaker::passed(Pass pass, Instant now) {
  forward(now);
  ++stats_.passed, ++stats_.passed_in_a_row;
  stats_.failed_in_a_row = 0;
  if (pass.era != era_) return;
  if (state_ == State::closed) return count(now_, false);
  if (++done_ < options_.probes) return;
  clear();
  again_ = false;
  go(State::closed, done_, 0);
}

void Breaker::failed(Pass pass, Instant now) {
  forward(now);
  ++stats_.failed, ++stats_.failed_in_a_row;
  stats_.passed_in_a_row = 0;
  stats_.last_failure = now_;
  if (pass.era != era_) return;
  if (state_ == State::half_open) return trip();
  count(now_, true);
  if (tripped()) trip();
}

void Breaker::count(Instant now, bool failed) {
  const int64_t width = std::max<int64_t>(1, options_.over.count() / static_cast<int64_t>(kSlots));
  const int64_t number = now.time_since_epoch().count() / width;
  Slot& slot = slots_[static_cast<size_t>(number) % kSlots];
  if (slot.number != number) slot = {number, 0, 0};
  ++slot.attempts, slot.failed += failed;
  if (!failed) return;  // nobody asks for the sums before one fails
  attempts_ = failed_ = 0;
  for (const Slot& each : slots_)
    if (number - each.number < static_cast<int64_t>(kSlots)) attempts_ += each.attempts, failed_ += each.failed;
}

void Breaker::clear() {
  slots_ = {};
  attempts_ = failed_ = 0;
}

bool Breaker::tripped() const {
  return attempts_ >= options_.min && static_cast<double>(failed_) >= options_.rate * static_cast<double>(attempts_);
}

void Breaker::trip() {
  const uint64_t attempts = state_ == State::half_open ? done_ + 1 : attempts_, failed = state_ == State::half_open ? 1 : failed_;
  const double longer = static_cast<double>(wait_.count()) * options_.growth, most = static_cast<double>(options_.open_max.count());
  wait_ = !again_ ? options_.open : longer < most ? Duration(static_cast<int64_t>(longer)) : std::max(options_.open, options_.open_max);
  again_ = true;
  until_ = later(now_, wait_);
  ++stats_.opened;
  clear();
  go(State::open, attempts, failed);
}

void Breaker::go(State to, uint64_t attempts, uint64_t failed) {
  const Event event{state_, to, now_, attempts, failed, to == State::open ? wait_ : Duration()};
  state_ = to;
  ++era_;
  begun_ = done_ = 0;
  if (on_event_) on_event_(event);
}

}  // namespace leat
