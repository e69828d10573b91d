// Durable subscriptions: who acknowledges what, what is given again, and what becomes of what nobody takes.
#include "core/hub/broker/teams.h"

#include <gtest/gtest.h>

#include <set>

#include "core/base/random.h"
#include "core/hub/broker/broker.h"
#include "tests/support/hand_keeper.h"
#include "tests/support/hub_wire.h"
#include "tests/support/seeds.h"

namespace leat::hub {
namespace {

using namespace std::chrono_literals;
using test::HandClock;
using test::HandKeeper;
using test::HubWire;

// "3" given for the second time is "3/2".
std::vector<std::string> given(HubWire& wire) {
  std::vector<std::string> all;
  uint32_t attempt = 0;
  for (const Frame& frame : wire.frames()) {
    if (const auto* head = std::get_if<Deliver>(&frame)) attempt = head->attempt;
    if (const auto* message = std::get_if<Publish>(&frame))
      all.push_back(std::string(message->payload) + (attempt > 1 ? "/" + std::to_string(attempt) : ""));
    if (const auto* gap = std::get_if<Gap>(&frame)) all.push_back("gap " + std::to_string(gap->count));
    if (const auto* fault = std::get_if<Fault>(&frame)) all.push_back(fault->code);
  }
  return all;
}

using Texts = std::vector<std::string>;

class HubTeams : public testing::Test {
 protected:
  static Broker::Options how() {
    Broker::Options options;
    options.histories.push_back({.name = "a", .patterns = {"a.>"}});
    options.histories.push_back({.name = "dead", .patterns = {"$dead.>"}});
    options.histories.push_back({.name = "work", .patterns = {"w"}, .bytes = 4096, .until_acknowledged = true});
    return options;
  }
  void publish(int from, int to, std::string_view subject = "a.b") {
    for (int i = from; i <= to; ++i) sender.publish({.ack = Level::routed, .subject = subject, .payload = std::to_string(i)});
    sender.settle();
  }
  void pass(Duration time) {
    clock.time += time;
    broker.tick();
    while (broker.flush()) {
    }
  }
  static Subscribe durable(std::string name = "d") {
    return {.id = 1, .pattern = "a.>", .start = {Start::Kind::all}, .durable = std::move(name), .ack_wait_ms = 1000};
  }
  static void ack(HubWire& wire, uint64_t up_to, Ack::Kind kind = Ack::Kind::done, uint32_t delay = 0) {
    wire.say(Ack{1, kind, up_to, {}, delay});
    wire.settle();
  }
  std::string stats() { return broker.report({"stats", {}}).text; }

  HandClock clock;
  Broker broker{how(), clock, [](std::string) {}};
  HubWire sender{broker};
  void SetUp() override { sender.hello("p"); }
};

TEST_F(HubTeams, GoesOnWhereItWasAcknowledged) {
  publish(1, 5);
  {
    HubWire wire(broker);
    wire.hello("s");
    wire.subscribe(durable());
    EXPECT_EQ(given(wire), Texts({"1", "2", "3", "4", "5"}));
    ack(wire, 3);
    wire.session().end("gone");
  }
  publish(6, 6);
  HubWire wire(broker);
  wire.hello("s2");
  wire.subscribe(durable());
  EXPECT_EQ(wire.told<Subscribed>().at(0).next, 4u);
  ack(wire, 3);
  HubWire third(broker);
  third.hello("s3");
  third.subscribe(durable());
  EXPECT_EQ(given(third), Texts({"durable"}));  // somebody has it
}

TEST_F(HubTeams, WhatIsNotAcknowledgedInTimeIsGivenAgain) {
  publish(1, 3);
  HubWire wire(broker);
  wire.hello("s");
  wire.subscribe(durable());
  EXPECT_EQ(given(wire), Texts({"1", "2", "3"}));
  ack(wire, 1);
  pass(600ms);
  wire.say(Ack{1, Ack::Kind::in_progress, 0, {{3, 3}}, 0});
  pass(500ms);
  EXPECT_EQ(given(wire), Texts({"2/2"}));
  pass(600ms);
  EXPECT_EQ(given(wire), Texts({"3/2"}));
  wire.say(Ack{1, Ack::Kind::done, 0, {{2, 3}}, 0});
  pass(5s);
  EXPECT_EQ(given(wire), Texts());
  EXPECT_NE(stats().find("\"floor\":4,\"next\":4,\"pending\":0,\"given_again\":2"), std::string::npos) << stats();
}

TEST_F(HubTeams, RangesComeInAnyOrderAndMayOverlap) {
  publish(1, 9);
  HubWire wire(broker);
  wire.hello("s");
  wire.subscribe(durable());
  given(wire);
  wire.say(Ack{1, Ack::Kind::done, 0, {{7, 8}, {2, 4}, {3, 5}, {9, 99}}, 0});
  pass(1100ms);
  EXPECT_EQ(given(wire), Texts({"1/2", "6/2"}));
}

TEST_F(HubTeams, WhatIsRefusedComesAgainWhenItIsTime) {
  publish(1, 2);
  HubWire wire(broker);
  wire.hello("s");
  wire.subscribe(durable());
  given(wire);
  wire.say(Ack{1, Ack::Kind::nack, 0, {{1, 1}}, 300});
  wire.say(Ack{1, Ack::Kind::nack, 0, {{2, 2}}, 0});
  pass(50ms);
  EXPECT_EQ(given(wire), Texts());
  pass(60ms);
  EXPECT_EQ(given(wire), Texts({"2/2"}));
  pass(200ms);
  EXPECT_EQ(given(wire), Texts({"1/2"}));
}

TEST_F(HubTeams, WhatIsGivenTooOftenOrTerminatedIsADeadLetter) {
  publish(1, 3);
  HubWire wire(broker), undertaker(broker);
  wire.hello("s"), undertaker.hello("u");
  undertaker.subscribe(7, "$dead.>");
  Subscribe asked = durable();
  asked.max_deliver = 2;
  wire.subscribe(asked);
  EXPECT_EQ(given(wire), Texts({"1", "2", "3"}));
  wire.say(Ack{1, Ack::Kind::terminate, 0, {{3, 3}}, 0});
  ack(wire, 1);
  pass(1100ms);
  EXPECT_EQ(given(wire), Texts({"2/2"}));
  pass(1100ms);
  EXPECT_EQ(given(wire), Texts());
  Texts letters;
  for (const Frame& frame : undertaker.frames())
    if (const auto* message = std::get_if<Publish>(&frame))
      letters.push_back(std::string(message->subject) + " " + std::string(message->payload));
  EXPECT_EQ(letters, Texts({"$dead.d 3", "$dead.d 2"}));
  pass(200ms);
  EXPECT_NE(stats().find("\"floor\":4,\"next\":4,\"pending\":0,\"given_again\":1,\"dead_letters\":2"), std::string::npos) << stats();
  HubWire late(broker);  // they are kept, and say what they are
  late.hello("l");
  late.subscribe({.id = 1, .pattern = "$dead.d", .start = {Start::Kind::all}});
  const auto stretch = broker.histories()[1]->read(2);
  const auto read = decode({stretch.block->data() + stretch.begin, stretch.ends[0] - stretch.begin});
  ASSERT_TRUE(read);
  std::map<std::string, std::string> headers;
  for (const auto& [name, value] : std::get<Publish>(*read).headers) headers[name] = value;
  EXPECT_EQ(
      headers,
      (std::map<std::string, std::string>{
          {"dead_subject", "a.b"}, {"dead_history", "a"}, {"dead_seq", "2"}, {"dead_reason", "deliveries"}, {"dead_deliveries", "2"}}));
}

TEST_F(HubTeams, AGroupSharesAndTakesOverFromWhoGoes) {
  std::vector<std::unique_ptr<HubWire>> wires;
  for (int i = 0; i < 3; ++i) {
    auto& wire = *wires.emplace_back(std::make_unique<HubWire>(broker));
    wire.hello("");
    Subscribe asked = durable();
    asked.group = "g";
    asked.ack_wait_ms = 60'000;
    wire.subscribe(asked);
  }
  publish(1, 300);
  std::map<std::string, int> count;
  for (const auto& wire : wires) {
    const Texts mine = given(*wire);
    EXPECT_GT(mine.size(), 40u);
    for (const std::string& one : mine) ++count[one];
  }
  EXPECT_EQ(count.size(), 300u);
  for (const auto& [text, times] : count) EXPECT_EQ(times, 1) << text;
  for (int i = 0; i < 6; ++i) publish(1000 + i, 1000 + i);  // one at a time: one after the other
  for (const auto& wire : wires) EXPECT_EQ(given(*wire).size(), 2u);
  const size_t before = count.size();
  wires[0]->session().end("gone");
  pass(10ms);
  size_t taken = 0;
  for (size_t i = 1; i < 3; ++i)
    for (const std::string& one : given(*wires[i])) taken += one.ends_with("/2");
  EXPECT_GT(taken, 40u);
  EXPECT_EQ(before, 300u);
  Subscribe alone = durable();
  HubWire other(broker);
  other.hello("o");
  other.subscribe(alone);
  EXPECT_EQ(given(other), Texts({"durable"}));
}

TEST_F(HubTeams, NoMoreAreUnacknowledgedThanAllowedAndTheHubSaysSo) {
  HubWire wire(broker), watcher(broker);
  wire.hello("s"), watcher.hello("w");
  watcher.subscribe(1, "$hub.events.stalled");
  Subscribe asked = durable();
  asked.max_pending = 10;
  wire.subscribe(asked);
  publish(1, 30);
  EXPECT_EQ(given(wire).size(), 10u);
  EXPECT_EQ(watcher.messages().size(), 1u);
  ack(wire, 4);
  EXPECT_EQ(given(wire), Texts({"11", "12", "13", "14"}));
  EXPECT_EQ(watcher.messages().size(), 0u);  // it has been said
  ack(wire, 14);
  EXPECT_EQ(given(wire).size(), 10u);
  EXPECT_EQ(watcher.messages().size(), 1u);
}

TEST_F(HubTeams, WhoComesBackTakesItsPlaceAndNobodyElse) {
  HubWire first(broker), other(broker), again(broker);
  first.hello("", 77), other.hello("", 78), again.hello("", 77);
  first.subscribe(durable());
  other.subscribe(durable());
  EXPECT_EQ(given(other), Texts({"durable"}));
  again.subscribe(durable());
  EXPECT_FALSE(first.open());
  publish(1, 1);
  EXPECT_EQ(given(again), Texts({"1"}));
  again.subscribe({.id = 2, .pattern = "a.>", .durable = "d"});  // not even by itself
  EXPECT_EQ(given(again), Texts({"durable"}));
  EXPECT_TRUE(again.open());
  again.subscribe({.id = 3, .pattern = "a.c", .durable = "d"});
  EXPECT_EQ(given(again), Texts({"durable"}));
}

TEST_F(HubTeams, WhatCannotBeAcknowledgedIsRefused) {
  HubWire wire(broker);
  wire.hello("s");
  wire.subscribe({.id = 1, .pattern = "b.>", .durable = "d"});
  wire.subscribe({.id = 1, .pattern = "a.>", .durable = "two words"});
  wire.subscribe({.id = 1, .pattern = "a.>", .group = "g", .acks = true});
  wire.subscribe({.id = 1, .pattern = "a.>", .start = {Start::Kind::last, 3, 0}, .durable = "d"});
  EXPECT_EQ(given(wire), Texts({"no-history", "subscription", "subscription", "subscription"}));
  wire.subscribe({.id = 1, .pattern = "a.>"});
  ack(wire, 1);
  EXPECT_EQ(given(wire), Texts({"subscription"}));
  wire.subscribe({.id = 2, .pattern = "a.>", .acks = true});
  wire.say(Ack{2, Ack::Kind::done, UINT64_MAX, {{7, 3}, {0, UINT64_MAX}}, 0});
  EXPECT_EQ(given(wire), Texts());
  EXPECT_TRUE(wire.open());
}

TEST_F(HubTeams, WithoutANameItLastsAsLongAsItsSubscription) {
  publish(1, 2);
  HubWire wire(broker);
  wire.hello("s");
  Subscribe asked{.id = 1, .pattern = "a.>", .start = {Start::Kind::all}, .acks = true, .ack_wait_ms = 1000};
  wire.subscribe(asked);
  EXPECT_EQ(given(wire), Texts({"1", "2"}));
  ack(wire, 1);
  pass(1100ms);
  EXPECT_EQ(given(wire), Texts({"2/2"}));
  wire.say(Unsubscribe{1});
  wire.subscribe(asked);
  EXPECT_EQ(given(wire), Texts({"1", "2"}));
  EXPECT_NE(stats().find("\"durables\":[]"), std::string::npos);
}

TEST_F(HubTeams, KeptUntilAcknowledgedRefusesWhenThereIsNoRoomAndForgetsWhatIsDone) {
  HubWire wire(broker);
  wire.hello("s");
  sender.told<Welcome>();
  const std::string text(1000, 'x');
  for (int i = 0; i < 6; ++i) sender.publish({.ack = Level::routed, .subject = "w", .payload = text});
  size_t refused = 0;
  for (const PubAck& one : sender.told<PubAck>()) refused += one.refused.size();
  EXPECT_EQ(refused, 2u);
  wire.subscribe({.id = 1, .pattern = "w", .start = {Start::Kind::all}, .durable = "d"});
  EXPECT_EQ(given(wire).size(), 4u);
  pass(200ms);
  sender.publish({.ack = Level::routed, .subject = "w", .payload = text});
  EXPECT_EQ(sender.told<PubAck>().at(0).refused.size(), 1u);  // given is not acknowledged
  ack(wire, 3);
  pass(200ms);
  EXPECT_EQ(broker.histories()[2]->first(), 4u);
  sender.publish({.ack = Level::routed, .subject = "w", .payload = text});
  EXPECT_TRUE(sender.told<PubAck>().at(0).refused.empty());
}

TEST_F(HubTeams, IsSeenFromOutside) {
  publish(1, 5);
  HubWire wire(broker);
  wire.hello("s");
  Subscribe asked = durable();
  asked.max_pending = 3;
  wire.subscribe(asked);
  ack(wire, 1);
  const std::string text = broker.report({"metrics", {}}).text;
  for (const char* line : {"leat_hub_durable_members{durable=\"d\"} 1", "leat_hub_durable_pending{durable=\"d\"} 3",
                           "leat_hub_durable_lag{durable=\"d\"} 1", "leat_hub_durable_given_again_total{durable=\"d\"} 0"})
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
}

TEST_F(HubTeams, IsForgottenByNameWhenNobodyUsesIt) {
  HubWire wire(broker);
  wire.hello("s");
  wire.subscribe(durable());
  EXPECT_TRUE(broker.report({"forget", "d"}).failed);
  wire.session().end("gone");
  EXPECT_FALSE(broker.report({"forget", "d"}).failed);
  EXPECT_TRUE(broker.report({"forget", "d"}).failed);
}

TEST_F(HubTeams, WhatTheHistoryLetGoIsAGap) {
  Broker::Options small;
  small.histories.push_back({.name = "a", .patterns = {"a.>"}, .count = 3});
  Broker own(small, clock, [](std::string) {});
  HubWire writer(own), wire(own);
  writer.hello("p"), wire.hello("s");
  wire.subscribe(durable());
  wire.session().end("gone");
  for (int i = 1; i <= 10; ++i) writer.publish("a.b", std::to_string(i));
  HubWire again(own);
  again.hello("s");
  again.subscribe(durable());
  EXPECT_EQ(given(again), Texts({"gap 7", "8", "9", "10"}));
}

// The law of delivery: members come, stall, refuse, say nothing and go, and so does the hub, whose disk forgets what was not synced: in
// the end each message that is on the disk has been acknowledged, and nothing is left to be given.
class TeamsLaw {
 public:
  explicit TeamsLaw(uint64_t seed) : random_(seed), group_(random_.next() % 2 == 0) {}

  void hold() {
    for (int life = 0; life < 4; ++life) {
      Hub hub(*this);
      for (int i = 0; i < 150; ++i) step(hub);
      if (life == 3) finish(hub);
    }
  }

 private:
  struct Hub {
    explicit Hub(TeamsLaw& law) : broker(how(), law.clock_, [](std::string) {}), writer(broker) {
      auto made = std::make_unique<HandKeeper>(law.disk_);
      keeper = made.get();
      history().keep_by(std::move(made));
      for (const auto& [key, cursor] : law.remembered_) broker.teams().restore(history(), key, *cursor);
      writer.hello("p");
    }
    static Broker::Options how() {
      Broker::Options options;
      options.histories.push_back({.name = "a", .patterns = {"a.>"}});
      return options;
    }
    History& history() { return *broker.histories().front(); }
    void sync(size_t most) {
      keeper->sync(most);
      broker.settled(history());
    }
    void turn() {
      broker.tick();
      for (int i = 0; i < 50 && broker.flush(); ++i) {
      }
      keeper->give_readings();
      for (int i = 0; i < 50 && broker.flush(); ++i) {
      }
    }
    Broker broker;
    HandKeeper* keeper = nullptr;
    HubWire writer;
    std::vector<std::unique_ptr<HubWire>> members;
  };

  void step(Hub& hub) {
    clock_.time += std::chrono::milliseconds(random_.next() % 300);
    const uint64_t what = random_.next() % 8;
    if (what < 2)
      for (uint64_t n = random_.next() % 60; n > 0; --n)
        hub.writer.publish({.ack = Level::best, .subject = "a.b", .payload = std::string(random_.next() % 3000, '.')});
    if (what == 2) hub.sync(random_.next() % 100);
    if (what == 3 && hub.members.size() < 4) come(hub);
    if (what == 4 && !hub.members.empty() && random_.next() % 3 == 0) {
      hub.members.back()->session().end("gone");
      hub.members.pop_back();
    }
    if (what > 4 && !hub.members.empty()) work(*hub.members[random_.next() % hub.members.size()], false);
    hub.turn();
    if (what == 5) remembered_ = hub.keeper->remembered;
  }

  void come(Hub& hub) {
    auto wire = std::make_unique<HubWire>(hub.broker);
    wire->hello("", group_ ? 0 : 9);
    wire->subscribe({.id = 1,
                     .pattern = "a.>",
                     .start = {Start::Kind::all},
                     .group = group_ ? "g" : "",
                     .durable = "d",
                     .ack_wait_ms = 1000,
                     .max_pending = 64,
                     .messages = 1 + static_cast<uint32_t>(random_.next() % 100),
                     .bytes = kEndless});
    if (!group_) hub.members.clear();  // it took the other's place
    hub.members.push_back(std::move(wire));
  }

  // Acknowledges what it was given; not so well, some is refused or not heard of again.
  void work(HubWire& wire, bool well) {
    std::map<uint64_t, uint64_t> said;
    uint32_t count = 0;
    for (const Frame& frame : wire.frames())
      if (const auto* message = std::get_if<Publish>(&frame)) ++count, said[message->seq] = well ? 1 : random_.next() % 8;
    if (!wire.open()) return;
    Ack done{1, Ack::Kind::done, 0, {}, 0}, back{1, Ack::Kind::nack, 0, {}, 1};
    for (const auto& [number, how] : said) {
      if (how > 6) continue;
      (how > 5 ? back : done).ranges.emplace_back(number, number);
      if (how <= 5) acknowledged_.insert(number);
    }
    wire.say(done), wire.say(back);
    wire.say(Credit{1, count, 0});
  }

  void finish(Hub& hub) {
    hub.sync(SIZE_MAX);
    while (hub.writer.waiting() > 0) hub.turn(), hub.sync(SIZE_MAX), hub.writer.give();
    if (hub.members.empty()) come(hub);
    const uint64_t all = hub.history().visible() - 1;
    EXPECT_GT(all, 0u);
    for (int i = 0; i < 2000 && acknowledged_.size() < all; ++i) {
      clock_.time += std::chrono::milliseconds(100);
      for (const auto& wire : hub.members) work(*wire, true);
      hub.turn();
    }
    EXPECT_EQ(acknowledged_.size(), all);
    for (int i = 0; i < 20; ++i) {
      clock_.time += std::chrono::milliseconds(100);
      for (const auto& wire : hub.members) work(*wire, true);
      hub.turn();
    }
    EXPECT_EQ(hub.broker.teams().lowest(hub.history()), all + 1);
    for (const auto& wire : hub.members) EXPECT_EQ(given(*wire), Texts());
  }

  SplitMix random_;
  const bool group_;
  HandClock clock_;
  test::Disk disk_;
  std::map<std::string, std::optional<log::Cursor>> remembered_;
  std::set<uint64_t> acknowledged_;
};

TEST(HubTeamsLaw, EachMessageUntilItIsAcknowledged) {
  for (uint64_t seed = 1; seed <= uint64_t{test::seeds(20)}; ++seed) {
    SCOPED_TRACE(seed);
    TeamsLaw(seed).hold();
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace leat::hub
