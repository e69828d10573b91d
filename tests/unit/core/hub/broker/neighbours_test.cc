// Messages that come in one read and go the same way are passed on as one: nobody must see that.
#include <gtest/gtest.h>

#include <memory>

#include "core/base/random.h"
#include "core/hub/broker/broker.h"
#include "tests/support/hand_keeper.h"
#include "tests/support/hub_wire.h"
#include "tests/support/seeds.h"

namespace leat::hub {
namespace {

using test::HandClock;
using test::HubWire;
using Texts = std::vector<std::string>;

// What one says in a read: messages of few subjects, some of them unlike their neighbours, and now and then something else.
std::string script(SplitMix& random) {
  constexpr std::string_view kSubjects[] = {"a", "a.b", "a.c", "a", "b", "kept", "group", "not..one"};
  std::string text;
  uint64_t number = 0, subject = 0;
  uint32_t subscriptions = 0;
  for (int i = 0; i < 200; ++i) {
    const uint64_t what = random.next() % 40;
    if (what < 4) subject = random.next() % std::size(kSubjects);
    if (what == 4)
      encode(Subscribe{.id = ++subscriptions, .pattern = ">", .messages = kEndless, .bytes = kEndless, .echo = i % 2 == 0}, text);
    if (what == 5 && subscriptions > 1) encode(Unsubscribe{subscriptions--}, text);
    if (what == 6) encode(Ping{1}, text);
    Publish message{.number = ++number, .subject = kSubjects[subject]};
    const std::string payload =
        "{\"i\":" + std::to_string(i) + ",\"n\":" + std::to_string(random.next() % 5) + std::string(random.next() % 50, ' ') + "}";
    message.payload = payload;
    if (what == 7 || what == 8) message.flags = Publish::kEcho;
    if (what == 9) message.flags = Publish::kWanted;
    if (what == 10) message.ttl_ms = 1000;
    if (what == 11) message.number = 1;  // it was sent before
    if (what > 30) message.ack = Level::routed;
    write(message, text);
  }
  return text;
}

struct Heard {
  std::vector<Texts> listeners;
  Texts own, refused;
  uint64_t acknowledged = 0;
  bool operator==(const Heard&) const = default;
};

Texts told(HubWire& wire) {
  Texts all;
  for (const Publish& one : wire.told<Publish>())
    all.push_back(std::to_string(one.seq) + " " + std::string(one.subject) + " " + std::string(one.payload));
  return all;
}

Heard hear(const std::string& text, size_t piece) {
  HandClock clock;
  Broker::Options options;
  options.histories.push_back({.name = "kept", .patterns = {"kept"}});
  Broker broker(options, clock, [](std::string) {});
  std::vector<std::unique_ptr<HubWire>> listeners;
  const auto listener = [&](Subscribe asked) {
    listeners.push_back(std::make_unique<HubWire>(broker));
    listeners.back()->hello("");
    listeners.back()->subscribe(std::move(asked));
  };
  listener({.id = 1, .pattern = ">"});
  listener({.id = 1, .pattern = "a.*"});
  listener({.id = 1, .pattern = "b", .filter = ".n > 1"});
  listener({.id = 1, .pattern = "group", .group = "g"});
  listener({.id = 1, .pattern = "group", .group = "g"});
  listener({.id = 1, .pattern = "a", .messages = 50, .bytes = kEndless});
  HubWire sender(broker);
  sender.hello("p", 7);
  sender.told<Welcome>();
  sender.bytes(text, piece);
  Heard heard;
  for (const Frame& frame : sender.frames()) {
    if (const auto* one = std::get_if<Publish>(&frame)) heard.own.push_back(std::to_string(one->seq) + " " + std::string(one->payload));
    const auto* ack = std::get_if<PubAck>(&frame);
    if (!ack) continue;
    heard.acknowledged = ack->number;
    for (const PubAck::Refused& one : ack->refused) heard.refused.push_back(std::to_string(one.number) + " " + one.code);
  }
  for (const auto& wire : listeners) heard.listeners.push_back(told(*wire));
  return heard;
}

TEST(HubNeighbours, NobodySeesWhatCameInOneRead) {
  size_t most = 0, heard = 0;
  for (uint64_t seed = 1; seed <= uint64_t{test::seeds(200)}; ++seed) {
    SplitMix random(seed);
    const std::string text = script(random);
    const Heard singly = hear(text, 8);  // no piece ends two frames
    for (const size_t piece : {SIZE_MAX, size_t{1000}}) ASSERT_EQ(hear(text, piece), singly) << seed;
    for (const Texts& one : singly.listeners) most = std::max(most, one.size());
    heard += singly.own.size();
    EXPECT_LE(singly.listeners[5].size(), 50u);
  }
  EXPECT_GT(most, 100u);
  EXPECT_GT(heard, 1000u);
}

TEST(HubNeighbours, WhatTheHubSaysItselfIsNotHeldBack) {
  HandClock clock;
  Broker broker({}, clock, [](std::string) {});
  HubWire watcher(broker);
  watcher.hello("w");
  watcher.subscribe(1, "$hub.events.>");
  HubWire other(broker);
  other.hello("o");
  EXPECT_EQ(watcher.messages().size(), 1u);
}

}  // namespace
}  // namespace leat::hub
