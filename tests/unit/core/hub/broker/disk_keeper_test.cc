// A hub on a real folder and a real loop: what was acknowledged is there when the next one opens it.
#include "core/hub/broker/disk_keeper.h"

#include <gtest/gtest.h>

#include "core/base/random.h"
#include "core/hub/broker/data.h"
#include "core/hub/log/posix_disk.h"
#include "tests/support/hub_wire.h"
#include "tests/support/scratch.h"

namespace leat::hub {
namespace {

using test::HubWire;
using Texts = std::vector<std::string>;

struct RealTime final : Clock {
  Instant now() const override { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }
};

class HubData : public testing::Test {
 protected:
  struct Hub {
    Hub(const std::string& folder, const Clock& clock, History::Options keep)
        : loop(clock), broker(how(std::move(keep)), clock, [this](std::string line) { notes.push_back(std::move(line)); }) {
      const auto disk = std::make_shared<log::PosixDisk>();
      const auto id_read = open_data(*disk, folder, 7);
      EXPECT_TRUE(id_read) << id_read.error().text;
      id = id_read ? *id_read : 0;
      const Done kept = keep_histories(loop, broker, disk, folder, 1, [this](std::string line) { notes.push_back(std::move(line)); });
      EXPECT_TRUE(kept) << kept.error().text;
    }
    static Broker::Options how(History::Options keep) {
      Broker::Options options;
      options.histories.push_back(std::move(keep));
      return options;
    }
    // Until `done` or far too many turns; a turn waits for the disk.
    template <class F>
    void until(F&& done) {
      for (int turns = 0; turns < 20'000; ++turns) {
        while (broker.flush()) {
        }
        if (done()) return;
        loop.turn(true);
      }
      ADD_FAILURE() << "it does not come to an end";
    }
    Texts notes;
    Loop loop;
    Broker broker;
    uint64_t id = 0;
  };
  RealTime clock;
  const test::Scratch scratch;
  const std::string folder = (scratch / "data").string();
};

TEST_F(HubData, Row139WhatWasAcknowledgedIsThereAgain) {
  Texts wanted;
  uint64_t id = 0;
  for (int life = 0; life < 3; ++life) {
    Hub hub(folder, clock, {.name = "a.>", .patterns = {"a.>"}});
    if (life == 0) id = hub.id;
    EXPECT_EQ(hub.id, id);
    HubWire sender(hub.broker), wire(hub.broker);
    sender.hello("p"), wire.hello("s");
    wire.subscribe({.id = 1, .pattern = "a.>", .start = {Start::Kind::all}});
    for (int i = 0; i < 3000; ++i) {
      wanted.push_back(std::to_string(life) + " " + std::to_string(i) + std::string(static_cast<size_t>(i % 300), '.'));
      sender.publish({.ack = Level::synced, .subject = "a.b", .payload = wanted.back()});
    }
    uint64_t acknowledged = 0;
    hub.until([&] {
      for (const PubAck& ack : sender.told<PubAck>()) {
        EXPECT_TRUE(ack.refused.empty());
        acknowledged = ack.number;
      }
      return acknowledged == 3000;
    });
    Texts got;
    hub.until([&] {
      for (std::string& text : wire.messages()) got.push_back(std::move(text));
      return got.size() >= wanted.size();
    });
    EXPECT_TRUE(got == wanted);
    EXPECT_TRUE(wire.gaps.empty());
  }
}

TEST_F(HubData, DurableSubscriptionsGoOnWhereTheyWereAndWhatAllHaveIsLetGo) {
  const History::Options keep{.name = "w", .patterns = {"w"}, .bytes = 1u << 30, .until_acknowledged = true};
  uint64_t reached = 0;
  for (int life = 0; life < 3; ++life) {
    Hub hub(folder, clock, keep);
    HubWire sender(hub.broker), wire(hub.broker);
    sender.hello("p"), wire.hello("s");
    wire.subscribe({.id = 1, .pattern = "w", .start = {Start::Kind::all}, .durable = "d"});
    EXPECT_EQ(wire.told<Subscribed>().at(0).next, reached + 1);
    for (int i = 0; i < 100; ++i) sender.publish({.ack = Level::synced, .subject = "w", .payload = std::to_string(life * 100 + i)});
    uint64_t newest = 0;
    const uint64_t last = static_cast<uint64_t>(life + 1) * 100;
    hub.until([&] {
      for (const Publish& one : wire.told<Publish>()) newest = one.seq;
      return newest == last;
    });
    EXPECT_EQ(hub.broker.histories()[0]->keeper()->first(), 1u);
    reached = last - 40;
    wire.say(Ack{1, Ack::Kind::done, reached, {}, 0});
    hub.broker.drain(std::chrono::seconds(1), "over");
    hub.until([&] {
      hub.broker.tick();
      hub.broker.flush();
      return hub.broker.drained();
    });
  }
}

TEST_F(HubData, ASecondHubDoesNotTakeTheFolderOfTheFirst) {
  Hub hub(folder, clock, {.name = "h", .patterns = {"a"}});
  Loop loop(clock);
  Broker other(Hub::how({.name = "h", .patterns = {"a"}}), clock, [](std::string) {});
  const Done kept = keep_histories(loop, other, std::make_shared<log::PosixDisk>(), folder, 1, [](std::string) {});
  EXPECT_FALSE(kept);
}

}  // namespace
}  // namespace leat::hub
