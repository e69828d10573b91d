// What a broker does with a history that a disk keeps: the disk is one that does what it is told, when it is told.
#include <gtest/gtest.h>

#include <set>

#include "core/base/random.h"
#include "core/hub/broker/broker.h"
#include "tests/support/hand_keeper.h"
#include "tests/support/hub_wire.h"
#include "tests/support/seeds.h"

namespace leat::hub {
namespace {

using test::Disk;
using test::HandClock;
using test::HandKeeper;
using test::HubWire;
using Texts = std::vector<std::string>;

class HubKept : public testing::Test {
 protected:
  struct Hub {
    Hub(Disk& disk, const Clock& clock) : broker(how(), clock, [](std::string) {}) {
      auto made = std::make_unique<HandKeeper>(disk);
      keeper = made.get();
      broker.histories().front()->keep_by(std::move(made));
    }
    static Broker::Options how() {
      Broker::Options options;
      options.histories.push_back({.name = "h", .patterns = {"a.>"}});
      return options;
    }
    void sync(size_t most = SIZE_MAX) {
      keeper->sync(most);
      broker.settled(*broker.histories().front());
      while (broker.flush()) {
      }
    }
    void settle() {
      do {
        while (broker.flush()) {
        }
        if (keeper->readings.empty()) return;
        keeper->give_readings();
      } while (true);
    }
    Broker broker;
    HandKeeper* keeper;
  };
  HandClock clock;
  Disk disk;
};

TEST_F(HubKept, NothingIsAcknowledgedOrGivenBeforeItIsOnTheDisk) {
  Hub hub(disk, clock);
  HubWire sender(hub.broker), wire(hub.broker), wide(hub.broker);
  sender.hello("p"), wire.hello("s"), wide.hello("w");
  wire.subscribe(1, "a.>"), wide.subscribe(1, ">");
  sender.told<Welcome>();
  for (int i = 0; i < 5; ++i) sender.publish({.ack = Level::best, .subject = "a.b", .payload = std::to_string(i)});
  EXPECT_EQ(sender.told<PubAck>().size(), 0u);
  EXPECT_EQ(wire.messages(), Texts());
  EXPECT_EQ(wide.messages(), Texts());
  hub.sync(3);
  const auto acks = sender.told<PubAck>();
  ASSERT_EQ(acks.size(), 1u);
  EXPECT_EQ(acks[0].number, 3u);
  EXPECT_EQ(acks[0].seq, 3u);
  EXPECT_EQ(acks[0].level, Level::synced);
  EXPECT_EQ(wire.messages(), Texts({"0", "1", "2"}));
  EXPECT_EQ(wide.messages(), Texts({"0", "1", "2"}));
  hub.sync();
  EXPECT_EQ(sender.told<PubAck>().back().number, 5u);
  EXPECT_EQ(wire.messages(), Texts({"3", "4"}));
  sender.publish({.ack = Level::routed, .subject = "a.b"});
  EXPECT_EQ(sender.told<PubAck>().back().level, Level::routed);
}

TEST_F(HubKept, AHubThatComesBackGoesOnWhereItsDiskEnds) {
  {
    Hub hub(disk, clock);
    HubWire sender(hub.broker);
    sender.hello("p", 5);
    for (uint64_t n = 1; n <= 20; ++n) sender.publish({.number = n, .ack = Level::best, .subject = "a.b", .payload = std::to_string(n)});
    sender.settle();
    hub.sync(12);
  }
  Hub hub(disk, clock);
  HubWire late(hub.broker), sender(hub.broker);
  late.hello("s"), sender.hello("p", 5);
  for (const std::string& frame : disk.frames) {  // as whoever opens the log does
    Message message;
    Message::read(frame, message);
    hub.broker.histories().front()->producers().seen(message.producer, message.number);
  }
  late.subscribe({.id = 1, .pattern = "a.>", .start = {Start::Kind::all}});
  for (uint64_t n = 11; n <= 25; ++n) sender.publish({.number = n, .ack = Level::best, .subject = "a.b", .payload = std::to_string(n)});
  sender.settle();
  hub.sync();
  hub.settle();
  Texts wanted;
  for (int n = 1; n <= 25; ++n) wanted.push_back(std::to_string(n));
  EXPECT_EQ(late.messages(), wanted);
  EXPECT_EQ(sender.told<PubAck>().back().number, 25u);
}

TEST_F(HubKept, AFullDiskRefusesAndABrokenOneSaysWhatIsLost) {
  Hub hub(disk, clock);
  HubWire sender(hub.broker);
  sender.hello("p");
  sender.told<Welcome>();
  sender.publish({.ack = Level::best, .subject = "a.b"});
  hub.keeper->fail("no space left", false);
  sender.publish({.ack = Level::best, .subject = "a.b"});
  hub.sync(0);
  EXPECT_EQ(sender.told<PubAck>().size(), 0u);  // the second is refused, but acknowledgements keep their order
  hub.keeper->fail("", false);
  hub.sync();
  const auto acks = sender.told<PubAck>();
  ASSERT_EQ(acks.size(), 1u);
  EXPECT_EQ(acks[0].number, 2u);
  ASSERT_EQ(acks[0].refused.size(), 1u);
  EXPECT_EQ(acks[0].refused[0].number, 2u);
  for (int i = 0; i < 3; ++i) sender.publish({.ack = Level::best, .subject = "a.b"});
  HubWire wire(hub.broker);
  wire.hello("s");
  wire.subscribe({.id = 1, .pattern = "a.>", .start = {Start::Kind::all}});
  EXPECT_EQ(wire.messages().size(), 1u);
  EXPECT_TRUE(wire.ends.empty());
  hub.keeper->fail("input/output error", true);
  hub.sync(0);
  EXPECT_EQ(wire.messages().size(), 0u);
  EXPECT_EQ(wire.ends.size(), 1u);  // what is lost is not waited for
  EXPECT_EQ(sender.told<PubAck>().at(0).refused.size(), 3u);
}

TEST_F(HubKept, WhoPublishesFasterThanTheDiskWaits) {
  Hub hub(disk, clock);
  HubWire sender(hub.broker), other(hub.broker);
  sender.hello("p"), other.hello("q");
  for (int i = 0; i < 10'000; ++i) sender.publish({.ack = Level::best, .subject = "a.b"});
  EXPECT_FALSE(sender.reads);
  EXPECT_LE(hub.keeper->unsynced(), 4096u);
  for (int i = 0; i < 40 && other.reads; ++i) other.publish("a.b", std::string(1u << 20, 'x'));  // asks for no acknowledgement
  EXPECT_FALSE(other.reads);
  EXPECT_LE(hub.keeper->waiting(), 18u << 20);
  for (int i = 0; i < 60; ++i) {  // however long that takes, it is not they who are silent
    clock.time += std::chrono::seconds(1);
    hub.broker.tick();
  }
  for (int i = 0; i < 100 && !(sender.reads && other.reads); ++i) hub.sync(), sender.give(), other.give();
  EXPECT_TRUE(sender.reads && other.reads);
}

TEST_F(HubKept, AHubThatEndsLeavesNothingBehindThatTheDiskCouldTake) {
  Hub hub(disk, clock);
  HubWire sender(hub.broker);
  sender.hello("p");
  sender.publish("a.b", "nobody waits for an acknowledgement of this");
  hub.broker.drain(std::chrono::seconds(1), "over");
  sender.settle();
  EXPECT_FALSE(hub.broker.drained());
  hub.sync();
  EXPECT_TRUE(hub.broker.drained());
}

TEST_F(HubKept, NothingIsReadThatCannotBeToldYet) {
  Hub hub(disk, clock);
  HubWire sender(hub.broker), late(hub.broker);
  sender.hello("p"), late.hello("s");
  const std::string text(1000, '.');
  for (int i = 0; i < 100; ++i) sender.publish("a.b", text);
  hub.sync();
  late.subscribe({.id = 1, .pattern = "a.b", .start = {Start::Kind::all}, .messages = 1, .bytes = kEndless});
  hub.settle();
  for (int i = 0; i < 6000; ++i) sender.publish("a.b", text);
  hub.sync();
  ASSERT_GT(hub.broker.histories().front()->first_in_memory(), 101u);
  late.say(Credit{1, 1, 0});  // all up to the end it is to be told of waits for it, and what is behind that is on the disk only
  late.settle();
  EXPECT_TRUE(hub.keeper->readings.empty());
  late.say(Credit{1, kEndless, 0});
  hub.settle();
  EXPECT_EQ(late.messages().size(), 6100u);
  EXPECT_EQ(late.ends.size(), 1u);
}

TEST_F(HubKept, ADiskThatCannotBeReadIsTriedAgainOnceASecond) {
  Hub hub(disk, clock);
  HubWire sender(hub.broker), late(hub.broker);
  sender.hello("p"), late.hello("s");
  for (int i = 0; i < 4000; ++i) sender.publish("a.b", std::string(1000, '.'));
  hub.sync();
  late.subscribe({.id = 1, .pattern = "a.b", .start = {Start::Kind::all}});
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(hub.keeper->readings.size(), 1u) << i;
    for (auto& [from, then] : std::exchange(hub.keeper->readings, {})) then({});
    late.settle();
    EXPECT_TRUE(hub.keeper->readings.empty());
    clock.time += std::chrono::seconds(2);
    hub.broker.tick();
    late.settle();
  }
  hub.settle();
  EXPECT_EQ(late.messages().size(), 4000u);
}

// What was the last message of its subject may be damaged by the time it is read.
TEST_F(HubKept, APickThatIsInAGapIsPassedOver) {
  Hub hub(disk, clock);
  HubWire sender(hub.broker), late(hub.broker);
  sender.hello("p"), late.hello("s");
  for (int i = 0; i < 4000; ++i)
    sender.publish(i == 10 ? "a.old" : i == 20 ? "a.older" : "a.b", std::string(1000, '.') + std::to_string(i));
  hub.sync();
  late.subscribe({.id = 1, .pattern = "a.*", .start = {Start::Kind::last_per_subject}});
  for (const auto& known = late.session().subscriptions().at(1); known->seek != nullptr;) {
    ASSERT_FALSE(hub.keeper->readings.empty());
    hub.keeper->give_readings();
    late.settle();
  }
  ASSERT_EQ(hub.keeper->readings.size(), 1u);
  ASSERT_EQ(hub.keeper->readings.front().first, 11u);
  Keeper::Kept kept;
  kept.first = 11;
  kept.gap = Gap{0, 11, 15, 5, Gap::Reason::damaged};
  for (auto& [from, then] : std::exchange(hub.keeper->readings, {})) then(kept);
  hub.settle();
  EXPECT_EQ(late.messages().size(), 2u);
  EXPECT_EQ(late.gaps.size(), 1u);
}

TEST_F(HubKept, TheLastOfAPartAreLookedForOnTheDiskToo) {
  Hub hub(disk, clock);
  HubWire sender(hub.broker);
  sender.hello("p");
  SplitMix random(1);
  std::map<std::string, Texts> of;
  const auto publish = [&](uint64_t subject) {
    std::string name = "a." + std::to_string(subject), text = std::to_string(hub.broker.histories().front()->next());
    sender.publish(name, text + std::string(1000, '.'));
    of[name].push_back(std::move(text));
  };
  for (int i = 0; i < 4000; ++i) publish(i < 100 ? 9 : random.next() % 5);  // nothing of a.9 is in memory any more
  hub.sync(3990);
  ASSERT_GT(hub.broker.histories().front()->first_in_memory(), 200u);
  std::vector<std::unique_ptr<HubWire>> wires;
  const auto ask = [&](std::string pattern, Start start) -> HubWire& {
    wires.push_back(std::make_unique<HubWire>(hub.broker));
    wires.back()->hello("");
    wires.back()->subscribe({.id = 1, .pattern = std::move(pattern), .start = start});
    hub.settle();
    return *wires.back();
  };
  const auto numbers = [](HubWire& wire) {
    Texts all;
    for (const std::string& text : wire.messages()) all.push_back(text.substr(0, text.find('.')));
    return all;
  };
  const auto last = [&](const char* subject, size_t count) {
    return Texts(of[subject].end() - static_cast<ptrdiff_t>(count), of[subject].end());
  };
  HubWire &three = ask("a.2", {Start::Kind::last, 3}), &old = ask("a.9", {Start::Kind::last, 40}),
          &none = ask("a.none", {Start::Kind::last, 3}), &each = ask("a.*", {Start::Kind::last_per_subject});
  EXPECT_TRUE(three.messages().empty());  // the last ones are not on the disk yet
  hub.sync();
  hub.settle();
  Texts of_each;
  for (const auto& [subject, all] : of) of_each.push_back(all.back());
  std::sort(of_each.begin(), of_each.end(), [](const auto& a, const auto& b) { return std::stoi(a) < std::stoi(b); });
  EXPECT_EQ(numbers(three), last("a.2", 3));
  EXPECT_EQ(numbers(old), last("a.9", 40));
  EXPECT_EQ(numbers(none), Texts());
  EXPECT_EQ(numbers(each), of_each);
  for (const HubWire* one : {&three, &old, &none, &each}) {
    EXPECT_EQ(one->ends.size(), 1u);
    EXPECT_TRUE(one->gaps.empty());
  }
  publish(2);
  hub.sync();
  hub.settle();
  EXPECT_EQ(numbers(three), last("a.2", 1));  // and then live
  EXPECT_EQ(numbers(each), last("a.2", 1));
  HubWire& many = ask("a.2", {Start::Kind::last, Seek::kMost + 1});
  EXPECT_EQ(many.told<Fault>().size(), 1u);
}

// The law of the hand-over, where the numbers go through a disk: whoever comes at any time, with any credit, whatever is synced when,
// gets each message of its pattern from its beginning on, once and in order, and nothing that is not on the disk.
TEST_F(HubKept, NoGapAndNoDuplicateAcrossTheDisk) {
  for (uint64_t seed = 1; seed <= uint64_t{test::seeds(20)}; ++seed) {
    SplitMix random(seed);
    Disk own;
    Texts all, evens;
    for (int life = 0; life < 3; ++life) {
      Hub hub(own, clock);
      all.resize(own.frames.size());  // what was not synced has gone with the hub before
      evens.clear();
      for (size_t i = 0; i < all.size(); i += 2) evens.push_back(all[i]);
      HubWire sender(hub.broker);
      sender.hello("p");
      struct Reader {
        std::unique_ptr<HubWire> wire;
        bool even, live;
        size_t from, held;
      };
      std::vector<Reader> readers;
      const auto come = [&] {
        Reader made{std::make_unique<HubWire>(hub.broker), random.next() % 2 == 0, random.next() % 3 == 0, 0, 0};
        made.wire->hello("");
        made.held = made.even ? evens.size() : all.size();
        made.from = made.live ? made.held : 0;
        made.wire->subscribe({.id = 1,
                              .pattern = made.even ? "a.even" : "a.>",
                              .start = {made.live ? Start::Kind::live : Start::Kind::all},
                              .messages = 20,
                              .bytes = kEndless});
        readers.push_back(std::move(made));
      };
      for (int i = 0; i < 200; ++i) {
        const uint64_t what = random.next() % 10;
        if (what < 4) {
          const size_t size = 1 + random.next() % 2000;
          for (uint64_t n = random.next() % 100; n > 0; --n) {
            const std::string text = std::to_string(life) + " " + std::to_string(all.size()) + " " + std::string(size, '.');
            sender.publish({.ack = n % 2 ? Level::best : Level::none, .subject = all.size() % 2 ? "a.odd" : "a.even", .payload = text});
            if (all.size() % 2 == 0) evens.push_back(text);
            all.push_back(text);
          }
        }
        if (what == 4 && readers.size() < 5) come();
        if (what == 5) hub.sync(random.next() % 300);
        if (what == 6) hub.keeper->give_readings();
        if (what > 6 && !readers.empty()) {
          Reader& one = readers[random.next() % readers.size()];
          if (what == 7) one.wire->say(Credit{1, static_cast<uint32_t>(random.next() % 1000), 0});
          if (what == 8) one.wire->take(random.next() % 2 ? 0 : random.next() % 300'000);
        }
        if (what == 9) hub.broker.flush();
      }
      while (sender.waiting() > 0) hub.sync(), sender.give();
      const bool whole = life == 1;
      if (whole) hub.sync();
      const size_t synced = own.frames.size();
      for (Reader& one : readers) {
        one.wire->say(Credit{1, kEndless, 0});
        one.wire->take(SIZE_MAX);
        hub.settle();
        Texts wanted;
        for (size_t i = 0; i < synced; i += one.even ? 2 : 1) wanted.push_back(all[i]);
        const Texts got = one.wire->messages();
        EXPECT_TRUE(one.wire->gaps.empty());
        const size_t from = std::min(one.from, wanted.size());
        const bool all_synced = one.live || wanted.size() > one.held || (wanted.size() == one.held && synced == all.size());
        if (all_synced) {
          EXPECT_EQ(one.wire->ends, std::vector{one.held - one.from}) << seed;
        } else if (wanted.size() < one.held) {
          EXPECT_TRUE(one.wire->ends.empty()) << seed;
        }
        ASSERT_EQ(got.size(), wanted.size() - from) << seed << " " << life << " " << one.even << one.live;
        EXPECT_TRUE(std::equal(got.begin(), got.end(), wanted.begin() + static_cast<ptrdiff_t>(from)));
      }
    }
  }
}

}  // namespace
}  // namespace leat::hub
