// What waits for one principal is bounded over all its subscriptions.
#include <gtest/gtest.h>

#include "core/hub/broker/broker.h"
#include "tests/support/hub_wire.h"

namespace leat::hub {
namespace {

using test::HubWire;

struct HandClock final : Clock {
  Instant time{std::chrono::hours(500'000)};
  Instant now() const override { return time; }
};

Principal user(std::string name, uint32_t number) {
  Principal made;
  made.name = std::move(name);
  made.users = {number};
  made.publish = made.subscribe = {">"};
  return made;
}

class HubQuota : public testing::Test {
 protected:
  static constexpr uint64_t kMost = 1u << 20;
  HubQuota() {
    options.max_queued = kMost;
    options.access = {{user("small", 7), user("other", 8)}, false, 500};
  }
  Broker& broker() {
    if (!broker_) broker_ = std::make_unique<Broker>(options, clock, [this](std::string line) { notes.push_back(std::move(line)); });
    return *broker_;
  }
  HubWire& comes(const std::string& name, uint32_t user) {
    HubWire& made = *wires_.emplace_back(std::make_unique<HubWire>(broker(), Peer{"unix user", true, user}));
    made.hello(name);
    made.frames();
    return made;
  }
  // One that wants all of it and has no credit yet.
  HubWire& waits(const std::string& name, uint32_t user, std::string pattern, Slow slow = Slow::by_hub) {
    HubWire& made = comes(name, user);
    made.say(Subscribe{.id = 1, .pattern = std::move(pattern), .messages = 0, .bytes = 0, .slow = slow});
    made.settle();
    EXPECT_EQ(made.told<Fault>().size(), 0u);
    return made;
  }
  void publish(HubWire& from, std::string_view subject, int times) {
    for (int i = 0; i < times; ++i) {
      from.publish(subject, std::string(10'000, 'x'));
      from.settle();
    }
  }
  static uint64_t waiting(HubWire& wire) { return wire.session().subscriptions().at(1)->queue.bytes(); }
  static size_t take_all(HubWire& wire) {
    wire.say(Credit{1, kEndless, kEndless});
    return wire.messages().size();
  }

  Broker::Options options;
  HandClock clock;
  std::vector<std::string> notes;

 private:
  std::vector<std::unique_ptr<HubWire>> wires_;  // behind the broker
  std::unique_ptr<Broker> broker_;
};

TEST_F(HubQuota, TheLargestQueueOfThePrincipalGoesFirstAndTheOthersStay) {
  HubWire& most = waits("most", 7, "a.*");
  HubWire& less = waits("less", 7, "a.x");
  HubWire& other = waits("other", 8, "a.*");
  HubWire& from = comes("from", 500);
  publish(from, "a.y", 60);
  publish(from, "a.x", 36);  // 960 kB and 360 kB
  EXPECT_LE(waiting(most) + waiting(less), kMost + kMost / 8);
  EXPECT_GE(waiting(less), 36u * 10'000) << "it was enough that the largest lost its messages";
  EXPECT_GE(waiting(other), 96u * 10'000) << "another principal";
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0].substr(0, 6), "small:");
  const size_t left = take_all(most);
  ASSERT_EQ(most.gaps.size(), 1u);
  EXPECT_EQ(most.gaps[0].count + left, 96u);
  EXPECT_EQ(take_all(less), 36u);
  EXPECT_TRUE(less.gaps.empty());
  EXPECT_EQ(take_all(other), 96u);
}

TEST_F(HubQuota, HoweverManySubscriptionsThereAreTheBoundHolds) {
  std::vector<HubWire*> all;
  for (int i = 0; i < 40; ++i) all.push_back(&waits("c" + std::to_string(i), 7, ">"));
  HubWire& from = comes("from", 500);
  for (int i = 0; i < 200; ++i) {
    publish(from, "a", 1);
    uint64_t sum = 0;
    for (HubWire* one : all) sum += waiting(*one);
    ASSERT_LE(sum, kMost + kMost / 8 + 40 * 10'100) << "an eighth, and what one turn brings";
  }
  for (HubWire* one : all) {
    const size_t came = take_all(*one);
    uint64_t missed = 0;
    for (const Gap& gap : one->gaps) missed += gap.count;
    EXPECT_EQ(came + missed, 200u);
  }
}

TEST_F(HubQuota, WhereThereIsAHistoryWhatGoesIsReadAgain) {
  History::Options kept;
  kept.name = "kept", kept.patterns = {"k.>"};
  options.histories.push_back(kept);
  std::vector<HubWire*> all;
  for (int i = 0; i < 4; ++i) all.push_back(&waits("c" + std::to_string(i), 7, "k.*"));
  HubWire& from = comes("from", 500);
  publish(from, "k.x", 100);
  uint64_t sum = 0;
  for (HubWire* one : all) sum += waiting(*one);
  EXPECT_LE(sum, kMost + kMost / 8);
  EXPECT_LE(notes.size(), all.size()) << "who reads from the history is not asked again";
  const size_t before = notes.size();
  for (int i = 0; i < 5; ++i) {
    clock.time += std::chrono::seconds(1);
    broker().tick();
    from.settle();
  }
  EXPECT_EQ(notes.size(), before) << "nobody reads again what it has no credit for";
  for (HubWire* one : all) {
    EXPECT_EQ(take_all(*one), 100u);
    EXPECT_TRUE(one->gaps.empty());
  }
}

TEST_F(HubQuota, WhoAskedToBeEndedIsEnded) {
  HubWire& ends = waits("ends", 7, "a", Slow::disconnect);
  HubWire& twice = waits("twice", 7, "a", Slow::disconnect);
  HubWire& from = comes("from", 500);
  publish(from, "a", 70);
  EXPECT_NE(ends.open(), twice.open()) << "one is enough";
  HubWire& gone = ends.open() ? twice : ends;
  const auto faults = gone.told<Fault>();
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].code, "slow");
}

}  // namespace
}  // namespace leat::hub
