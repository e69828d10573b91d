// What a session tells its client: frames, and the messages of its subscriptions, as far as credit and the wire allow.
#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "core/hub/broker/broker.h"
#include "core/hub/broker/frames.h"
#include "core/hub/message.h"

namespace leat::hub {

void Session::mark() {
  if (!std::exchange(dirty_, true)) broker_.dirty(*this);
}

void Session::ready(Subscription& subscription) {
  if (!std::exchange(subscription.ready, true)) ready_.push_back(&subscription);
  mark();
}

void Session::put(Run run) {
  out_bytes_ += run.bytes();
  if (!out_.empty() && out_.back().block == run.block && out_.back().end == run.begin)
    out_.back().end = run.end;
  else
    out_.push_back(std::move(run));
}

void Session::put(std::string_view bytes) { put(arena_.copy(bytes, 0)); }

void Session::say(const Frame& frame) {
  if (over_) return;
  scratch_.clear();
  encode(frame, scratch_);
  put(scratch_);
  choked_ = out_bytes_ > 2 * kOut;
  mark();
}

void Session::fault(std::string code, std::string text, uint32_t id, bool fatal) {
  if (over_) return;
  say(Fault{code, text, id, fatal});
  if (!fatal) return;
  if (!blocked_) send(broker_.now());
  end(fmt::format("{}: {}", code, text));
}

namespace {

// Of a run's front no more than so many messages and bytes, but one message if `least`.
void cut(const Run& run, uint32_t messages, uint64_t bytes, bool least, uint32_t& count, uint32_t& size) {
  count = size = 0;
  while (count < run.count && count < messages) {
    const uint32_t frame = frame_at(run, run.begin + size);
    if (size + frame > bytes && !(least && count == 0)) break;
    ++count, size += frame;
  }
}

}  // namespace

// Once all is on its way that the history held when the subscription came: nothing is read beyond that before it is told.
bool Session::tell_end(Subscription& s) {
  if (s.end == 0 || !s.queue.empty() || !broker_.at_end(s)) return false;
  s.end = 0;
  say(Deliver{s.how.id, 0, 0, 1});
  broker_.read_on(s);
  return true;
}

// How long the first message of a delivery took, unless it is older than the subscription.
void Session::time(const Subscription& s, const Run& run, Instant now) {
  const Instant came{Duration(Message::time_of(run.text()))};
  if (came >= s.came) broker_.metrics().delivered.add(now - came);
}

bool Session::fill_from(Subscription& s, Instant now) {
  constexpr uint64_t kTurn = Block::kSize;  // then it is the next one's turn
  constexpr uint32_t kSmall = 1024;         // cheaper copied than as a part of its own
  if (s.has_credit()) s.shed = false;
  if (s.behind && s.few() && !s.shed) broker_.read_on(s);
  bool told = s.gap.has_value();
  if (told) {
    broker_.metrics().told(*s.gap);
    say(*std::exchange(s.gap, std::nullopt));
  }
  told |= tell_end(s);
  if (s.queue.empty() || !s.has_credit()) {
    s.stall.look(!s.queue.empty(), now, broker_.metrics());
    return told;
  }
  Deliver head{s.how.id, 0, 0, 1};
  const uint64_t most = std::min<uint64_t>(s.bytes, kTurn);
  std::vector<Run> runs;
  while (!s.queue.empty() && head.count < s.messages && head.bytes < most) {
    const Run& front = s.queue.front();
    if (runs.empty()) head.attempt = front.attempt;
    if (front.attempt != head.attempt) break;
    uint32_t count = front.count, size = front.bytes();
    if (head.count + count > s.messages || head.bytes + size > most)
      cut(front, s.messages - head.count, most - head.bytes, runs.empty(), count, size);
    if (count == 0) break;
    head.count += count, head.bytes += size;
    runs.push_back(s.queue.pop(count, size));
  }
  time(s, runs.front(), now);
  scratch_.clear();
  write(head, scratch_);
  put(scratch_);
  for (Run& run : runs) run.bytes() <= kSmall ? put(run.text()) : put(std::move(run));
  if (s.messages != kEndless) s.messages -= head.count;
  if (s.bytes != kEndless) s.bytes -= std::min(s.bytes, head.bytes);
  s.moved = now, s.delivered += head.count;
  if (!s.queue.empty() && !s.has_credit()) s.stall.look(true, now, broker_.metrics());
  counts_.out += head.count;
  tell_end(s);
  if (s.queue.empty()) s.arena.rest();
  if ((s.held || s.laggard) && s.few()) broker_.released(s);
  return true;
}

// Lets one of those that are ready go on. False: none can.
bool Session::fill(Instant now) {
  for (size_t tries = ready_.size(); tries > 0; --tries) {
    Subscription& next = *ready_.front();
    ready_.pop_front();
    const bool some = fill_from(next, now);
    const bool more = (!next.queue.empty() || next.behind) && next.has_credit();
    if (more && (some || next.behind))
      ready_.push_back(&next);
    else
      next.ready = false;
    if (some) return true;
  }
  return false;
}

// False: the wire takes no more, or is gone.
bool Session::send(Instant now) {
  std::array<iovec, 64> parts;
  int count = 0;
  for (auto run = out_.begin(); run != out_.end() && count < static_cast<int>(parts.size()); ++run, ++count)
    parts[static_cast<size_t>(count)] = {const_cast<char*>(run->data()), run->bytes()};
  const ssize_t put = wire_.send(parts.data(), count);
  if (put == Wire::kWait) {
    blocked_ = true;
    return false;
  }
  if (put < 0) {
    end(std::strerror(static_cast<int>(-put)));
    return false;
  }
  sent_ = now;
  auto sent = static_cast<uint64_t>(put);
  out_bytes_ -= sent;
  counts_.out_bytes += sent;
  while (sent > 0 && sent >= out_.front().bytes()) sent -= out_.front().bytes(), out_.pop_front();
  if (sent > 0) out_.front().begin += static_cast<uint32_t>(sent);
  return true;
}

void Session::flush(Instant now) {
  dirty_ = false;
  if (over_) return;
  acknowledge();
  if (waits_for_disk_ && disk_has_room()) {
    waits_for_disk_ = false;
    go_on(now);
    if (over_) return;
  }
  if (on_their_way_ > 0 || waits_for_disk_) broker_.owes(*this);
  while (!blocked_ && !over_) {
    while (out_bytes_ < kOut && fill(now)) {
    }
    if (out_.empty()) break;
    send(now);
  }
  if (over_) return;
  if (out_.empty()) arena_.rest();
  if (choked_ && out_bytes_ <= kOut) {
    choked_ = false;
    go_on(now);
  }
}

void Session::writable(Instant now) {
  blocked_ = false;
  flush(now);
}

bool Session::stuck(const Subscription& s, Instant now, Duration grace) const {
  return now - s.moved >= grace && (!s.has_credit() || now - sent_ >= grace);
}

bool Session::owes() const {
  if (!out_.empty() || !owed_.empty()) return true;
  return std::any_of(ready_.begin(), ready_.end(), [](const Subscription* s) { return s->has_credit() && !s->queue.empty(); });
}

void Session::end(std::string_view reason) {
  if (std::exchange(over_, true)) return;
  broker_.pass_on();
  for (const auto& [id, subscription] : subscriptions_) broker_.forget(*subscription);
  ready_.clear();
  subscriptions_.clear();
  out_.clear(), out_bytes_ = 0;
  partial_.clear();
  long_ = {};
  if (admitted()) broker_.event("disconnect", *this, reason);
  broker_.left(*this, reason);
  wire_.close();
}

}  // namespace leat::hub
