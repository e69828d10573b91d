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
    : options_(std::move(options)),
      clock_(clock),
      note_(std::move(note)),
      access_(options_.access),
      logins_(options_.max_failed_logins),
      now_(clock.now()),
      beaten_(now_) {
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
    if (++turned_away_ <= kTurnedAway) note_(fmt::format("{}: not let in: {}", session.peer().address, reason));
  }
  metrics_.ended(reason);
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
  pass_on();
  return interest_.route(subject, [this](std::string_view of) { return history_of(of); });
}

void Broker::forget(Subscription& s) {
  teams_.leave(s);
  interest_.remove(s);
  std::erase(held_, &s);
  for (const auto& history : histories_) {
    std::erase_if(history->due, [&](const History::Due& one) { return one.whose == &s; });
    std::erase(history->readers, &s);
  }
  let_waiting_go(s);
  s.stall.look(false, now_, metrics_);
  totals_.dropped += s.dropped;
}

// ---- How a message gets there --------------------------------------------------------------------------------------

uint64_t Broker::give(Route& route, const BlockRef& block, uint32_t begin, uint32_t size, Message& message, Session* from) {
  char* const frame = block->data() + begin;
  const uint64_t seq = route.history ? route.history->next() : ++seq_;
  const Message::Sender sender{from ? from->number() : 0, from ? from->producer() : 0};
  message.stamp(frame, frame, seq, now_.time_since_epoch().count(), sender);
  if (route.plain && message.flags == 0 && message.ttl_ms == 0) {
    Neighbours& all = neighbours_;
    if (all.route == &route && all.from == from && all.run.block == block && all.run.end == begin) {
      all.run.end += size, ++all.run.count, all.last = seq;
    } else {
      pass_on();
      all = {&route, from, {block, begin, begin + size, 1}, seq};
    }
    return seq;
  }
  pass_on();
  interest_.count(route, 1, size);
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

void Broker::pass_on() {
  Route* const route = std::exchange(neighbours_.route, nullptr);
  if (!route) return;
  const Run run = std::move(neighbours_.run);
  interest_.count(*route, run.count, run.bytes());
  for (Subscription* s : route->each)
    if (&s->session != neighbours_.from || s->how.echo) put(*s, run, neighbours_.last, neighbours_.from);
}

void Broker::offer(Subscription& s, const Run& run, const Message& message, Route& route, Session* from) {
  if (s.team) {
    if (!route.history->keeper()) teams_.rouse_by(s);
    return;
  }
  if (&s.session == from && !s.how.echo && !(message.flags & Publish::kEcho)) return;
  if (s.behind || !wants(s, message, asked_)) return;
  if (!route.history || !route.history->keeper()) return put(s, run, message.seq, from);
  route.history->due.push_back({&s, run, message.seq});
  if (!s.history && s.full() && !s.laggard) hold_up(s, from);
}

// Messages that follow each other up to the number `last`; of a history it is one.
void Broker::put(Subscription& s, const Run& run, uint64_t last, Session* from) {
  if (s.behind) return;
  if (!s.full()) return queue(s, run);
  if (s.history && (s.how.slow == Slow::by_hub || s.how.slow == Slow::spill)) {
    s.behind = true;
    s.next = last;
    return;
  }
  if (!s.laggard) {  // it may only be busy
    queue(s, run);
    return hold_up(s, from);
  }
  if (s.how.slow == Slow::drop_newest) return miss(s, {0, last - run.count + 1, last, run.count, Gap::Reason::dropped});
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
  for (Subscription* s : history.readers) {
    if (s->team)
      teams_.rouse_by(*s);
    else if (s->behind)
      s->session.ready(*s);
  }
  for (const uint32_t number : std::exchange(owing_, {}))
    if (const auto known = sessions_.find(number); known != sessions_.end()) known->second->owed_may_be_due();
  wake_();
}

void Broker::queue(Subscription& s, const Run& run) {
  queued_ += run.bytes();
  if (s.queue.empty()) s.moved = now_;
  if (s.session.takes(s) || run.bytes() >= run.block->capacity() / 2) {
    s.queue.push(run.block, run.begin, run.end, run.count);
  } else {  // what waits longer than this turn must not hold much else that it came with
    const Run own = s.arena.copy(run.text(), run.count);
    s.queue.push(own.block, own.begin, own.end, own.count);
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
  ++turn_;
  for (const uint32_t number : std::exchange(dirty_, {}))
    if (const auto known = sessions_.find(number); known != sessions_.end()) known->second->flush(now_);
  for (const uint32_t number : std::exchange(freed_, {}))
    if (const auto known = sessions_.find(number); known != sessions_.end()) known->second->let_go(now_);
  bound_queues();
  for (const uint32_t number : std::exchange(ended_, {})) sessions_.erase(number);
  for (const auto& history : histories_)
    if (history->keeper()) history->keeper()->commit();
  return !dirty_.empty() || !freed_.empty();
}

Duration Broker::pulse() const {
  const Duration beat = teams_.busy() ? Teams::kPulse : Duration(std::chrono::seconds(1));
  return held_.empty() ? beat : std::min(beat, options_.grace / 5);
}

void Broker::tick() {
  now_ = clock_.now();
  const std::vector<Subscription*> held = held_;
  for (Subscription* s : held) {
    if (std::find(held_.begin(), held_.end(), s) == held_.end()) continue;  // went with another
    if (!s->session.stuck(*s, now_, s->how.slow == Slow::block ? options_.stall : options_.grace)) continue;
    std::erase(held_, s);
    give_up_on(*s);
  }
  if (teams_.busy()) teams_.tend();
  if (now_ < beat_) return;
  interest_.beat(now_ - std::exchange(beaten_, now_));
  beat_ = now_ + std::chrono::seconds(1);
  if (const uint64_t all = std::exchange(turned_away_, 0); all > kTurnedAway)
    note_(fmt::format("{} more were not let in", all - kTurnedAway));
  for (const auto& history : histories_) {
    history->expire(now_);
    for (Subscription* s : history->readers)  // whose reading of the disk may have failed
      if (s->behind) s->session.ready(*s);
  }
  std::vector<uint32_t> all;
  for (const auto& [number, session] : sessions_) all.push_back(number);
  for (const uint32_t number : all) sessions_.at(number)->tick(now_);
}

void Broker::drain(Duration grace, std::string_view reason) {
  draining_ = true;
  const Drain said{static_cast<uint32_t>(grace / std::chrono::milliseconds(1)), std::string(reason)};
  for (const auto& [number, session] : sessions_) session->say(said);
}

bool Broker::drained() const {
  if (teams_.changed()) return false;
  for (const auto& history : histories_)
    if (const Keeper* keeper = history->keeper(); keeper && !keeper->settled() && keeper->trouble().empty()) return false;
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
  publish_own(to, frame);
}

uint64_t Broker::publish_own(Route& to, std::string_view frame) {
  const BlockRef block = BlockRef::make(static_cast<uint32_t>(frame.size()));
  block->append(frame);
  Message message;
  Message::read({block->data(), block->used}, message);
  const uint64_t seq = give(to, block, 0, block->used, message, nullptr);
  pass_on();
  return seq;
}

std::optional<Team::Letter> Broker::keep_own(std::string_view frame) {
  Message message;
  Message::read(frame, message);
  Route& to = route(message.subject);
  if (!to.history || to.history->full() || to.history->refuses()) return std::nullopt;
  return Team::Letter{to.history, publish_own(to, frame)};
}

}  // namespace leat::hub
