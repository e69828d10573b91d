// Who is let in, and what becomes of those who are here when the rules change.
#include <gtest/gtest.h>

#include "core/hub/broker/broker.h"
#include "tests/support/hub_wire.h"

namespace leat::hub {
namespace {

using test::HubWire;
using Texts = std::vector<std::string>;

struct HandClock final : Clock {
  Instant time{std::chrono::hours(500'000)};
  Instant now() const override { return time; }
};

Principal principal(std::string name, std::string_view token, Texts publish, Texts subscribe) {
  Principal made;
  made.name = std::move(name);
  if (!token.empty()) made.token_sha256 = token_sha256(token);
  made.publish = std::move(publish), made.subscribe = std::move(subscribe);
  return made;
}

class HubRules : public testing::Test {
 protected:
  Broker& broker() {
    if (!broker_) broker_ = std::make_unique<Broker>(options, clock, [this](std::string line) { notes.push_back(std::move(line)); });
    return *broker_;
  }
  HubWire& comes(const std::string& name, const std::string& token, Peer peer = {"127.0.0.1:1000", false, 0}) {
    HubWire& made = *wires_.emplace_back(std::make_unique<HubWire>(broker(), std::move(peer)));
    made.say(Hello{1, name, token, 0});
    made.settle();
    return made;
  }
  void rules(std::vector<Principal> principals, bool open = false) {
    broker().access({std::move(principals), open, 500});
    while (broker().flush()) {
    }
  }
  static Texts codes(HubWire& wire) {
    Texts all;
    for (const Fault& fault : wire.told<Fault>()) all.push_back(fault.code + (fault.id > 0 ? ":" + std::to_string(fault.id) : ""));
    return all;
  }
  static Texts refused(HubWire& wire) {
    Texts all;
    for (const PubAck& ack : wire.told<PubAck>())
      for (const PubAck::Refused& one : ack.refused) all.push_back(one.code);
    return all;
  }
  static void publish(HubWire& wire, std::string_view subject, std::string_view payload = "x") {
    wire.publish({.ack = Level::routed, .subject = subject, .payload = payload});
  }

  Broker::Options options;
  HandClock clock;
  Texts notes;

 private:
  std::vector<std::unique_ptr<HubWire>> wires_;  // behind the broker
  std::unique_ptr<Broker> broker_;
};

TEST_F(HubRules, WhoIsNobodyAnyMoreIsShownTheDoor) {
  options.access = {{principal("a", "secret", {">"}, {">"}), principal("b", "other", {">"}, {">"})}, false, 500};
  HubWire& gone = comes("gone", "secret");
  HubWire& stays = comes("stays", "other");
  HubWire& owner = comes("owner", "", {"unix", true, 500});
  // The name is there still, but the token is another's: it is not the name that lets somebody in.
  rules({principal("a", "fresh", {">"}, {">"}), principal("b", "other", {">"}, {">"})});
  EXPECT_EQ(codes(gone), Texts{"denied"});
  EXPECT_FALSE(gone.open());
  EXPECT_EQ(codes(stays), Texts{});
  EXPECT_TRUE(stays.open());
  EXPECT_TRUE(owner.open());
  EXPECT_EQ(codes(comes("again", "secret")), Texts{"token"});
  EXPECT_TRUE(comes("new", "fresh").open());
}

TEST_F(HubRules, UsersOfUnixSocketsAreAskedAgainToo) {
  Principal users = principal("users", "", {}, {">"});
  users.users = {7, 8};
  options.access = {{users}, false, 500};
  HubWire& seven = comes("seven", "", {"unix user 7", true, 7});
  HubWire& eight = comes("eight", "", {"unix user 8", true, 8});
  EXPECT_TRUE(seven.open() && eight.open());
  users.users = {8};
  rules({users});
  EXPECT_EQ(codes(seven), Texts{"denied"});
  EXPECT_TRUE(eight.open());
  rules({}, true);
  EXPECT_TRUE(eight.open()) << "anybody may be here now";
  rules({});
  EXPECT_EQ(codes(eight), Texts{"denied"});
}

TEST_F(HubRules, WhatMayBePublishedFollowsTheRulesAtTheNextMessage) {
  options.access = {{principal("a", "secret", {"x.>", "y"}, {})}, false, 500};
  HubWire& one = comes("one", "secret");
  one.frames();
  publish(one, "x.1");
  EXPECT_EQ(refused(one), Texts{});
  rules({principal("a", "secret", {"y"}, {})});
  publish(one, "x.1");  // the subject that came last, whose route it remembers
  EXPECT_EQ(refused(one), Texts{"denied"});
  rules({principal("a", "secret", {"x.1"}, {})});
  publish(one, "x.1");
  EXPECT_EQ(refused(one), Texts{});
}

TEST_F(HubRules, ASubscriptionThatIsNotAllowedAnyMoreEndsAndTheOthersGoOn) {
  options.access = {{principal("a", "secret", {}, {"x.>", "y"})}, false, 500};
  HubWire& one = comes("one", "secret");
  one.subscribe(1, "x.*");
  one.subscribe(2, "y");
  one.subscribe(3, "$client.one.>");
  one.frames();
  rules({principal("a", "secret", {}, {"y"})});
  EXPECT_EQ(codes(one), Texts{"denied:1"});
  HubWire& owner = comes("owner", "", {"unix", true, 500});
  owner.publish("x.1", "no");
  owner.publish("y", "yes");
  owner.publish("$client.one.r", "reply");
  EXPECT_EQ(one.messages(), (Texts{"yes", "reply"}));
  one.subscribe(1, "x.*");
  EXPECT_EQ(codes(one), Texts{"denied:1"});
  rules({principal("a", "secret", {}, {"x.*"})});
  EXPECT_EQ(codes(one), Texts{"denied:2"});
  one.subscribe(4, "x.1");
  one.frames();
  owner.publish("x.1", "again");
  EXPECT_EQ(one.messages(), Texts{"again"});
}

TEST_F(HubRules, WhoAdministersNoMoreIsToldNothingMore) {
  Principal chief = principal("chief", "secret", {}, {});
  chief.admin = true;
  options.access = {{chief}, false, 500};
  HubWire& one = comes("one", "secret");
  one.subscribe(1, "$hub.events.>");
  EXPECT_EQ(codes(one), Texts{});
  chief.admin = false;
  rules({chief});
  EXPECT_EQ(codes(one), Texts{"denied:1"});
  one.say(Control{"clients", ""});
  const auto reports = one.told<Report>();
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_TRUE(reports[0].failed);
}

TEST_F(HubRules, AnAnswerThatNoFrameHoldsIsNotGiven) {
  options.access = {{}, true, 500};
  options.max_frame = 8192;
  HubWire& owner = comes("owner", "", {"unix", true, 500});
  const auto asks = [&] {
    owner.frames();
    owner.say(Control{"clients", ""});
    const auto reports = owner.told<Report>();
    return reports.size() == 1 && !reports[0].failed;
  };
  EXPECT_TRUE(asks());
  for (int i = 0; i < 100; ++i) comes("client-with-a-name-" + std::to_string(i), "", {"unix user 7", true, 7});
  EXPECT_FALSE(asks());
  EXPECT_TRUE(owner.open());
}

TEST_F(HubRules, WhoeverFailsTooOftenIsNotAskedForAWhile) {
  options.access = {{principal("a", "secret", {">"}, {})}, false, 500};
  options.max_failed_logins = 3;
  const Peer from{"127.0.0.1:9", false, 0};
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(broker().lets_try(from));
    EXPECT_EQ(codes(comes("a", "guess", from)), Texts{"token"});
  }
  EXPECT_FALSE(broker().lets_try(from));
  EXPECT_FALSE(broker().lets_try({"127.0.0.1:10", false, 0}));
  EXPECT_TRUE(broker().lets_try({"unix user 5", true, 5}));
  EXPECT_NE(std::find(notes.begin(), notes.end(),
                      "127.0.0.1: 3 logins have failed within a minute: for the next one nobody from there is let in"),
            notes.end());
  clock.time += std::chrono::minutes(1);
  EXPECT_TRUE(broker().lets_try(from));
  EXPECT_TRUE(comes("a", "secret", from).open());
}

}  // namespace
}  // namespace leat::hub
