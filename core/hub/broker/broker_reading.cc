// How a subscription reads from a history: where it begins, and how it goes on from memory and from the disk.
#include <algorithm>
#include <deque>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "core/hub/broker/broker.h"
#include "core/hub/broker/frames.h"
#include "core/hub/subject.h"

namespace leat::hub {

Done Broker::start(Subscription& s, History& history) {
  s.history = &history;
  s.all_of_it = std::all_of(history.options().patterns.begin(), history.options().patterns.end(),
                            [&](const std::string& kept) { return covers(s.how.pattern, kept); });
  s.next = history.next();
  switch (s.how.start.kind) {
    case Start::Kind::live:
      return {};
    case Start::Kind::seq:
      s.next = std::min(std::max<uint64_t>(s.how.start.number, 1), history.next());
      break;
    case Start::Kind::time:
      s.since = s.how.start.time;
      s.next = history.since(Instant(Duration(s.since)));
      break;
    case Start::Kind::all:
      s.next = history.first();
      break;
    case Start::Kind::last:
    case Start::Kind::last_per_subject:
      if (!history.keeper()) {
        pick(s);
      } else if (s.all_of_it && !s.filter && s.how.start.kind == Start::Kind::last) {
        s.next -= std::min(s.how.start.number, s.next - history.first());
      } else {
        return Error{Error::Kind::usage, fmt::format("what is kept on disk is not looked through for the last of {}", s.how.pattern), {}};
      }
      break;
  }
  s.behind = true;
  return {};
}

// The last so many messages of the pattern, or the last of each subject: they are looked for once, and then read by number.
void Broker::pick(Subscription& s) {
  const bool each = s.how.start.kind == Start::Kind::last_per_subject;
  std::deque<uint64_t> found;
  std::map<std::string, uint64_t, std::less<>> last;
  walk(s, s.history->first(), [&](uint64_t number, const Message& message, uint32_t, uint32_t, const BlockRef&) {
    if (each)
      last[std::string(message.subject)] = number;
    else if (found.push_back(number); found.size() > s.how.start.number)
      found.pop_front();
    return true;
  });
  if (each)
    for (const auto& [subject, number] : last) s.picks.push_back(number);
  else
    s.picks.assign(found.begin(), found.end());
  std::sort(s.picks.begin(), s.picks.end(), std::greater<>());
}

bool Broker::wants(Subscription& s, const Message& message, uint64_t asked) const {
  if (message.time < s.since || (s.history && s.history->too_old(message.time, now_))) return false;
  if (message.ttl_ms > 0 && (now_ - Instant(Duration(message.time))) > std::chrono::milliseconds(message.ttl_ms)) return false;
  return !s.filter || s.filter->passes(message, asked, now_);
}

// f(number, message, begin, end, block) for each message of the history from `from` on that the subscription is to have, until it
// answers false. Answers the number behind the last that was looked at.
template <class F>
uint64_t Broker::walk(Subscription& s, uint64_t from, F&& f) {
  for (;;) {
    const auto stretch = s.history->read(from);
    if (stretch.count == 0) return std::max(from, s.history->first_in_memory());
    uint32_t begin = stretch.begin;
    for (size_t i = 0; i < stretch.count; begin = stretch.ends[i++]) {
      const uint64_t number = stretch.first + i;
      Message message;
      Message::read({stretch.block->data() + begin, stretch.ends[i] - begin}, message);
      if (s.history->stale(number) || !is_for(s, message)) continue;
      if (!f(number, message, begin, stretch.ends[i], stretch.block)) return number + 1;
    }
    from = stretch.first + stretch.count;
  }
}

bool Broker::asks_for(Subscription& s, const Message& message) {
  return (s.all_of_it || matches(s.how.pattern, message.subject)) && wants(s, message, ++asked_);
}

// Of what is kept; of what just came, the route and its sender have said the first and the last already.
bool Broker::is_for(Subscription& s, const Message& message) {
  if (!asks_for(s, message)) return false;
  const bool own = message.from == s.session.number() && message.time >= s.session.since().time_since_epoch().count();
  return !own || s.how.echo || (message.flags & Publish::kEcho) != 0;
}

void Broker::miss(Subscription& s, Gap gap) {
  gap.id = s.how.id;
  s.dropped += gap.count;
  s.gap = s.gap ? Gap{gap.id, std::min(s.gap->first, gap.first), gap.last, s.gap->count + gap.count, s.gap->reason} : gap;
}

// Nothing is read beyond the end it is still to be told of.
uint64_t Broker::reads_to(const Subscription& s) { return s.end == 0 ? s.history->visible() : std::min(s.end, s.history->visible()); }

bool Broker::at_end(const Subscription& s) const {
  const Keeper* const keeper = s.history->keeper();
  if (s.team) return s.team->consumer.given_below(s.end);
  return s.picks.empty() && (s.next >= s.end || (keeper && keeper->lost() && s.next >= s.history->visible()));
}

void Broker::read_on(Subscription& s) {
  if (s.team) return teams_.feed(s);
  const History& history = *s.history;
  while (!s.picks.empty() && s.few()) {
    const auto stretch = history.read(s.picks.back());
    if (stretch.first == s.picks.back() && stretch.count > 0) s.queue.push(stretch.block, stretch.begin, stretch.ends[0]);
    s.picks.pop_back();
  }
  if (!s.picks.empty()) return;
  if (s.next < history.first()) {
    miss(s, {0, s.next, history.first() - 1, history.first() - s.next, Gap::Reason::expired});
    s.next = history.first();
  }
  if (s.next < std::min(reads_to(s), history.first_in_memory())) return read_from_disk(s);
  const bool as_it_is = takes_all(s);
  while (s.few() && s.next < reads_to(s)) {
    const auto stretch = history.read(s.next);
    const size_t count = std::min<uint64_t>(stretch.count, reads_to(s) - s.next);
    take(s, stretch.block, stretch.begin, stretch.ends, count, as_it_is);
  }
  s.behind = s.end > 0 || s.next < history.next();
}

bool Broker::takes_all(const Subscription& s) const {
  const History& history = *s.history;
  return s.all_of_it && !s.filter && s.since == 0 && !history.hurries() && history.options().per_subject == 0 &&
         history.options().age == Duration::zero() && !s.session.published();
}

// So many messages from s.next on, which lie one behind the other from `begin` to these ends.
void Broker::take(Subscription& s, const BlockRef& block, uint32_t begin, const uint32_t* ends, size_t count, bool as_it_is) {
  queued_ += ends[count - 1] - begin;
  if (as_it_is) {
    s.queue.push(block, begin, ends[count - 1], static_cast<uint32_t>(count));
    s.next += count;
    return;
  }
  for (size_t i = 0; i < count && s.few(); begin = ends[i++], ++s.next) {
    Message message;
    Message::read({block->data() + begin, ends[i] - begin}, message);
    if (!s.history->stale(s.next) && is_for(s, message)) s.queue.push(block, begin, ends[i]);
  }
}

void Broker::read_from_disk(Subscription& s) {
  if (std::exchange(s.reading, true)) return;
  s.history->keeper()->read(s.next, [this, session = s.session.number(), id = s.how.id](const Keeper::Kept& kept) {
    const auto known = sessions_.find(session);
    if (known == sessions_.end()) return;
    const auto& all = known->second->subscriptions();
    const auto whose = all.find(id);
    if (whose == all.end() || !whose->second->reading) return;
    now_ = clock_.now();
    take_kept(*whose->second, kept);
  });
}

void Broker::take_kept(Subscription& s, const Keeper::Kept& kept) {
  s.reading = false;
  if (kept.gap) {
    miss(s, *kept.gap);
    s.next = kept.gap->last + 1;
  }
  if (kept.run.count > 0 && kept.first == s.next && s.next < reads_to(s)) {
    const std::vector<uint32_t> ends = ends_of(kept.run);
    take(s, kept.run.block, 0, ends.data(), std::min<uint64_t>(ends.size(), reads_to(s) - s.next), takes_all(s));
  }
  s.session.ready(s);
  wake_();
}

}  // namespace leat::hub
