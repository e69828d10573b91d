#include "core/hub/frame.h"

#include <gtest/gtest.h>

#include "core/base/random.h"
#include "core/data/artifact.h"

namespace leat::hub {
namespace {

std::string encoded(const Frame& frame) {
  std::string out;
  encode(frame, out);
  return out;
}

// Encoded, read and encoded again: what is read is what was written, since the second text has nothing else to come from.
template <class One>
One there_and_back(const One& frame) {
  const std::string bytes = encoded(frame);
  EXPECT_EQ(artifact::frame_size(bytes), bytes.size());
  auto read = decode(bytes);
  EXPECT_TRUE(read) << read.error().text;
  EXPECT_EQ(encoded(*read), bytes);
  return std::get<One>(*read);
}

TEST(HubFrame, EveryKindComesBackAsItWas) {
  const auto hello = there_and_back(Hello{3, "billing", std::string("\0\xff secret", 9), 77});
  EXPECT_EQ(hello.version, 3);
  EXPECT_EQ(hello.name, "billing");
  EXPECT_EQ(hello.token, std::string("\0\xff secret", 9));
  EXPECT_EQ(hello.producer, 77u);
  const auto welcome = there_and_back(Welcome{1, 1ull << 63, 9, "c-9", 8 << 20, 10000, 4096, {"log", "groups"}});
  EXPECT_EQ(welcome.hub, 1ull << 63);
  EXPECT_EQ(welcome.window, 4096u);
  EXPECT_EQ(welcome.capabilities, (std::vector<std::string>{"log", "groups"}));
  const auto ack = there_and_back(PubAck{10, Level::synced, 4711, {{7, "denied", "not yours"}, {9, "limit", ""}}});
  EXPECT_EQ(ack.level, Level::synced);
  ASSERT_EQ(ack.refused.size(), 2u);
  EXPECT_EQ(ack.refused[1].number, 9u);
  EXPECT_EQ(ack.refused[0].text, "not yours");
  EXPECT_EQ(there_and_back(Subscribed{1, "orders", 10}).history, "orders");
  EXPECT_EQ(there_and_back(Unsubscribe{5}).id, 5u);
  EXPECT_EQ(there_and_back(Deliver{5, 3, 120, 2}).attempt, 2u);
  EXPECT_EQ(there_and_back(Credit{5, 100, kEndless}).bytes, kEndless);
  EXPECT_EQ(there_and_back(Ack{5, Ack::Kind::nack, 9, {{11, 12}, {20, 20}}, 500}).ranges.back().first, 20u);
  EXPECT_EQ(there_and_back(Gap{5, 9, 20, 4, Gap::Reason::damaged}).reason, Gap::Reason::damaged);
  EXPECT_EQ(there_and_back(Ping{1}).token, 1u);
  EXPECT_EQ(there_and_back(Pong{2}).token, 2u);
  EXPECT_TRUE(there_and_back(Fault{"denied", "no", 4, true}).fatal);
  EXPECT_EQ(there_and_back(Drain{500, "bye"}).reason, "bye");
  EXPECT_EQ(there_and_back(Control{"kick", "billing"}).argument, "billing");
  EXPECT_TRUE(there_and_back(Report{"no such client", true}).failed);
}

TEST(HubFrame, EveryStartComesBackAsItWas) {
  for (const auto kind :
       {Start::Kind::live, Start::Kind::seq, Start::Kind::time, Start::Kind::last, Start::Kind::all, Start::Kind::last_per_subject}) {
    Subscribe asked{
        4, "a.*", ".ok", {kind, kind == Start::Kind::last || kind == Start::Kind::seq ? 17u : 0u, kind == Start::Kind::time ? -5 : 0}};
    asked.group = "g", asked.durable = "d", asked.acks = true, asked.ack_wait_ms = 1, asked.max_pending = 2, asked.max_deliver = 3;
    asked.messages = 4, asked.bytes = 5, asked.slow = Slow::latest_per_key, asked.echo = true;
    const Subscribe read = there_and_back(asked);
    EXPECT_EQ(read.start.kind, kind);
    EXPECT_EQ(read.start.number, asked.start.number);
    EXPECT_EQ(read.start.time, asked.start.time);
    EXPECT_EQ(read.slow, Slow::latest_per_key);
    EXPECT_TRUE(read.echo && read.acks);
  }
}

TEST(HubFrame, WhatIsNoFrameSaysWhy) {
  EXPECT_EQ(decode("").error().text, "not one whole frame");
  EXPECT_EQ(decode(encoded(Ping{1}) + "x").error().text, "not one whole frame");
  std::string bad = encoded(Hello{1, "n?me", "", 0});
  bad[bad.find('?')] = '\xff';
  EXPECT_EQ(decode(bad).error().text, "a text that is not UTF-8");
}

// Any bytes are a frame or an error, and none of them costs more than it is long.
TEST(HubFrame, DamagedFramesAreReadOrRefused) {
  SplitMix random(7);
  const std::string whole = encoded(PubAck{10, Level::synced, 4711, {{7, "denied", "not yours"}, {9, "limit", "too much"}}});
  size_t refused = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string bytes = whole;
    for (int hits = 0; hits < 3; ++hits) bytes[random.next() % bytes.size()] = static_cast<char>(random.next());
    const auto read = decode(bytes);
    if (read) continue;
    ++refused;
    EXPECT_FALSE(read.error().text.empty());
  }
  EXPECT_GT(refused, 1000u);
}

}  // namespace
}  // namespace leat::hub
