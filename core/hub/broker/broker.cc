#include "core/hub/broker/broker.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/json_text.h"
#include "core/data/artifact.h"
#include "core/hub/broker/slow.h"
#include "core/hub/subject.h"

namespace leat::hub {

Broker::Broker(Options options, const Clock& clock, Note note)
    : options_(std::move(options)), clock_(clock), note_(std::move(note)), access_(options_.access), now_(clock.now()) {
  for (const History::Options& one : options_.histories) histories_.push_back(std::make_unique<History>(one));
}

Broker::~Broker() = default;

// ---- Who is here ---------------------------------------------------------------------------------------------------

Session& Broker::attach(Wire& wire, Peer peer) {
  now_ = clock_.now();
  ++totals_.came;
  const uint32_t number = next_session_++;
  return *sessions_.emplace(number, std::make_unique<Session>(*this, wire, std::move(peer), number, now_)).first->second;
}

void Broker::detach(Session& session, std::string_view reason) { session.end(reason); }

std::string Broker::free_name(uint32_t number) const {
  std::string name = fmt::format("client-{}", number);
  while (names_.count(name)) name += "x";
  return name;
}

Done Broker::enter(Session& session, const std::string& name) {
  if (Done good = check_name(name); !good) return good;
  if (const auto known = names_.find(name); known != names_.end()) {
    Session& other = *known->second;
    if (session.producer() == 0 || other.producer() != session.producer())
      return Error{Error::Kind::usage, fmt::format("a client named {} is here already", name), {}};
    other.fault("replaced", "it has come back by another connection");
  }
  names_[name] = &session;
  return {};
}

void Broker::left(Session& session, std::string_view reason) {
  if (const auto known = names_.find(session.name()); known != names_.end() && known->second == &session) names_.erase(known);
  if (!session.admitted()) {
    ++totals_.refused_logins;
    note_(fmt::format("{}: not let in: {}", session.peer().address, reason));
  }
  totals_.in += session.counts().in, totals_.in_bytes += session.counts().in_bytes;
  totals_.out += session.counts().out, totals_.out_bytes += session.counts().out_bytes;
  ended_.push_back(session.number());
}

// ---- What they want ------------------------------------------------------------------------------------------------

History* Broker::history_of(std::string_view pattern) {
  for (const auto& history : histories_)
    if (history->holds(pattern)) return history.get();
  return nullptr;
}

Route& Broker::route(std::string_view subject) {
  return interest_.route(subject, [this](std::string_view of) { return history_of(of); });
}

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

// Of what is kept; of what just came, the route and its sender have said the first and the last already.
bool Broker::is_for(Subscription& s, const Message& message) {
  if (!s.all_of_it && !matches(s.how.pattern, message.subject)) return false;
  if (!wants(s, message, ++asked_)) return false;
  const bool own = message.from == s.session.number() && message.time >= s.session.since().time_since_epoch().count();
  return !own || s.how.echo || (message.flags & Publish::kEcho) != 0;
}

void Broker::miss(Subscription& s, Gap gap) {
  gap.id = s.how.id;
  s.dropped += gap.count;
  s.gap = s.gap ? Gap{gap.id, std::min(s.gap->first, gap.first), gap.last, s.gap->count + gap.count, s.gap->reason} : gap;
}

void Broker::read_on(Subscription& s) {
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
  if (s.next < history.first_in_memory()) return read_from_disk(s);
  const bool as_it_is = takes_all(s);
  while (s.few() && s.next < history.visible()) {
    const auto stretch = history.read(s.next);
    const size_t count = std::min<uint64_t>(stretch.count, history.visible() - s.next);
    take(s, stretch.block, stretch.begin, stretch.ends, count, as_it_is);
  }
  s.behind = s.next < history.next();
}

bool Broker::takes_all(const Subscription& s) const {
  const History& history = *s.history;
  return s.all_of_it && !s.filter && s.since == 0 && !history.hurries() && history.options().per_subject == 0 &&
         history.options().age == Duration::zero() && !s.session.published();
}

// So many messages from s.next on, which lie one behind the other from `begin` to these ends.
void Broker::take(Subscription& s, const BlockRef& block, uint32_t begin, const uint32_t* ends, size_t count, bool as_it_is) {
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
  if (kept.run.count > 0 && kept.first == s.next) {
    std::vector<uint32_t> ends;
    for (uint32_t at = 0; at < kept.run.end;) ends.push_back(at += static_cast<uint32_t>(artifact::frame_size(kept.run.text().substr(at))));
    take(s, kept.run.block, 0, ends.data(), ends.size(), takes_all(s));
  }
  s.session.ready(s);
  wake_();
}

void Broker::forget(Subscription& s) {
  interest_.remove(s);
  std::erase(held_, &s);
  for (const auto& history : histories_) {
    std::erase_if(history->due, [&](const History::Due& one) { return one.whose == &s; });
    std::erase(history->readers, &s);
  }
  let_waiting_go(s);
  totals_.dropped += s.dropped;
}

// ---- How a message gets there --------------------------------------------------------------------------------------

uint64_t Broker::give(Route& route, const BlockRef& block, uint32_t begin, uint32_t size, Message& message, Session* from) {
  char* const frame = block->data() + begin;
  const uint64_t seq = route.history ? route.history->next() : ++seq_;
  const Message::Sender sender{from ? from->number() : 0, from ? from->producer() : 0};
  message.stamp(frame, frame, seq, now_.time_since_epoch().count(), sender);
  message.seq = seq, message.time = now_.time_since_epoch().count(), message.from = sender.session;
  Run run{block, begin, begin + size, 1};
  if (route.history) run = route.history->append({frame, size}, message, now_);
  ++asked_;
  for (Subscription* s : route.each) offer(*s, run, message, route, from);
  for (Route::Group& group : route.groups) {
    Subscription* chosen = nullptr;
    for (size_t tries = group.members.size(); tries > 0 && !chosen; --tries) {
      Subscription* next = group.members[group.turn++ % group.members.size()];
      if (!next->full() && next->session.takes(*next)) chosen = next;
    }
    offer(chosen ? *chosen : *group.members[group.turn % group.members.size()], run, message, route, from);
  }
  return seq;
}

void Broker::offer(Subscription& s, const Run& run, const Message& message, Route& route, Session* from) {
  if (&s.session == from && !s.how.echo && !(message.flags & Publish::kEcho)) return;
  if (s.behind || !wants(s, message, asked_)) return;
  if (!route.history || !route.history->keeper()) return put(s, run, message.seq, from);
  route.history->due.push_back({&s, run, message.seq});
  if (!s.history && s.full() && !s.laggard) hold_up(s, from);
}

void Broker::put(Subscription& s, const Run& run, uint64_t seq, Session* from) {
  if (s.behind) return;
  if (!s.full()) return queue(s, run);
  if (s.history && (s.how.slow == Slow::by_hub || s.how.slow == Slow::spill)) {
    s.behind = true;
    s.next = seq;
    return;
  }
  if (!s.laggard) {  // it may only be busy
    queue(s, run);
    return hold_up(s, from);
  }
  if (s.how.slow == Slow::drop_newest) return lose(s, seq, Gap::Reason::dropped);
  queue(s, run);
  s.how.slow == Slow::latest_per_key ? keep_latest(s) : drop_oldest(s);
}

// More of a history is on the disk, or nothing more will be: whoever waits for that goes on.
void Broker::settled(History& history) {
  now_ = clock_.now();
  history.settled();
  while (!history.due.empty() && history.due.front().number < history.visible()) {
    const History::Due one = std::move(history.due.front());
    history.due.pop_front();
    put(*one.whose, one.run, one.number, nullptr);
  }
  for (Subscription* s : history.readers)
    if (s->behind) s->session.ready(*s);
  for (const uint32_t number : std::exchange(owing_, {}))
    if (const auto known = sessions_.find(number); known != sessions_.end()) known->second->owed_may_be_due();
  wake_();
}

void Broker::queue(Subscription& s, const Run& run) {
  if (s.queue.empty()) s.moved = now_;
  if (s.session.takes(s)) {
    s.queue.push(run.block, run.begin, run.end);
  } else {  // what waits longer than this turn must not hold all that it came with
    const Run own = s.arena.copy(run.text(), 1);
    s.queue.push(own.block, own.begin, own.end);
  }
  if (!s.ready) s.session.ready(s);
}

// ---- Who is slow ---------------------------------------------------------------------------------------------------

void Broker::hold_up(Subscription& s, Session* publisher) {
  if (!std::exchange(s.held, true)) held_.push_back(&s);
  if (!publisher || std::find(s.waiting.begin(), s.waiting.end(), publisher->number()) != s.waiting.end()) return;
  s.waiting.push_back(publisher->number());
  publisher->hold();
}

void Broker::let_waiting_go(Subscription& s) {
  s.held = false;
  freed_.insert(freed_.end(), s.waiting.begin(), s.waiting.end());
  s.waiting.clear();
}

void Broker::released(Subscription& s) {
  if (std::exchange(s.laggard, false)) event("caught-up", s.session, s.how.pattern);
  std::erase(held_, &s);
  let_waiting_go(s);
}

void Broker::give_up_on(Subscription& s) {
  s.laggard = true;
  const std::string what = fmt::format("{}: {} messages, {} wait", s.how.pattern, s.queue.messages(), text::size(s.queue.bytes()));
  note_(fmt::format("{} is slow: {}", s.session.name(), what));
  event("slow", s.session, what);
  if (s.how.slow == Slow::disconnect) return s.session.fault("slow", fmt::format("nothing was taken of {}", what));
  if (s.how.slow == Slow::latest_per_key)
    keep_latest(s);
  else if (s.how.slow != Slow::drop_newest)
    drop_oldest(s);
  let_waiting_go(s);
}

// ---- Time ----------------------------------------------------------------------------------------------------------

bool Broker::flush() {
  now_ = clock_.now();
  for (const uint32_t number : std::exchange(dirty_, {}))
    if (const auto known = sessions_.find(number); known != sessions_.end()) known->second->flush(now_);
  for (const uint32_t number : std::exchange(freed_, {}))
    if (const auto known = sessions_.find(number); known != sessions_.end()) known->second->let_go(now_);
  for (const uint32_t number : std::exchange(ended_, {})) sessions_.erase(number);
  for (const auto& history : histories_)
    if (history->keeper()) history->keeper()->commit();
  return !dirty_.empty() || !freed_.empty();
}

Duration Broker::pulse() const { return held_.empty() ? Duration(std::chrono::seconds(1)) : options_.grace / 5; }

void Broker::tick() {
  now_ = clock_.now();
  const std::vector<Subscription*> held = held_;
  for (Subscription* s : held) {
    if (std::find(held_.begin(), held_.end(), s) == held_.end()) continue;  // went with another
    if (!s->session.stuck(*s, now_, s->how.slow == Slow::block ? options_.stall : options_.grace)) continue;
    std::erase(held_, s);
    give_up_on(*s);
  }
  if (now_ < beat_) return;
  beat_ = now_ + std::chrono::seconds(1);
  for (const auto& history : histories_) {
    history->expire(now_);
    for (Subscription* s : history->readers)  // whose reading of the disk may have failed
      if (s->behind) s->session.ready(*s);
  }
  std::vector<uint32_t> all;
  for (const auto& [number, session] : sessions_) all.push_back(number);
  for (const uint32_t number : all) sessions_.at(number)->tick(now_);
}

void Broker::access(Access::Options options) { access_ = Access(std::move(options)); }

void Broker::drain(Duration grace, std::string_view reason) {
  draining_ = true;
  const Drain said{static_cast<uint32_t>(grace / std::chrono::milliseconds(1)), std::string(reason)};
  for (const auto& [number, session] : sessions_) session->say(said);
}

bool Broker::drained() const {
  for (const auto& history : histories_)
    if (const Keeper* keeper = history->keeper(); keeper && keeper->waiting() > 0 && keeper->trouble().empty()) return false;
  for (const auto& [number, session] : sessions_)
    if (session->owes()) return false;
  return true;
}

// What happens is a message like any other, but for who sends it and that nobody is held up by it.
void Broker::event(std::string_view what, const Session& session, std::string_view more) {
  const std::string subject = fmt::format("{}{}", kEvents, what);
  Route& to = route(subject);
  if (to.empty() && !to.history) return;
  std::string payload = "{\"client\":";
  json::quote(session.name(), payload);
  payload += ",\"address\":";
  json::quote(session.peer().address, payload);
  payload += ",\"text\":";
  json::quote(more, payload);
  payload += '}';
  std::string frame;
  write(Publish{.subject = subject, .payload = payload}, frame);
  const BlockRef block = BlockRef::make(static_cast<uint32_t>(frame.size()));
  block->append(frame);
  Message message;
  Message::read({block->data(), block->used}, message);
  give(to, block, 0, block->used, message, nullptr);
}

}  // namespace leat::hub
