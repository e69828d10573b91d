#include "core/hub/broker/broker.h"

#include <gtest/gtest.h>

#include "core/base/random.h"
#include "tests/support/hub_wire.h"
#include "tests/support/seeds.h"

namespace leat::hub {
namespace {

using test::HubWire;
using Texts = std::vector<std::string>;

struct HandClock final : Clock {
  Instant time{std::chrono::hours(500'000)};
  Instant now() const override { return time; }
};

class HubBroker : public testing::Test {
 protected:
  Broker& broker() {
    if (!broker_) broker_ = std::make_unique<Broker>(options, clock, [this](std::string line) { notes.push_back(std::move(line)); });
    return *broker_;
  }
  HubWire& client(const std::string& name, uint64_t producer = 0) {
    HubWire& made = *wires_.emplace_back(std::make_unique<HubWire>(broker()));
    made.hello(name, producer);
    const auto welcome = made.told<Welcome>();
    EXPECT_EQ(welcome.size(), 1u) << name;
    return made;
  }
  HubWire& stranger(Peer peer = {"test", true, 0}) { return *wires_.emplace_back(std::make_unique<HubWire>(broker(), std::move(peer))); }
  void pass(Duration time) {
    for (Duration step = broker().pulse(); time > Duration::zero(); time -= step) {
      clock.time += std::min(step, time);
      broker().tick();
      while (broker().flush()) {
      }
    }
  }
  static std::string fault_of(HubWire& wire) {
    const auto faults = wire.told<Fault>();
    return faults.empty() ? "" : faults.back().code;
  }

  Broker::Options options;
  HandClock clock;
  Texts notes;

 private:
  std::vector<std::unique_ptr<HubWire>> wires_;  // behind the broker
  std::unique_ptr<Broker> broker_;
};

// ---- Coming and going ----------------------------------------------------------------------------------------------

TEST_F(HubBroker, Row129NamesAreUniqueAndWhoComesBackTakesItsOwnPlace) {
  HubWire& first = client("a", 7);
  HubWire& other = stranger();
  other.hello("a", 8);
  EXPECT_EQ(fault_of(other), "name-taken");
  EXPECT_FALSE(other.open());
  EXPECT_TRUE(first.open());
  HubWire& back = client("a", 7);
  EXPECT_FALSE(first.open());
  EXPECT_TRUE(back.open());
  HubWire& nobody = client("");
  EXPECT_TRUE(nobody.open());
}

TEST_F(HubBroker, NothingButHelloBeforeHello) {
  for (const Frame& frame : {Frame(Ping{1}), Frame(Subscribe{.id = 1, .pattern = "a"}), Frame(Publish{.subject = "a"})}) {
    HubWire& wire = stranger();
    wire.say(frame);
    EXPECT_EQ(fault_of(wire), "protocol");
    EXPECT_FALSE(wire.open());
  }
  HubWire& twice = client("b");
  twice.say(Hello{1, "c", {}, 0});
  EXPECT_EQ(fault_of(twice), "protocol");
}

TEST_F(HubBroker, BeforeHelloNoMoreThanHelloIsReadAndNoLongerIsWaited) {
  HubWire& large = stranger();
  large.say(Hello{1, "a", std::string(5000, 'x'), 0});
  EXPECT_EQ(fault_of(large), "limit");
  HubWire& slow = stranger();
  pass(std::chrono::seconds(4));
  EXPECT_EQ(fault_of(slow), "hello");
  EXPECT_FALSE(slow.open());
}

TEST_F(HubBroker, OfManyWhoAreNotLetInAFewAreNamedAndTheOthersCounted) {
  pass(std::chrono::seconds(2));
  notes.clear();
  for (int i = 0; i < 50; ++i) stranger().say(Hello{1, "a", std::string(5000, 'x'), 0});
  EXPECT_EQ(notes.size(), 10u);
  pass(std::chrono::seconds(2));
  ASSERT_EQ(notes.size(), 11u);
  EXPECT_EQ(notes.back(), "40 more were not let in");
}

TEST_F(HubBroker, Row132WhoIsSilentIsAskedAndThenGone) {
  HubWire& wire = client("a");
  pass(std::chrono::seconds(22));
  const auto pings = wire.told<Ping>();
  ASSERT_EQ(pings.size(), 1u);
  wire.say(Pong{pings[0].token});
  pass(std::chrono::seconds(22));
  EXPECT_TRUE(wire.open());
  pass(std::chrono::seconds(11));
  EXPECT_FALSE(wire.open());
}

TEST_F(HubBroker, Row130WhoGoesLeavesNothing) {
  HubWire& stays = client("stays");
  stays.subscribe(1, "a");
  for (int i = 0; i < 100; ++i) {
    HubWire& wire = client("goes");
    wire.subscribe(1, "a");
    wire.room = 0;
    stays.publish("a", "x");
    broker().detach(wire.session(), "closed");
    wire.settle();
    EXPECT_FALSE(wire.open());
  }
  EXPECT_NE(broker().report({"stats", {}}).text.find("\"clients\":1,"), std::string::npos);
  EXPECT_NE(broker().report({"stats", {}}).text.find("\"subscriptions\":1,"), std::string::npos);
}

TEST_F(HubBroker, StrangersShowAToken) {
  Principal reader;
  reader.name = "reader";
  reader.token_sha256 = "3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0";  // printf token | sha256sum
  reader.subscribe = {"public.>"}, reader.no_subscribe = {"public.secret.>"};
  reader.publish = {"in.*"}, reader.no_publish = {"in.x"};
  options.access.principals.push_back(reader);
  HubWire& none = stranger({"127.0.0.1:5", false, 0});
  none.hello("a");
  EXPECT_EQ(fault_of(none), "token");
  HubWire& wrong = stranger({"127.0.0.1:5", false, 0});
  wrong.say(Hello{1, "a", "tokem", 0});
  EXPECT_EQ(fault_of(wrong), "token");
  HubWire& good = stranger({"127.0.0.1:5", false, 0});
  good.say(Hello{1, "a", "token", 0});
  EXPECT_EQ(good.told<Welcome>().size(), 1u);
  good.subscribe(1, "public.news");
  EXPECT_EQ(fault_of(good), "");
  for (const char* pattern : {">", "public.>", "public.secret.a", "$hub.events.>", "$client.b"}) {
    good.subscribe(2, pattern);
    EXPECT_EQ(fault_of(good), "denied") << pattern;
  }
  good.publish({.ack = Level::routed, .subject = "in.y"});
  good.publish({.ack = Level::routed, .subject = "in.x"});
  good.publish({.ack = Level::routed, .subject = "public.news"});
  const auto acks = good.told<PubAck>();
  ASSERT_EQ(acks.size(), 1u);
  ASSERT_EQ(acks[0].refused.size(), 2u);
  EXPECT_EQ(acks[0].refused[0].number, 2u);
  EXPECT_EQ(acks[0].refused[0].code, "denied");
  EXPECT_EQ(acks[0].number, 3u);
  good.say(Control{"stats", {}});
  EXPECT_TRUE(good.told<Report>().at(0).failed);
}

// ---- Who gets what -------------------------------------------------------------------------------------------------

TEST_F(HubBroker, Row135FiftySubscribersGetOneCopyEach) {
  std::vector<HubWire*> all;
  for (int i = 0; i < 50; ++i) {
    all.push_back(&client("s" + std::to_string(i)));
    all.back()->subscribe(1, i % 2 ? "a.*" : "a.>");
  }
  HubWire& sender = client("p");
  for (int i = 0; i < 20; ++i) sender.publish("a.b", std::to_string(i));
  for (HubWire* one : all) {
    const Texts got = one->messages();
    ASSERT_EQ(got.size(), 20u);
    for (int i = 0; i < 20; ++i) EXPECT_EQ(got[static_cast<size_t>(i)], std::to_string(i));
  }
}

TEST_F(HubBroker, TheSenderDoesNotGetItsOwnUnlessItAsks) {
  HubWire& wire = client("a");
  wire.subscribe(1, "x");
  wire.publish("x", "1");
  EXPECT_EQ(wire.messages(), Texts());
  wire.publish({.flags = Publish::kEcho, .subject = "x", .payload = "2"});
  EXPECT_EQ(wire.messages(), Texts({"2"}));
  wire.subscribe({.id = 2, .pattern = "x", .echo = true});
  wire.publish("x", "3");
  EXPECT_EQ(wire.messages(), Texts({"3"}));
}

TEST_F(HubBroker, DirectBroadcastAndReply) {
  HubWire &a = client("a"), &b = client("b"), &c = client("c");
  b.subscribe(1, "$client.b"), b.subscribe(2, "$all"), c.subscribe(1, "$all"), c.subscribe(2, ">");
  a.publish("$client.b", "for b");
  a.publish("$all", "for all");
  EXPECT_EQ(b.messages(), Texts({"for b", "for all"}));
  EXPECT_EQ(c.messages(), Texts({"for all"}));
  a.publish({.number = 10, .ack = Level::routed, .subject = "$client.nobody"});
  const auto acks = a.told<PubAck>();
  ASSERT_EQ(acks.at(0).refused.size(), 1u);
  EXPECT_EQ(acks[0].refused[0].code, "no-receiver");
  a.subscribe(1, "$client.a.r");
  a.publish({.number = 11, .flags = Publish::kWanted, .subject = "$client.b", .payload = "?", .reply_to = "$client.a.r"});
  const auto asked = b.told<Publish>();
  ASSERT_EQ(asked.size(), 1u);
  b.publish(asked[0].reply_to, "!");
  EXPECT_EQ(a.messages(), Texts({"!"}));
  c.subscribe(3, "$client.a.r");
  EXPECT_EQ(fault_of(c), "");  // the owner may listen
}

TEST_F(HubBroker, OneOfAGroupGetsEach) {
  HubWire& sender = client("p");
  std::vector<HubWire*> workers;
  for (int i = 0; i < 3; ++i) {
    workers.push_back(&client("w" + std::to_string(i)));
    workers.back()->subscribe({.id = 1, .pattern = i == 0 ? "job.>" : "job.*", .group = "g"});
  }
  HubWire& audit = client("audit");
  audit.subscribe(1, "job.*");
  for (int i = 0; i < 30; ++i) sender.publish("job.x", std::to_string(i));
  size_t sum = 0;
  for (HubWire* one : workers) {
    const size_t got = one->messages().size();
    EXPECT_EQ(got, 10u);
    sum += got;
  }
  EXPECT_EQ(sum, 30u);
  EXPECT_EQ(audit.messages().size(), 30u);
}

TEST_F(HubBroker, Row137AFilterStaysAtTheHub) {
  HubWire &sender = client("p"), &wire = client("s"), &other = client("t");
  wire.subscribe({.id = 1, .pattern = "a", .filter = ".n > 1"});
  other.subscribe({.id = 1, .pattern = "a", .filter = ".n > 1"});
  for (const char* payload : {"{\"n\":1}", "{\"n\":2}", "no JSON", "{\"n\":3}"}) sender.publish("a", payload);
  EXPECT_EQ(wire.messages(), Texts({"{\"n\":2}", "{\"n\":3}"}));
  EXPECT_EQ(other.messages(), Texts({"{\"n\":2}", "{\"n\":3}"}));
  wire.subscribe({.id = 2, .pattern = "a", .filter = ".n >"});
  EXPECT_EQ(fault_of(wire), "filter");
  wire.subscribe({.id = 2, .pattern = "a", .filter = "[range(1000000)] | length > 0"});
  sender.publish("a", "{}");
  EXPECT_EQ(wire.messages(), Texts());  // too many steps: not passed
}

TEST_F(HubBroker, Row133WhatIsSentAgainIsGivenOnce) {
  HubWire& wire = client("s");
  wire.subscribe(1, "a");
  HubWire& sender = client("p", 99);
  for (uint64_t n = 1; n <= 3; ++n) sender.publish({.number = n, .ack = Level::best, .subject = "a", .payload = "x"});
  HubWire& back = client("p", 99);
  for (uint64_t n = 2; n <= 5; ++n) back.publish({.number = n, .ack = Level::best, .subject = "a", .payload = "x"});
  EXPECT_EQ(wire.messages().size(), 5u);
  EXPECT_EQ(back.told<PubAck>().back().number, 5u);
}

TEST_F(HubBroker, RefusedPublishesAreNamed) {
  HubWire& sender = client("p");
  sender.publish({.number = 1, .ack = Level::routed, .subject = "a b"});
  sender.publish({.number = 2, .ack = Level::synced, .subject = "a"});
  sender.publish({.number = 3, .ack = Level::routed, .subject = "$hub.events.x"});
  sender.publish({.number = 4, .ack = Level::none, .subject = "$hub.events.x"});
  const auto acks = sender.told<PubAck>();
  ASSERT_EQ(acks.size(), 1u);
  Texts codes;
  for (const auto& one : acks[0].refused) codes.push_back(one.code);
  EXPECT_EQ(codes, Texts({"subject", "no-history", "denied", "denied"}));
  sender.publish({.number = 0, .ack = Level::routed, .subject = "a"});
  EXPECT_TRUE(sender.open());
}

TEST_F(HubBroker, CreditIsKeptTo) {
  HubWire &sender = client("p"), &wire = client("s");
  wire.subscribe({.id = 1, .pattern = "a", .messages = 2, .bytes = kEndless});
  for (int i = 0; i < 5; ++i) sender.publish("a", std::to_string(i));
  EXPECT_EQ(wire.messages(), Texts({"0", "1"}));
  wire.say(Credit{1, 1, 0});
  EXPECT_EQ(wire.messages(), Texts({"2"}));
  wire.say(Credit{1, 100, 0});
  EXPECT_EQ(wire.messages(), Texts({"3", "4"}));
  HubWire& few = client("few");
  few.subscribe({.id = 1, .pattern = "a", .messages = 100, .bytes = 1});
  sender.publish("a", std::string(100, 'x'));
  sender.publish("a", "y");
  EXPECT_EQ(few.messages().size(), 1u);  // one is given whatever its size
}

// Whatever the pieces in which bytes come, the same is told.
TEST_F(HubBroker, FramesComeInAnyPieces) {
  std::string text;
  encode(Hello{1, "a", {}, 0}, text);
  encode(Subscribe{.id = 1, .pattern = ">", .messages = kEndless, .bytes = kEndless, .echo = true}, text);
  for (int i = 0; i < 30; ++i)
    write(Publish{.number = static_cast<uint64_t>(i) + 1, .subject = "a", .payload = std::string(static_cast<size_t>(i) * 37, 'x')}, text);
  for (const size_t piece : {size_t{1}, size_t{7}, size_t{8}, size_t{100}, size_t{4096}, SIZE_MAX}) {
    HubWire& wire = stranger();
    wire.bytes(text, piece);
    EXPECT_EQ(wire.messages().size(), 30u) << piece;
    broker().detach(wire.session(), "done");
    wire.settle();
  }
}

TEST_F(HubBroker, LongFramesComeWhole) {
  HubWire &sender = client("p"), &wire = client("s");
  wire.subscribe(1, "a");
  const std::string large(3u << 20, 'z');
  std::string text;
  write(Publish{.number = 1, .subject = "a", .payload = large}, text);
  write(Publish{.number = 2, .subject = "a", .payload = "small"}, text);
  sender.bytes(text, 100'000);
  const Texts got = wire.messages();
  ASSERT_EQ(got.size(), 2u);
  EXPECT_TRUE(got[0] == large);
  EXPECT_EQ(got[1], "small");
  text.clear();
  write(Publish{.number = 3, .subject = "a", .payload = std::string(9u << 20, 'z')}, text);
  sender.bytes(text);
  EXPECT_EQ(fault_of(sender), "limit");
}

// ---- Histories -----------------------------------------------------------------------------------------------------

TEST_F(HubBroker, Row138LateJoinersBeginWhereTheyAsk) {
  options.histories.push_back({.name = "h", .patterns = {"a.>"}, .count = 10});
  HubWire& sender = client("p");
  for (int i = 1; i <= 12; ++i) {
    sender.publish(i % 2 ? "a.odd" : "a.even", std::to_string(i));
    if (i == 6) clock.time += std::chrono::seconds(5);
  }
  const auto got = [&](const char* pattern, Start start) {
    HubWire& wire = client("");
    wire.subscribe({.id = 1, .pattern = pattern, .start = start});
    return wire.messages();
  };
  using K = Start::Kind;
  EXPECT_EQ(got("a.>", {K::all}), Texts({"3", "4", "5", "6", "7", "8", "9", "10", "11", "12"}));
  EXPECT_EQ(got("a.>", {K::last, 2}), Texts({"11", "12"}));
  EXPECT_EQ(got("a.even", {K::last, 2}), Texts({"10", "12"}));
  EXPECT_EQ(got("a.odd", {K::seq, 9}), Texts({"9", "11"}));
  EXPECT_EQ(got("a.>", {K::last_per_subject}), Texts({"11", "12"}));
  EXPECT_EQ(got("a.>", {K::time, 0, clock.time.time_since_epoch().count()}), Texts({"7", "8", "9", "10", "11", "12"}));
  EXPECT_EQ(got("a.>", {K::live}), Texts());
  HubWire& late = client("late");
  late.subscribe({.id = 1, .pattern = "a.>", .start = {K::seq, 1}});
  EXPECT_EQ(late.messages().size(), 10u);
  ASSERT_EQ(late.gaps.size(), 1u);
  EXPECT_EQ(late.gaps[0].count, 2u);
  EXPECT_EQ(late.gaps[0].reason, Gap::Reason::expired);
  late.subscribe({.id = 2, .pattern = ">", .start = {K::all}});
  EXPECT_EQ(fault_of(late), "no-history");
}

TEST_F(HubBroker, TheEndOfWhatTheHistoryHeldIsToldOnce) {
  options.histories.push_back({.name = "h", .patterns = {"a.>"}});
  HubWire& sender = client("p");
  for (int i = 1; i <= 6; ++i) sender.publish(i % 2 ? "a.odd" : "a.even", std::to_string(i));
  const auto end = [&](Subscribe asked) {
    HubWire& wire = client("");
    asked.id = 1;
    wire.subscribe(asked);
    sender.publish("a.even", "later");
    const size_t got = wire.messages().size();
    EXPECT_EQ(wire.ends.size(), 1u) << asked.pattern;
    EXPECT_GE(got, wire.ends.empty() ? 0 : wire.ends[0]);
    return wire.ends.empty() ? SIZE_MAX : wire.ends[0];
  };
  using K = Start::Kind;
  EXPECT_EQ(end({.pattern = "a.odd", .start = {K::all}}), 3u);
  EXPECT_EQ(end({.pattern = "a.none", .start = {K::all}}), 0u);
  EXPECT_EQ(end({.pattern = "a.>", .filter = "false", .start = {K::all}}), 0u);
  EXPECT_EQ(end({.pattern = "a.>", .start = {K::last, 2}}), 2u);
  EXPECT_EQ(end({.pattern = "a.>", .start = {K::last_per_subject}}), 2u);
  EXPECT_EQ(end({.pattern = "a.odd", .start = {K::seq, 1000}}), 0u);
  EXPECT_EQ(end({.pattern = "a.>"}), 0u);
  EXPECT_EQ(end({.pattern = ">"}), 0u);
  HubWire& few = client("few");  // without credit nothing is given, and what comes meanwhile stays behind the end
  few.subscribe({.id = 1, .pattern = "a.odd", .start = {K::all}, .messages = 2, .bytes = kEndless});
  for (int i = 0; i < 3; ++i) sender.publish("a.odd", "later");
  EXPECT_EQ(few.messages(), Texts({"1", "3"}));
  EXPECT_TRUE(few.ends.empty());
  few.say(Credit{1, 1, 0});
  EXPECT_EQ(few.messages(), Texts({"5"}));
  EXPECT_EQ(few.ends, std::vector<size_t>{1});
  few.say(Credit{1, 10, 0});
  EXPECT_EQ(few.messages(), Texts({"later", "later", "later"}));
}

TEST_F(HubBroker, HistoriesKeepWhatTheirLimitsSay) {
  options.histories.push_back({.name = "last", .patterns = {"l.>"}, .per_subject = 1});
  options.histories.push_back({.name = "young", .patterns = {"y"}, .age = std::chrono::seconds(60)});
  options.histories.push_back({.name = "small", .patterns = {"s"}, .bytes = 100'000});
  HubWire& sender = client("p");
  for (int i = 0; i < 10; ++i) sender.publish(i % 2 ? "l.odd" : "l.even", std::to_string(i));
  sender.publish("y", "old");
  for (int i = 0; i < 5000; ++i) sender.publish("s", std::to_string(i));
  for (int i = 0; i < 5; ++i) pass(std::chrono::seconds(10)), sender.say(Ping{});
  sender.publish("y", "young");
  pass(std::chrono::seconds(12));
  HubWire& wire = client("s");
  wire.subscribe({.id = 1, .pattern = "l.>", .start = {Start::Kind::all}});
  EXPECT_EQ(wire.messages(), Texts({"8", "9"}));
  wire.subscribe({.id = 2, .pattern = "y", .start = {Start::Kind::all}});
  EXPECT_EQ(wire.messages(), Texts({"young"}));
  wire.subscribe({.id = 3, .pattern = "s", .start = {Start::Kind::all}});
  const size_t kept = wire.messages().size();
  EXPECT_GT(kept, 500u);
  EXPECT_LT(kept, 1000u);
}

TEST_F(HubBroker, WhatIsTooOldIsNotGiven) {
  options.histories.push_back({.name = "h", .patterns = {"a"}});
  HubWire& sender = client("p");
  sender.publish({.ttl_ms = 1000, .subject = "a", .payload = "short"});
  sender.publish({.ttl_ms = 60'000, .subject = "a", .payload = "long"});
  clock.time += std::chrono::seconds(5);
  HubWire& wire = client("s");
  wire.subscribe({.id = 1, .pattern = "a", .start = {Start::Kind::all}});
  EXPECT_EQ(wire.messages(), Texts({"long"}));
}

// The law of the hand-over: subscribers that come at any time, with any credit and wires that stall at any time, get every message of
// their pattern from where they began, once and in order.
TEST_F(HubBroker, Row138NoGapAndNoDuplicateUnderAnyInterleaving) {
  for (uint64_t seed = 1; seed <= uint64_t{test::seeds(20)}; ++seed) {
    SplitMix random(seed);
    Broker::Options how;
    how.histories.push_back({.name = "h", .patterns = {"a.>"}, .bytes = 512u << 20});
    Broker hub(how, clock, [](std::string) {});
    HubWire sender(hub);
    sender.hello("p");
    struct Reader {
      std::unique_ptr<HubWire> wire;
      bool even;
      size_t from, held;
    };
    std::vector<Reader> readers;
    Texts all, evens;
    const auto step = [&] {
      const uint64_t what = random.next() % 10;
      if (what < 6) {
        const size_t size = 1 + random.next() % 3000;
        for (uint64_t n = random.next() % 200; n > 0; --n) {
          const std::string text = std::to_string(all.size()) + " " + std::string(size, '.');
          sender.publish(all.size() % 2 ? "a.odd" : "a.even", text);
          if (all.size() % 2 == 0) evens.push_back(text);
          all.push_back(text);
        }
      } else if (what == 6 && readers.size() < 6) {
        Reader made{std::make_unique<HubWire>(hub), random.next() % 2 == 0, 0, 0};
        made.wire->hello("");
        const bool live = random.next() % 2;
        made.held = made.even ? evens.size() : all.size();
        made.from = live ? made.held : 0;
        made.wire->subscribe({.id = 1,
                              .pattern = made.even ? "a.even" : "a.>",
                              .start = {live ? Start::Kind::live : Start::Kind::all},
                              .messages = 50,
                              .bytes = kEndless});
        readers.push_back(std::move(made));
      } else if (!readers.empty()) {
        Reader& one = readers[random.next() % readers.size()];
        if (what == 7) one.wire->say(Credit{1, static_cast<uint32_t>(random.next() % 3000), 0});
        if (what == 8) one.wire->take(random.next() % 2 ? 0 : random.next() % 1'000'000);
        if (what == 9) hub.flush();
      }
    };
    for (int i = 0; i < 300; ++i) step();
    for (Reader& one : readers) {
      one.wire->say(Credit{1, kEndless, 0});
      one.wire->take(SIZE_MAX);
      const Texts& wanted = one.even ? evens : all;
      const Texts got = one.wire->messages();
      EXPECT_TRUE(one.wire->gaps.empty());
      EXPECT_EQ(one.wire->ends, std::vector{one.held - one.from}) << seed;
      ASSERT_EQ(got.size(), wanted.size() - one.from) << seed;
      EXPECT_TRUE(std::equal(got.begin(), got.end(), wanted.begin() + static_cast<ptrdiff_t>(one.from))) << seed;
    }
  }
}

// ---- Slow ones -----------------------------------------------------------------------------------------------------

class SlowOnes : public HubBroker {
 protected:
  // Publishes until the sender is held up; answers how many.
  size_t flood(HubWire& sender, size_t most = 100'000) {
    size_t sent = 0;
    while (sent < most && sender.reads && sender.waiting() == 0) {
      sender.publish({.subject = "a", .payload = numbered(count_++), .key = count_ % 2 ? "odd" : "even"});
      ++sent;
      if (sent % 50 == 0) sender.settle();
    }
    sender.settle();
    return sent;
  }
  static std::string numbered(size_t n) { return std::to_string(n) + std::string(1000, '.'); }
  size_t count_ = 0;
};

TEST_F(SlowOnes, Row136OneThatTakesNothingHoldsOthersUpForTheGraceOnly) {
  HubWire &sender = client("p"), &fast = client("fast"), &stuck = client("stuck");
  fast.subscribe(1, "a"), stuck.subscribe(1, "a");
  stuck.room = 0;
  const size_t first = flood(sender);
  EXPECT_LT(first, 20'000u);
  EXPECT_FALSE(sender.reads);
  pass(std::chrono::milliseconds(400));
  sender.give();
  EXPECT_TRUE(sender.reads);
  EXPECT_NE(notes.back().find("stuck is slow"), std::string::npos);
  EXPECT_EQ(flood(sender, 50'000), 50'000u);  // nobody waits for it any more
  const Texts got = fast.messages();
  ASSERT_EQ(got.size(), count_);
  for (size_t i = 0; i < count_; ++i) ASSERT_EQ(got[i], numbered(i));
  stuck.take(SIZE_MAX);
  const Texts late = stuck.messages();
  ASSERT_FALSE(stuck.gaps.empty());
  uint64_t lost = 0;
  for (const Gap& gap : stuck.gaps) lost += gap.count;
  EXPECT_EQ(late.size() + lost, count_);
  EXPECT_EQ(late.back(), numbered(count_ - 1));
}

TEST_F(SlowOnes, OneThatIsBusyLosesNothing) {
  HubWire &sender = client("p"), &busy = client("busy");
  busy.subscribe(1, "a");
  busy.room = 0;
  size_t sent = 0;
  Texts got;
  for (int i = 0; i < 200; ++i) {
    sent += flood(sender, 1000);
    clock.time += std::chrono::milliseconds(100);
    busy.take(200'000);
    broker().tick();
    sender.give();
  }
  busy.take(SIZE_MAX);
  sender.give();
  got = busy.messages();
  EXPECT_TRUE(busy.gaps.empty());
  EXPECT_EQ(got.size(), sent);
}

TEST_F(SlowOnes, EachPolicyDoesWhatItSays) {
  for (const Slow slow : {Slow::drop_oldest, Slow::drop_newest, Slow::latest_per_key, Slow::disconnect, Slow::block}) {
    HubWire &sender = client(""), &wire = client("");
    wire.subscribe({.id = 1, .pattern = "a", .slow = slow});
    wire.room = 0;
    const size_t begin = count_;
    flood(sender);
    pass(std::chrono::milliseconds(400));
    EXPECT_EQ(sender.reads, slow != Slow::block);
    if (slow == Slow::block) pass(std::chrono::seconds(6));
    sender.give();
    EXPECT_TRUE(sender.reads);
    flood(sender, 10'000);
    if (slow == Slow::disconnect) {
      EXPECT_FALSE(wire.open());
      broker().detach(sender.session(), "done");
      continue;
    }
    wire.take(SIZE_MAX);
    const Texts got = wire.messages();
    uint64_t lost = 0;
    for (const Gap& gap : wire.gaps) lost += gap.count;
    EXPECT_EQ(got.size() + lost, count_ - begin) << static_cast<int>(slow);
    if (slow == Slow::drop_newest)
      EXPECT_EQ(got.front(), numbered(begin));
    else
      EXPECT_EQ(got.back(), numbered(count_ - 1));
    broker().detach(wire.session(), "done");
    broker().detach(sender.session(), "done");
    wire.settle();
  }
}

TEST_F(SlowOnes, WithAHistoryNobodyWaitsAndNothingIsLost) {
  options.histories.push_back({.name = "h", .patterns = {"a"}, .bytes = 200u << 20});
  HubWire &sender = client("p"), &stuck = client("stuck");
  stuck.subscribe(1, "a");
  stuck.room = 0;
  EXPECT_EQ(flood(sender, 50'000), 50'000u);
  stuck.take(SIZE_MAX);
  const Texts got = stuck.messages();
  ASSERT_EQ(got.size(), 50'000u);
  for (size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], numbered(i));
  EXPECT_TRUE(stuck.gaps.empty());
}

TEST_F(SlowOnes, WhoDoesNotListenIsNotReadForEver) {
  HubWire& wire = client("a");
  wire.room = 0;
  std::string pings;
  encode(Ping{1}, pings);
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += pings;
  for (int i = 0; i < 50; ++i) wire.bytes(many);
  EXPECT_FALSE(wire.reads);
  EXPECT_GT(wire.waiting(), 0u);
  wire.take(SIZE_MAX);
  for (int i = 0; i < 100 && wire.waiting() > 0; ++i) wire.give(), wire.settle();
  EXPECT_EQ(wire.told<Pong>().size(), 500'000u);
}

// ---- Seen from outside ---------------------------------------------------------------------------------------------

TEST_F(HubBroker, EventsAndKicks) {
  HubWire& owner = client("owner");
  owner.subscribe(1, "$hub.events.>");
  HubWire& a = client("a");
  const auto came = owner.told<Publish>();
  ASSERT_EQ(came.size(), 1u);
  EXPECT_EQ(came[0].subject, "$hub.events.connect");
  EXPECT_EQ(came[0].payload, "{\"client\":\"a\",\"address\":\"test\",\"text\":\"\"}");
  owner.say(Control{"clients", {}});
  EXPECT_NE(owner.told<Report>().at(0).text.find("\"name\":\"a\""), std::string::npos);
  owner.say(Control{"kick", "a"});
  EXPECT_EQ(fault_of(a), "kicked");
  EXPECT_FALSE(a.open());
  owner.say(Control{"kick", "b"});
  owner.say(Control{"fly", ""});
  EXPECT_EQ(owner.told<Report>().size(), 3u);
  owner.say(Control{"kick", "owner"});
  EXPECT_FALSE(owner.open());
}

TEST_F(HubBroker, DrainingTakesNothingAndGivesWhatWaits) {
  HubWire &sender = client("p"), &wire = client("s");
  wire.subscribe(1, "a");
  wire.room = 0;
  sender.publish("a", "1");
  broker().drain(std::chrono::seconds(1), "over");
  sender.publish({.ack = Level::routed, .subject = "a", .payload = "2"});
  sender.settle();
  EXPECT_EQ(sender.told<Drain>().size(), 1u);
  EXPECT_FALSE(broker().drained());
  wire.take(SIZE_MAX);
  EXPECT_TRUE(broker().drained());
  EXPECT_EQ(wire.messages(), Texts({"1"}));
}

// Any bytes at all, before hello and behind it: an answer or the end, never more.
TEST_F(HubBroker, BytesThatAreNoFramesAreAnswered) {
  SplitMix random(5);
  std::string good;
  encode(Subscribe{.id = 1, .pattern = "a.>", .filter = ".x"}, good);
  encode(Ack{1, Ack::Kind::nack, 3, {{4, 5}}, 1}, good);
  write(Publish{.number = 1, .ack = Level::best, .subject = "a.b", .payload = "{}", .reply_to = "c"}, good);
  encode(Credit{1, 5, 5}, good);
  encode(Control{"stats", ""}, good);
  for (int i = 0; i < 3000; ++i) {
    HubWire wire(broker());
    if (i % 4) wire.hello("");
    std::string bytes = good;
    for (uint64_t hits = random.next() % 6; hits > 0; --hits) bytes[random.next() % bytes.size()] = static_cast<char>(random.next());
    wire.bytes(bytes.substr(0, random.next() % (bytes.size() + 1)), 1 + random.next() % 300);
    wire.frames();
    if (wire.open()) broker().detach(wire.session(), "done");
    wire.settle();
  }
}

}  // namespace
}  // namespace leat::hub
