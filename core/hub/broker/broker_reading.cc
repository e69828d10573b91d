// How a subscription reads from a history: where it begins, and how it goes on from memory and from the disk.
#include <algorithm>
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
      if (takes_all(s)) {
        s.next -= std::min(s.how.start.number, s.next - history.first());
        break;
      }
      if (s.how.start.number > Seek::kMost)
        return Error{Error::Kind::usage, fmt::format("of {} the last {} can be looked for, not more", s.how.pattern, Seek::kMost), {}};
      [[fallthrough]];
    case Start::Kind::last_per_subject:
      s.seek = std::make_unique<Seek>();
      s.next = history.first();
      break;
  }
  s.behind = true;
  return {};
}

void Broker::note(Subscription& s, uint64_t number, const Message& message) {
  Seek& seek = *s.seek;
  if (s.how.start.kind == Start::Kind::last) {
    seek.last.push_back(number);
    if (seek.last.size() > s.how.start.number) seek.last.pop_front();
  } else if (const auto known = seek.of_subject.find(std::string(message.subject)); known != seek.of_subject.end()) {
    known->second = number;
  } else if (seek.of_subject.size() < Seek::kMost) {
    seek.of_subject.emplace(message.subject, number);
  } else {
    ++seek.beyond;
  }
}

// All that it could begin with has been looked at.
void Broker::begin(Subscription& s) {
  const auto seek = std::exchange(s.seek, nullptr);
  if (seek->beyond > 0) miss(s, {0, s.history->first(), s.next - 1, seek->beyond, Gap::Reason::dropped});
  if (!seek->last.empty()) s.next = seek->last.front();
  for (const auto& [subject, number] : seek->of_subject) s.picks.push_back(number);
  std::sort(s.picks.begin(), s.picks.end(), std::greater<>());
  if (!s.picks.empty()) s.next = s.picks.back();
}

bool Broker::wants(Subscription& s, const Message& message, uint64_t asked) const {
  if (message.time < s.since || (s.history && s.history->too_old(message.time, now_))) return false;
  if (message.ttl_ms > 0 && (now_ - Instant(Duration(message.time))) > std::chrono::milliseconds(message.ttl_ms)) return false;
  return !s.filter || s.filter->passes(message, asked, now_);
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
  if (s.team) return s.team->consumer.given_below(s.end);
  return !s.seek && s.picks.empty() && has_read_all(s);
}

bool Broker::has_read_all(const Subscription& s) {
  const Keeper* const keeper = s.history->keeper();
  return s.next >= s.end || (keeper && keeper->lost() && s.next >= s.history->visible());
}

void Broker::read_on(Subscription& s) {
  if (s.team) return teams_.feed(s);
  const History& history = *s.history;
  if (s.seek && has_read_all(s)) begin(s);
  while (!s.picks.empty() && s.picks.back() < std::max(s.next, history.first())) s.picks.pop_back();
  if (!s.picks.empty()) s.next = s.picks.back();
  if (s.next < history.first()) {
    if (!s.seek) miss(s, {0, s.next, history.first() - 1, history.first() - s.next, Gap::Reason::expired});
    s.next = history.first();
  }
  if (s.next < std::min(reads_to(s), history.first_in_memory())) return read_from_disk(s);
  const bool as_it_is = takes_all(s);
  while (s.few() && s.next < reads_to(s)) {
    const auto stretch = history.read(s.next);
    const size_t count = std::min<uint64_t>(stretch.count, reads_to(s) - s.next);
    take(s, stretch.block, stretch.begin, stretch.ends, count, as_it_is);
  }
  if (s.seek && has_read_all(s)) return read_on(s);
  s.behind = s.end > 0 || s.next < history.next();
}

bool Broker::takes_all(const Subscription& s) const {
  const History& history = *s.history;
  return s.all_of_it && !s.filter && !s.seek && s.picks.empty() && s.since == 0 && !history.hurries() &&
         history.options().per_subject == 0 && history.options().age == Duration::zero() && !s.session.published();
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
    if (!s.picks.empty()) {
      if (s.next != s.picks.back()) continue;
      s.picks.pop_back();
    }
    Message message;
    Message::read({block->data() + begin, ends[i] - begin}, message);
    if (s.history->stale(s.next) || !is_for(s, message)) continue;
    if (s.seek)
      note(s, s.next, message);
    else
      s.queue.push(block, begin, ends[i]);
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
  if (!kept.gap && kept.run.count == 0) return;  // the disk cannot be read now: it is tried again once a second
  if (kept.gap) {
    if (!s.seek) miss(s, *kept.gap);
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
