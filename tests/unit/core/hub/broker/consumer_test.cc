#include "core/hub/broker/consumer.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "core/base/random.h"
#include "tests/support/seeds.h"

namespace leat::hub {
namespace {

using namespace std::chrono_literals;

// One number at a time, without any thrift.
struct Naive {
  struct Given {
    uint32_t attempt;
    const void* holder;
    Instant due;
  };
  std::map<uint64_t, Given> pending;
  uint64_t next = 1;
};

class ConsumerLaw {
 public:
  explicit ConsumerLaw(uint64_t seed) : random_(seed) { consumer_.options({1s, 50, 0}); }
  void hold() {
    for (int step = 0; step < 3000; ++step) {
      now_ += std::chrono::milliseconds(random_.next() % 40);
      act();
      ASSERT_EQ(consumer_.pending(), naive_.pending.size()) << step;
      ASSERT_EQ(consumer_.next(), naive_.next) << step;
      ASSERT_EQ(consumer_.floor(), naive_.pending.empty() ? naive_.next : naive_.pending.begin()->first) << step;
      if (step % 50 == 0) remember();
      if (testing::Test::HasFatalFailure()) return;
    }
  }

 private:
  const void* somebody() { return &members_[random_.next() % 3]; }
  std::pair<uint64_t, uint64_t> range() {
    const uint64_t first = naive_.next - std::min<uint64_t>(naive_.next - 1, random_.next() % 60);
    return {first, first + random_.next() % 20};
  }
  template <class F>
  void each(uint64_t first, uint64_t last, const void* by, F&& f) {
    for (auto at = naive_.pending.lower_bound(first); at != naive_.pending.end() && at->first <= last;) {
      const auto here = at++;
      if (!by || here->second.holder == by) f(here);
    }
  }

  void act() {
    const auto [first, last] = range();
    const void* by = random_.next() % 2 ? somebody() : nullptr;
    switch (random_.next() % 8) {
      case 0:
        consumer_.acknowledge(first, last, by);
        return each(first, last, by, [&](auto one) { naive_.pending.erase(one); });
      case 1: {
        const Duration delay = std::chrono::milliseconds(random_.next() % 300);
        consumer_.refuse(first, last, by, delay, now_);
        return each(first, last, by, [&](auto one) {
          if (one->second.holder) one->second.holder = nullptr, one->second.due = now_ + delay;
        });
      }
      case 2:
        consumer_.wait_longer(first, last, by, now_);
        return each(first, last, by, [&](auto one) {
          if (one->second.holder) one->second.due = now_ + 1s;
        });
      case 3:
        if (random_.next() % 4) return;
        by = somebody();
        consumer_.left(by, now_);
        return each(0, UINT64_MAX, by, [&](auto one) { one->second.holder = nullptr, one->second.due = now_; });
      case 4:
        consumer_.expire(now_);
        return each(0, UINT64_MAX, nullptr, [&](auto one) {
          if (one->second.holder && one->second.due <= now_) one->second.holder = nullptr, one->second.due = now_;
        });
      default:
        give();
    }
  }

  void give() {
    visible_ += random_.next() % 5;
    for (uint64_t n = random_.next() % 10; n > 0; --n) {
      const auto turn = consumer_.turn(visible_, &members_[0], now_);
      std::optional<uint64_t> wanted;
      for (const auto& [number, one] : naive_.pending)
        if (!wanted && !one.holder && one.due <= now_) wanted = number;
      if (!wanted && naive_.next < visible_ && naive_.pending.size() < 50) wanted = naive_.next;
      ASSERT_EQ(turn.has_value(), wanted.has_value());
      if (!turn) return;
      ASSERT_EQ(turn->number, *wanted);
      const auto known = naive_.pending.find(turn->number);
      ASSERT_EQ(turn->attempt, known == naive_.pending.end() ? 1 : known->second.attempt + 1);
      naive_.next = std::max(naive_.next, turn->number + 1);
      if (random_.next() % 8 == 0) {
        consumer_.passed(turn->number, turn->number);
        naive_.pending.erase(turn->number);
        continue;
      }
      const void* to = somebody();
      consumer_.given(*turn, to, now_);
      naive_.pending[turn->number] = {turn->attempt, to, now_ + 1s};
    }
  }

  // Who begins with what is remembered gives what is pending, and nothing else, again, and says how often.
  void remember() {
    Consumer again(consumer_.cursor());
    again.options({1s, 1'000'000, 0});
    std::map<uint64_t, uint32_t> found;
    while (const auto turn = again.turn(naive_.next, &members_[0], now_)) {
      found[turn->number] = turn->attempt;
      again.given(*turn, &members_[0], now_);
    }
    ASSERT_EQ(found.size(), naive_.pending.size());
    for (const auto& [number, one] : naive_.pending) ASSERT_EQ(found[number], one.attempt > 1 ? one.attempt + 1 : 1) << number;
    ASSERT_EQ(again.next(), naive_.next);
  }

  SplitMix random_;
  Consumer consumer_{1};
  Naive naive_;
  Instant now_{std::chrono::hours(1)};
  uint64_t visible_ = 1;
  const int members_[3] = {};
};

TEST(Consumer, GivesWhatOneThatCountsSinglyGives) {
  for (uint64_t seed = 1; seed <= uint64_t{test::seeds(40)}; ++seed) {
    SCOPED_TRACE(seed);
    ConsumerLaw(seed).hold();
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(Consumer, WhatIsRefusedWaitsTwiceAsLongEachTime) {
  Consumer one(1);
  one.options({1s, 10, 0});
  Instant now{std::chrono::hours(1)};
  const int member = 0;
  std::vector<int64_t> waited;
  for (int i = 0; i < 6; ++i) {
    const auto turn = one.turn(2, &member, now);
    ASSERT_TRUE(turn);
    one.given(*turn, &member, now);
    one.refuse(1, 1, &member, std::nullopt, now);
    const Instant since = now;
    while (!one.turn(2, &member, now)) now += 10ms;
    waited.push_back((now - since) / 1ms);
  }
  EXPECT_EQ(waited, (std::vector<int64_t>{100, 200, 400, 800, 1000, 1000}));
}

TEST(Consumer, SpentIsWhatWasGivenOftenEnoughOrTerminated) {
  Consumer one(1);
  one.options({1s, 10, 2});
  const Instant now{std::chrono::hours(1)};
  const int member = 0;
  for (int i = 0; i < 2; ++i) {
    const auto turn = one.turn(3, &member, now);
    ASSERT_TRUE(turn);
    EXPECT_FALSE(one.spent(*turn));
    one.given(*turn, &member, now);
    one.refuse(1, 1, &member, Duration(), now);
  }
  const auto third = one.turn(3, &member, now);
  ASSERT_TRUE(third);
  EXPECT_TRUE(one.spent(*third));
  EXPECT_FALSE(one.terminated(*third));
  one.bury(*third);
  EXPECT_EQ(one.pending(), 1u);
  const auto second = one.turn(3, &member, now);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->number, 2u);
  one.given(*second, &member, now);
  one.terminate(2, 2, nullptr, now);
  EXPECT_TRUE(one.terminated(*one.turn(3, &member, now)));
  one.left(&member, now), one.expire(now + 1h);
  one.passed(1, 1);
  EXPECT_EQ(one.floor(), 2u);
}

TEST(Consumer, WhereDeliveriesAreCountedASuspectIsGivenAlone) {
  Consumer one(1);
  one.options({1s, 10, 3});
  const Instant now{std::chrono::hours(1)};
  const int first = 0, second = 0;
  const auto give = [&](const int& to) {
    const auto turn = one.turn(5, &to, now);
    if (turn) one.given(*turn, &to, now);
    return turn ? turn->number * 10 + turn->attempt : 0;
  };
  EXPECT_EQ(give(first), 11u);
  EXPECT_EQ(give(first), 21u);
  EXPECT_EQ(give(second), 31u);
  one.left(&first, now);
  EXPECT_EQ(give(second), 0u);  // it has something
  EXPECT_EQ(give(first), 12u);
  EXPECT_EQ(give(first), 0u);
  one.acknowledge(3, 3, &second);
  EXPECT_EQ(give(second), 22u);
  EXPECT_EQ(give(second), 0u);  // not even what was given to nobody
  one.acknowledge(1, 1, &first);
  EXPECT_EQ(give(first), 41u);
}

TEST(Consumer, NumbersThatNobodyHasAreNotPending) {
  Consumer one(5);
  const Instant now{std::chrono::hours(1)};
  EXPECT_EQ(one.acknowledge(0, UINT64_MAX - 1, nullptr), 0u);
  EXPECT_EQ(one.acknowledge(7, 3, nullptr), 0u);
  EXPECT_EQ(one.refuse(1, UINT64_MAX, nullptr, std::nullopt, now), 0u);
  EXPECT_EQ(one.gone(9), 4u);
  EXPECT_EQ(one.next(), 9u);
}

}  // namespace
}  // namespace leat::hub
