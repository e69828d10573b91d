// A client's side of the protocol against a hub that is a few lines of a test, byte by byte, and cut off at every byte there is.
#include "core/hub/client/session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "core/data/artifact.h"
#include "core/hub/message.h"
#include "tests/support/fake_hub.h"

namespace leat::hub::client {
namespace {

using namespace std::chrono_literals;

Session::Options options(uint64_t window = UINT64_MAX) {
  Session::Options made;
  made.name = "me", made.producer = 99, made.window = window;
  return made;
}

Publish message(std::string_view payload) {
  Publish made;
  made.subject = "a.b", made.payload = payload, made.ack = Level::best;
  return made;
}

// A session, a hub, and the wire between them.
struct Rig {
  explicit Rig(Session::Options how = options()) : session(std::move(how)) {}

  void connect() {
    hub.connect();
    session.connected(now);
  }
  // Gives the session bytes in pieces of so many; false: it wants no more of this connection.
  bool hear(std::string_view bytes, size_t piece = SIZE_MAX) {
    while (!bytes.empty()) {
      size_t room = 0;
      char* to = session.room(room);
      const size_t some = std::min({piece, room, bytes.size()});
      std::memcpy(to, bytes.data(), some);
      bytes.remove_prefix(some);
      if (const Done done = session.got(some, now); !done) return error = done.error().text, false;
    }
    return true;
  }
  // Moves bytes until both are quiet, no more than `most` of them in all; false: the session has had enough.
  bool run(size_t most = SIZE_MAX, size_t piece = SIZE_MAX) {
    for (bool moved = true; moved && moves < most;) {
      moved = false;
      for (auto next = session.front(); !next.empty() && moves < most; next = session.front()) {
        const size_t some = std::min({next.size(), piece, most - moves});
        const std::string bytes(next.substr(0, some));
        session.sent(some);
        moves += some;
        hub.feed(bytes);
        moved = true;
      }
      const size_t some = std::min(hub.out.size(), most - moves);
      const std::string bytes = hub.out.substr(0, some);
      hub.out.erase(0, some);
      moves += some;
      if (!hear(bytes, piece)) return false;
      moved |= some > 0;
      take();
    }
    return true;
  }
  void take() {
    for (auto& event : session.events()) {
      if (const auto* ack = std::get_if<PubAck>(&event)) {
        EXPECT_GT(ack->number, acknowledged);
        acknowledged = ack->number;
        for (const auto& one : ack->refused) refused.push_back(one.number);
      }
      if (const auto* gap = std::get_if<Gap>(&event)) gaps += gap->count;
      if (std::holds_alternative<Deliver>(event)) ++ends;
    }
    while (auto piece = takes ? session.take() : std::nullopt)
      for (std::string_view left = piece->frames; !left.empty();) {
        Message one;
        const std::string_view frame = left.substr(0, artifact::frame_size(left));
        EXPECT_EQ(Message::read(frame, one), Message::Read::publish);
        got.emplace_back(one.payload);
        left.remove_prefix(frame.size());
      }
  }
  void lose() {
    session.lost();
    moves = 0;
  }

  Session session;
  test::FakeHub hub;
  Duration now{};
  size_t moves = 0;
  bool takes = true;
  std::string error;
  uint64_t acknowledged = 0, gaps = 0, ends = 0;
  std::vector<uint64_t> refused;
  std::vector<std::string> got;
};

std::vector<std::string> numbers(int from, int to) {
  std::vector<std::string> made;
  for (; from <= to; ++from) made.push_back(std::to_string(from));
  return made;
}

Subscribe subscription(Start start = {Start::Kind::all, 0, 0}) {
  Subscribe wanted;
  wanted.pattern = "a.>", wanted.start = start, wanted.messages = 1024, wanted.bytes = 1 << 20;
  return wanted;
}

TEST(Session, PublishesByteByByteAndHearsOfIt) {
  Rig rig;
  rig.connect();
  for (const auto& text : numbers(1, 50)) rig.session.publish(message(text));
  ASSERT_TRUE(rig.run(SIZE_MAX, 1));
  EXPECT_EQ(rig.hub.kept, numbers(1, 50));
  EXPECT_EQ(rig.acknowledged, 50u);
  EXPECT_EQ(rig.hub.hellos, std::vector<std::string>{"me"});
  EXPECT_EQ(rig.hub.broken, "");
  EXPECT_EQ(rig.session.out().bytes(), 0u);
}

// The connection ends behind each byte that passes, in either direction, and then behind each byte of the next one.
TEST(Session, NothingIsLostAndNothingTwiceWhereverTheConnectionEnds) {
  constexpr int kMessages = 6;
  for (size_t cut = 1;; ++cut) {
    Rig rig;
    for (const auto& text : numbers(1, kMessages)) rig.session.publish(message(text));
    rig.connect();
    ASSERT_TRUE(rig.run(cut));
    const bool whole = rig.moves < cut;
    rig.lose();
    rig.connect();
    ASSERT_TRUE(rig.run(cut / 2 + 1));
    rig.lose();
    rig.session.publish(message("7"));
    rig.connect();
    ASSERT_TRUE(rig.run());
    ASSERT_EQ(rig.hub.kept, numbers(1, kMessages + 1)) << "cut behind byte " << cut;
    ASSERT_EQ(rig.acknowledged, 7u) << "cut behind byte " << cut;
    ASSERT_EQ(rig.hub.broken, "");
    if (whole) break;
  }
}

TEST(Session, ASubscriptionGoesOnBehindTheLastMessageWhereverTheConnectionEnds) {
  for (size_t cut = 1;; ++cut) {
    Rig rig;
    for (const auto& text : numbers(1, 8)) rig.hub.publish("a.b", text);
    rig.session.subscribe(subscription());
    rig.connect();
    ASSERT_TRUE(rig.run(cut));
    const bool whole = rig.moves < cut;
    rig.lose();
    rig.hub.publish("a.b", "9");
    rig.connect();
    ASSERT_TRUE(rig.run());
    ASSERT_EQ(rig.got, numbers(1, 9)) << "cut behind byte " << cut;
    if (whole) break;
  }
}

// What it asked for last ends where the history did then; what is behind that is nobody's, wherever the connection ended.
TEST(Session, ToTheEndIsAllThatTheHistoryHeldAndNoMore) {
  for (size_t cut = 1;; ++cut) {
    Rig rig;
    for (const auto& text : numbers(1, 8)) rig.hub.publish("a.b", text);
    rig.session.subscribe(subscription(), true);
    rig.connect();
    ASSERT_TRUE(rig.run(cut));
    const bool whole = rig.moves < cut;
    const int last = rig.ends > 0 ? 8 : 9;
    rig.lose();
    rig.hub.publish("a.b", "9");
    rig.connect();
    ASSERT_TRUE(rig.run());
    rig.hub.publish("a.b", "10");
    ASSERT_TRUE(rig.run());
    ASSERT_GE(rig.ends, 1u);
    ASSERT_EQ(rig.got, numbers(1, last)) << "cut behind byte " << cut;
    if (whole) break;
  }
}

TEST(Session, WhatCameLiveGoesOnFromTheHistoryToo) {
  Rig rig;
  rig.hub.publish("a.b", "before");
  rig.session.subscribe(subscription({}));
  rig.connect();
  ASSERT_TRUE(rig.run());
  rig.lose();
  rig.hub.publish("a.b", "1");  // nobody had anything yet: it begins where it was told it would
  rig.connect();
  ASSERT_TRUE(rig.run());
  EXPECT_EQ(rig.got, numbers(1, 1));
  EXPECT_EQ(rig.hub.subscribed.back().start.kind, Start::Kind::seq);
  EXPECT_EQ(rig.hub.subscribed.back().start.number, 2u);
}

TEST(Session, WithoutAHistoryItIsLiveAgain) {
  Rig rig;
  rig.hub.keeps_history = false;
  rig.session.subscribe(subscription({}));
  rig.connect();
  ASSERT_TRUE(rig.run());
  rig.lose();
  rig.connect();
  ASSERT_TRUE(rig.run());
  EXPECT_EQ(rig.hub.subscribed.back().start.kind, Start::Kind::live);
}

// Its numbers begin anew, and whatever it has came after we lost the old one.
TEST(Session, AnotherHubIsReadFromItsBeginning) {
  Rig rig;
  for (const auto& text : numbers(1, 5)) rig.hub.publish("a.b", text);
  rig.session.subscribe(subscription());
  rig.connect();
  ASSERT_TRUE(rig.run());
  rig.lose();
  rig.hub = {};
  rig.hub.id = 8;
  rig.hub.publish("a.b", "6");
  rig.connect();
  ASSERT_TRUE(rig.run());
  EXPECT_EQ(rig.got, numbers(1, 6));
}

TEST(Session, NoMoreIsDeliveredThanWasTaken) {
  Rig rig;
  Subscribe wanted = subscription();
  wanted.messages = 10;
  rig.session.subscribe(wanted);
  for (const auto& text : numbers(1, 100)) rig.hub.publish("a.b", text);
  rig.takes = false;
  rig.connect();
  ASSERT_TRUE(rig.run());
  EXPECT_EQ(rig.hub.delivered.size(), 10u);
  rig.takes = true;
  rig.take();
  ASSERT_TRUE(rig.run());
  EXPECT_EQ(rig.got, numbers(1, 100));
}

TEST(Session, WhatWaitsToBeTakenCountsAgainstTheCreditOfTheNextConnection) {
  Rig rig;
  Subscribe wanted = subscription();
  wanted.messages = 10;
  rig.session.subscribe(wanted);
  for (const auto& text : numbers(1, 100)) rig.hub.publish("a.b", text);
  rig.takes = false;
  rig.connect();
  ASSERT_TRUE(rig.run());
  rig.lose();
  rig.connect();
  ASSERT_TRUE(rig.run());
  EXPECT_EQ(rig.hub.subscribed.back().messages, 0u);
  EXPECT_EQ(rig.hub.delivered.size(), 10u);
  rig.takes = true;
  rig.take();
  ASSERT_TRUE(rig.run());
  EXPECT_EQ(rig.got, numbers(1, 100));
}

TEST(Session, NoMoreGoesOutThanTheWindow) {
  Rig rig(options(3));
  rig.hub.acknowledges = false;
  rig.connect();
  for (const auto& text : numbers(1, 10)) rig.session.publish(message(text));
  ASSERT_TRUE(rig.run());
  EXPECT_EQ(rig.hub.kept, numbers(1, 3));
  EXPECT_EQ(rig.session.room(), 0u);
  rig.hub.acknowledges = true;
  rig.hub.feed({});
  ASSERT_TRUE(rig.run());
  EXPECT_EQ(rig.hub.kept, numbers(1, 10));
  EXPECT_LE(rig.hub.highest_unacknowledged, 3u);
}

TEST(Session, TheHubsWindowHoldsToo) {
  Rig rig;
  rig.hub.window = 2, rig.hub.acknowledges = false;
  rig.connect();
  for (const auto& text : numbers(1, 10)) rig.session.publish(message(text));
  ASSERT_TRUE(rig.run());
  EXPECT_EQ(rig.hub.kept, numbers(1, 2));
}

TEST(Session, TellsWhichWereRefused) {
  Rig rig;
  rig.hub.refuses["2"] = "denied";
  rig.connect();
  for (const auto& text : numbers(1, 3)) rig.session.publish(message(text));
  ASSERT_TRUE(rig.run());
  EXPECT_EQ(rig.refused, std::vector<uint64_t>{2});
  EXPECT_EQ(rig.acknowledged, 3u);
}

TEST(Session, WhatAHubThatClosesHasNotTakenGoesToTheNext) {
  Rig rig;
  rig.hub.refuses["2"] = rig.hub.refuses["3"] = "draining";
  rig.connect();
  for (const auto& text : numbers(1, 3)) rig.session.publish(message(text));
  ASSERT_TRUE(rig.run());
  EXPECT_EQ(rig.acknowledged, 1u);
  EXPECT_TRUE(rig.refused.empty());
  rig.lose();
  const auto before = rig.hub.kept;
  rig.hub = {};
  rig.connect();
  ASSERT_TRUE(rig.run());
  EXPECT_EQ(before, numbers(1, 1));
  EXPECT_EQ(rig.hub.kept, numbers(2, 3));
  EXPECT_EQ(rig.acknowledged, 3u);
}

TEST(Session, WhoIsSilentIsAskedAndThenGone) {
  Rig rig;
  rig.connect();
  ASSERT_TRUE(rig.run());
  const auto tick = [&](Duration by) { return rig.now += by, rig.session.tick(rig.now); };
  EXPECT_TRUE(tick(19s));
  EXPECT_TRUE(rig.session.front().empty());
  EXPECT_TRUE(tick(1s));
  EXPECT_FALSE(rig.session.front().empty());  // a ping
  ASSERT_TRUE(rig.run());                     // which is answered
  EXPECT_TRUE(tick(25s));
  EXPECT_TRUE(tick(4s));
  EXPECT_FALSE(tick(1s));
  EXPECT_EQ(rig.session.code(), "lost");
}

TEST(Session, WhoDoesNotGreetIsGivenUp) {
  Rig rig;
  rig.connect();
  rig.now += 9s;
  EXPECT_TRUE(rig.session.tick(rig.now));
  rig.now += 1s;
  EXPECT_FALSE(rig.session.tick(rig.now));
  EXPECT_EQ(rig.session.code(), "timeout");
}

TEST(Session, WhoAcknowledgesNothingIsGivenUp) {
  Session::Options how = options();
  how.ack_timeout = 2s;
  Rig rig(how);
  rig.hub.acknowledges = false;
  rig.connect();
  ASSERT_TRUE(rig.run());
  rig.now += 5s;
  EXPECT_TRUE(rig.session.tick(rig.now));  // nothing is owed
  rig.session.publish(message("1"));
  ASSERT_TRUE(rig.run());
  EXPECT_TRUE(rig.session.tick(rig.now));
  rig.now += 2s;
  EXPECT_FALSE(rig.session.tick(rig.now));
  EXPECT_EQ(rig.session.code(), "timeout");
}

TEST(Session, PingsAreAnsweredAndGapsAreTold) {
  Rig rig;
  rig.session.subscribe(subscription());
  rig.connect();
  ASSERT_TRUE(rig.run());
  rig.hub.say(Ping{5});
  rig.hub.say(Gap{1, 3, 9, 7, Gap::Reason::dropped});
  ASSERT_TRUE(rig.hear(std::exchange(rig.hub.out, {}), 1));
  rig.take();
  const auto pong = decode(rig.session.front());
  ASSERT_TRUE(pong);
  EXPECT_EQ(std::get<Pong>(*pong).token, 5u);
  EXPECT_EQ(rig.gaps, 7u);
}

// Whatever the hub says, the session ends by itself and in bounds.
TEST(Session, AHubThatBreaksTheProtocolIsLeft) {
  const auto says = [](const Frame& frame, bool subscribes = false) {
    Rig rig;
    if (subscribes) rig.session.subscribe(subscription());
    rig.connect();
    EXPECT_TRUE(rig.run());
    rig.hub.say(frame);
    return rig.hear(rig.hub.out) ? std::string() : rig.error;
  };
  EXPECT_EQ(says(PubAck{1, Level::best, 0, {}}), "it acknowledges 1, which was not published");
  EXPECT_EQ(says(Deliver{1, 1, 8, 1}), "it delivers what nobody subscribed to");
  EXPECT_EQ(says(Deliver{1, 2000, 8, 1}, true), "it delivers more than it was granted");
  EXPECT_EQ(says(Deliver{1, 1, UINT32_MAX, 1}, true), "it delivers more than it was granted");
  EXPECT_EQ(says(Hello{}), "it sends what clients send");
  EXPECT_EQ(says(Fault{"denied", "go away", 0, true}), "go away (denied)");
  EXPECT_EQ(says(Welcome{}), "it sends what clients send");

  Rig rig;
  rig.connect();
  rig.hub.say(Pong{});
  EXPECT_FALSE(rig.hear(rig.hub.out));
  EXPECT_EQ(rig.error, "it does not begin with welcome");

  Rig long_one;
  long_one.connect();
  ASSERT_TRUE(long_one.run());
  EXPECT_FALSE(long_one.hear(std::string("\0\0\0\0\xff\xff\xff\0", 8)));
  EXPECT_EQ(long_one.error, "a frame of 134217728 bytes is longer than 65536");
}

TEST(Session, ARunThatIsNotWhatItSaysIsNoRun) {
  for (const uint32_t wrong : {8u, 800u}) {
    Rig rig;
    rig.session.subscribe(subscription());
    rig.connect();
    ASSERT_TRUE(rig.run());
    std::string frames;
    write(message("1"), frames);
    rig.hub.say(Deliver{1, 1, wrong, 1});
    EXPECT_FALSE(rig.hear(rig.hub.out + frames));
    EXPECT_EQ(rig.error, wrong < 100 ? "a run of messages is longer than it says" : "a run of messages is shorter than it says");
  }
}

TEST(Session, WhoAsksWithoutEndIsLeft) {
  Rig rig;
  rig.connect();
  ASSERT_TRUE(rig.run());
  std::string pings;
  for (int i = 0; i < 1000; ++i) encode(Ping{1}, pings);
  int rounds = 0;
  while (rig.hear(pings)) ASSERT_LT(++rounds, 100);
  EXPECT_EQ(rig.error, "it asks faster than it takes answers");
}

}  // namespace
}  // namespace leat::hub::client
