// Teams: all that acknowledge what they are given: who belongs together, who is given what next, and what becomes of what nobody takes.
// Owner:   the broker.   Thread: the hub's loop.   Blocks: never.
// Fails:   join: with the code and the line for the client. The rest cannot.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/hub/broker/team.h"
#include "core/hub/frame.h"
#include "core/hub/message.h"

namespace leat::hub {

class Broker;
class OpenMetrics;
class Session;

class Teams {
 public:
  static constexpr size_t kMost = log::Cursors::kCursors;
  static constexpr Duration kPulse = std::chrono::milliseconds(100);  // how late something is remembered, or given again

  explicit Teams(Broker& broker) : broker_(broker) {}

  // Makes it a member of the team it asks for, whose place in the history is `start` if there is no such team yet.
  struct Refused {
    std::string code, text;
  };
  std::optional<Refused> join(Subscription& subscription, History& history, uint64_t start);
  void leave(Subscription& subscription);
  void restore(History& history, std::string_view key, const log::Cursor& cursor);  // of an earlier life of the hub
  Done forget(std::string_view name);                                               // a durable one that nobody uses

  void rouse(Team& team);                 // there may be something for it
  void rouse_by(Subscription& member);    // ... once, where all its members are asked
  void feed(Subscription& subscription);  // what it has credit for
  void answer(Subscription& subscription, const Ack& ack);
  void tend();  // at least every kPulse while busy()
  bool busy() const { return busy_; }
  bool changed() const;                           // something is not remembered yet
  uint64_t lowest(const History& history) const;  // all below is acknowledged by all that are durable; 1: there is none
  std::string report() const;                     // the durable ones, as JSON
  void report(OpenMetrics& text) const;

 private:
  bool feed_one(Subscription& subscription, Team& team);
  std::optional<Run> find(Team& team, uint64_t number);
  void read(Team& team, uint64_t number);
  void bury(Team& team, const Consumer::Turn& turn, std::string_view frame);
  std::string letter(const Team& team, const Consumer::Turn& turn, const Publish& message, bool whole) const;
  void touch(Team& team);
  void settle_letters(Team& team);
  void let_go(History& history) const;
  std::optional<Refused> enter(Team& team, Subscription& subscription);

  Broker& broker_;
  std::map<std::string, std::unique_ptr<Team>, std::less<>> teams_;  // by name; by session and number where there is none
  bool busy_ = false;
};

}  // namespace leat::hub
