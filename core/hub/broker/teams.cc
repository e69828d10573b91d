#include "core/hub/broker/teams.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "core/codec/json_text.h"
#include "core/data/artifact.h"
#include "core/hub/broker/broker.h"
#include "core/hub/broker/frames.h"
#include "core/hub/broker/openmetrics.h"
#include "core/hub/subject.h"

namespace leat::hub {
namespace {

constexpr Duration kAgain = std::chrono::seconds(1);  // until a dead letter that cannot be kept now is tried again
constexpr Duration kLeastWait = std::chrono::milliseconds(100);

std::string name_of(const Subscription& s) {
  return s.how.durable.empty() ? fmt::format(" {} {}", s.session.number(), s.how.id) : s.how.durable;
}

Consumer::Options options_of(const Subscribe& how) {
  Consumer::Options made;
  if (how.ack_wait_ms > 0) made.ack_wait = std::max<Duration>(std::chrono::milliseconds(how.ack_wait_ms), kLeastWait);
  if (how.max_pending > 0) made.max_pending = std::min(how.max_pending, Consumer::kMostPending);
  made.max_deliver = std::min(how.max_deliver, Consumer::kEnough);
  return made;
}

}  // namespace

// ---- Who belongs together ------------------------------------------------------------------------------------------

std::optional<Teams::Refused> Teams::join(Subscription& s, History& history, uint64_t start) {
  const auto [place, fresh] = teams_.try_emplace(name_of(s));
  if (fresh && teams_.size() > kMost) {
    teams_.erase(place);
    return Refused{"limit", fmt::format("this hub has at most {} durable subscriptions", kMost)};
  }
  if (fresh) place->second = std::make_unique<Team>(s.how.durable, s.how.pattern, history, Consumer(start));
  Team& team = *place->second;
  if (auto refused = enter(team, s)) return refused;
  s.team = &team;
  s.history = &history, s.behind = true;
  team.members.push_back(&s);
  touch(team);
  return std::nullopt;
}

std::optional<Teams::Refused> Teams::enter(Team& team, Subscription& s) {
  if (team.pattern != s.how.pattern)
    return Refused{"durable",
                   fmt::format("{} is a durable subscription to {}; it can be forgotten (leat hub forget)", team.name, team.pattern)};
  if (!team.members.empty() && (team.alone() || team.group != s.how.group)) {
    Session& other = team.members.front()->session;
    const bool back = &other != &s.session && s.session.producer() != 0 && other.producer() == s.session.producer();
    if (!team.alone() || !back)
      return Refused{"durable", fmt::format("{} is in use by {} ({}){}", team.name, other.name(), other.peer().address,
                                            team.alone() ? "; those who share it name a group" : ", of group " + team.group)};
    other.fault("replaced", "it has come back by another connection");
  }
  if (team.members.empty()) team.group = s.how.group, team.consumer.options(options_of(s.how));
  return std::nullopt;
}

void Teams::leave(Subscription& s) {
  Team* const team = std::exchange(s.team, nullptr);
  if (!team) return;
  std::erase(team->members, &s);
  team->consumer.left(&s, broker_.now());
  if (team->name.empty()) return void(teams_.erase(name_of(s)));
  rouse(*team);
}

void Teams::restore(History& history, std::string_view key, const log::Cursor& cursor) {
  const size_t blank = key.find(' ');
  const std::string name(key.substr(0, blank));
  const std::string pattern(blank == key.npos ? std::string_view() : key.substr(blank + 1));
  teams_.try_emplace(name, std::make_unique<Team>(name, pattern, history, Consumer(cursor)));
}

Done Teams::forget(std::string_view name) {
  const auto known = teams_.find(name);
  if (known == teams_.end() || known->second->name.empty())
    return Error{Error::Kind::usage, fmt::format("there is no durable subscription {}", name), {}};
  const Team& team = *known->second;
  if (!team.members.empty())
    return Error{Error::Kind::usage, fmt::format("{} is in use by {}", name, team.members.front()->session.name()), {}};
  History& history = team.history;
  if (Keeper* const keeper = history.keeper()) keeper->remember(team.key(), std::nullopt);
  teams_.erase(known);
  let_go(history);
  return {};
}

uint64_t Teams::lowest(const History& history) const {
  uint64_t floor = UINT64_MAX;
  for (const auto& [name, team] : teams_)
    if (&team->history == &history && !team->name.empty()) floor = std::min(floor, team->consumer.floor());
  return floor == UINT64_MAX ? 1 : floor;
}

// ---- Who is given what ---------------------------------------------------------------------------------------------

void Teams::touch(Team& team) { team.changed = busy_ = true; }

// Each time another one is the first to be served.
void Teams::rouse(Team& team) {
  const size_t count = team.members.size();
  for (size_t i = 0; i < count; ++i) {
    Subscription& member = *team.members[(team.first + i) % count];
    member.session.ready(member);
  }
  ++team.first;
}

void Teams::rouse_by(Subscription& member) {
  if (member.team->members.front() == &member) rouse(*member.team);
}

void Teams::feed(Subscription& s) {
  Team& team = *s.team;
  const bool several = team.members.size() > 1;
  if (several && std::exchange(s.fed, broker_.turn()) == broker_.turn()) return;
  if (const uint64_t first = team.history.first(); team.consumer.floor() < first)
    if (const uint64_t lost = team.consumer.gone(first); lost > 0)
      broker_.miss(s, {0, first - lost, first - 1, lost, Gap::Reason::expired});
  uint32_t left = several ? Team::kShare : UINT32_MAX;
  while (left > 0 && s.queue.messages() < s.messages && s.queue.bytes() < s.bytes && s.few() && feed_one(s, team)) --left;
  if (left == 0) rouse(team);
  if (team.consumer.full() && team.consumer.next() < team.history.visible() && !std::exchange(team.stalled, true))
    broker_.event("stalled", s.session, fmt::format("{}: {} messages are not acknowledged", team.pattern, team.consumer.pending()));
}

bool Teams::feed_one(Subscription& s, Team& team) {
  const auto turn = team.consumer.turn(Broker::reads_to(s), &s, broker_.now());
  if (!turn) return false;
  const auto run = find(team, turn->number);
  if (!run) return false;
  touch(team);
  Message message;
  Message::read(run->text(), message);
  if (team.history.stale(turn->number) || !broker_.asks_for(s, message)) {
    team.consumer.passed(turn->number, turn->number);
  } else if (team.consumer.spent(*turn)) {
    bury(team, *turn, run->text());
  } else {
    team.consumer.given(*turn, &s, broker_.now());
    s.queue.push(run->block, run->begin, run->end, 1, turn->attempt);
  }
  return true;
}

// Where that message lies in memory. None: not yet, or it is gone.
std::optional<Run> Teams::find(Team& team, uint64_t number) {
  if (number >= team.history.first_in_memory())
    if (const auto stretch = team.history.read(number); stretch.count > 0 && stretch.first == number)
      return Run{stretch.block, stretch.begin, stretch.ends[0], 1};
  if (number >= team.kept_from && number - team.kept_from < team.kept_ends.size()) {
    const size_t at = number - team.kept_from;
    return Run{team.kept.block, at == 0 ? team.kept.begin : team.kept_ends[at - 1], team.kept_ends[at], 1};
  }
  if (team.history.keeper() && number < team.history.visible()) read(team, number);
  return std::nullopt;
}

void Teams::read(Team& team, uint64_t number) {
  if (std::exchange(team.reading, true)) return;
  const std::string name = name_of(*team.members.front());
  team.history.keeper()->read(number, [this, name](const Keeper::Kept& kept) {
    const auto known = teams_.find(name);
    if (known == teams_.end() || !std::exchange(known->second->reading, false)) return;
    Team& read = *known->second;
    broker_.refresh();
    read.kept = kept.run, read.kept_from = kept.first;
    read.kept_ends = ends_of(kept.run);
    if (kept.gap) {
      read.consumer.passed(kept.gap->first, kept.gap->last);
      if (!read.members.empty()) broker_.miss(*read.members.front(), *kept.gap);
      touch(read);
    }
    if (!kept.gap && kept.run.count == 0) return;  // the disk cannot be read now
    rouse(read);
    broker_.wake();
  });
}

// ---- What they say -------------------------------------------------------------------------------------------------

void Teams::answer(Subscription& s, const Ack& ack) {
  Team& team = *s.team;
  const Instant now = broker_.now();
  const auto say = [&](uint64_t first, uint64_t last, Consumer::Member by) {
    const auto delay = ack.delay_ms > 0 ? std::optional<Duration>(std::chrono::milliseconds(ack.delay_ms)) : std::nullopt;
    if (ack.kind == Ack::Kind::done) team.consumer.acknowledge(first, last, by);
    if (ack.kind == Ack::Kind::nack) team.consumer.refuse(first, last, by, delay, now);
    if (ack.kind == Ack::Kind::in_progress) team.consumer.wait_longer(first, last, by, now);
    if (ack.kind == Ack::Kind::terminate) team.consumer.terminate(first, last, by, now);
  };
  const uint64_t newest = team.history.visible() - 1;
  if (const uint64_t last = std::min(ack.up_to, newest); last > 0) {
    say(0, last, team.alone() ? nullptr : &s);
    if (ack.kind == Ack::Kind::done && team.alone()) team.consumer.acknowledge_unseen(last);
  }
  auto ranges = ack.ranges;  // in order, each number is looked at once: the work is bounded by how long the frame is
  std::sort(ranges.begin(), ranges.end());
  uint64_t behind = 0;
  for (const auto& [first, last] : ranges) {
    const uint64_t end = std::min(last, newest);
    if (end < std::max(first, behind)) continue;
    say(std::max(first, behind), end, nullptr);
    behind = end + 1;
  }
  touch(team);
  if (team.consumer.pending() <= team.consumer.options().max_pending / 2) team.stalled = false;
  rouse(team);
}

// ---- What nobody takes ---------------------------------------------------------------------------------------------

std::string Teams::letter(const Team& team, const Consumer::Turn& turn, const Publish& message, bool whole) const {
  Publish made = message;
  const std::string& whose = team.name.empty() ? team.members.front()->session.name() : team.name;
  const std::string subject = fmt::format("{}{}", kDead, whose);
  made.subject = subject;
  made.number = 0, made.ttl_ms = 0, made.ack = Level::none, made.flags &= Publish::kArtifact;
  if (!whole) made.headers.clear(), made.payload = made.key = made.reply_to = {};
  const auto say = [&](std::string name, std::string value) { made.headers.emplace_back(std::move(name), std::move(value)); };
  say("dead_subject", std::string(message.subject));
  say("dead_history", team.history.options().name);
  say("dead_seq", fmt::format("{}", turn.number));
  say("dead_reason", team.consumer.terminated(turn) ? "terminated" : "deliveries");
  if (!team.consumer.terminated(turn)) say("dead_deliveries", fmt::format("{}", turn.attempt - 1));
  std::string frame;
  write(made, frame);
  return frame;
}

// A message that was given as often as it may be becomes a dead letter. It counts as acknowledged when that is on the disk.
void Teams::bury(Team& team, const Consumer::Turn& turn, std::string_view frame) {
  const auto read = decode(frame);
  const auto* message = read ? std::get_if<Publish>(&*read) : nullptr;
  if (!message) return team.consumer.passed(turn.number, turn.number);  // not even its sender's fault: nobody could read it
  std::string dead = letter(team, turn, *message, true);
  if (dead.size() > broker_.options().max_frame) dead = letter(team, turn, *message, false);
  const auto kept = broker_.keep_own(dead);
  if (!kept) return team.consumer.put_off(turn, later(broker_.now(), kAgain));
  team.consumer.bury(turn);
  team.buried.insert_or_assign(turn.number, *kept);
  ++team.letters;
}

void Teams::settle_letters(Team& team) {
  std::erase_if(team.buried, [&](const auto& one) {
    const auto& [number, letter] = one;
    if (letter.seq >= letter.where->visible()) return false;
    team.consumer.passed(number, number);
    touch(team);
    return true;
  });
}

void Teams::tend() {
  busy_ = false;
  bool moved = false;
  for (const auto& [name, team] : teams_) {
    settle_letters(*team);
    const bool late = team->consumer.expire(broker_.now());
    if (late || team->consumer.due(broker_.now())) rouse(*team);
    if (late) touch(*team);
    busy_ |= team->consumer.pending() > 0;
    if (!std::exchange(team->changed, false) || team->name.empty()) continue;
    moved = true;
    if (Keeper* const keeper = team->history.keeper()) keeper->remember(team->key(), team->consumer.cursor());
  }
  if (moved)
    for (const auto& history : broker_.histories()) let_go(*history);
}

// Not for each team: with many of them that would be each against all, ten times a second.
void Teams::let_go(History& history) const {
  if (history.options().until_acknowledged) history.acknowledged(lowest(history));
}

bool Teams::changed() const {
  return std::any_of(teams_.begin(), teams_.end(), [](const auto& one) { return one.second->changed; });
}

std::string Teams::report() const {
  std::string out = "[";
  for (const auto& [key, team] : teams_) {
    if (team->name.empty()) continue;
    if (out.size() > 1) out += ',';
    out += "{\"name\":";
    json::quote(team->name, out);
    out += ",\"pattern\":";
    json::quote(team->pattern, out);
    out += ",\"history\":";
    json::quote(team->history.options().name, out);
    fmt::format_to(std::back_inserter(out),
                   ",\"members\":{},\"floor\":{},\"next\":{},\"pending\":{},\"given_again\":{},\"dead_letters\":{}}}", team->members.size(),
                   team->consumer.floor(), team->consumer.next(), team->consumer.pending(), team->consumer.again(), team->letters);
  }
  return out + "]";
}

void Teams::report(OpenMetrics& text) const {
  const auto each = [&](std::string_view name, std::string_view type, std::string_view help, auto&& of) {
    text.family(name, type, "", help);
    for (const auto& [key, team] : teams_)
      if (!team->name.empty()) text.value(of(*team), {{"durable", team->name}});
  };
  each("leat_hub_durable_members", "gauge", "Subscriptions that use it.", [](const Team& one) { return uint64_t{one.members.size()}; });
  each("leat_hub_durable_pending", "gauge", "Messages that were given and are not acknowledged.",
       [](const Team& one) { return one.consumer.pending(); });
  each("leat_hub_durable_lag", "gauge", "Numbers of its history that it has not come to.",
       [](const Team& one) { return one.history.next() - std::min(one.history.next(), one.consumer.next()); });
  each("leat_hub_durable_given_again", "counter", "Messages that were given more than once.",
       [](const Team& one) { return one.consumer.again(); });
  each("leat_hub_durable_dead_letters", "counter", "Messages that were given as often as they may be.",
       [](const Team& one) { return one.letters; });
}

}  // namespace leat::hub
