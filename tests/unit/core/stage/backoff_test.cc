#include "core/stage/backoff.h"

#include <gtest/gtest.h>

#include "core/base/random.h"

namespace leat {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1'000'000s};

// The least and the most that chance can take.
struct Chance final : Random {
  explicit Chance(uint64_t always) : bits(always) {}
  uint64_t next() override { return bits; }
  uint64_t bits;
};

Retry retry_of(uint64_t attempts, Retry::Kind kind, double least) {
  Retry retry;
  retry.attempts = attempts, retry.kind = kind, retry.least = least;
  return retry;
}

std::vector<Duration> waits(const Retry& retry, Random& random) {
  Backoff backoff(retry, random);
  std::vector<Duration> all;
  for (Instant now = kStart;; now += all.back()) {
    const auto wait = backoff.failed(now, "connect", "refused");
    if (!wait) return all;
    all.push_back(*wait);
  }
}

TEST(Backoff, Row114AttemptsCountTheFirst) {
  Chance chance(0);
  EXPECT_EQ(waits(retry_of(3, Retry::Kind::fixed, 1), chance).size(), 2u);
  EXPECT_EQ(waits(retry_of(1, Retry::Kind::fixed, 1), chance).size(), 0u);
  EXPECT_EQ(waits(retry_of(0, Retry::Kind::fixed, 1), chance).size(), 0u);  // there is always a first
}

TEST(Backoff, Row115TheFirstWaitIsTheBaseItself) {
  Chance chance(0);
  const std::vector<Duration> expected{100ms, 200ms, 400ms, 800ms, 1600ms, 3200ms, 6400ms, 12800ms, 25600ms, 30s, 30s};
  EXPECT_EQ(waits(retry_of(12, Retry::Kind::exponential, 1), chance), expected);
}

TEST(Backoff, LinearAndFixedWaits) {
  Chance chance(0);
  Retry linear = retry_of(6, Retry::Kind::linear, 1);
  linear.max = 350ms;
  EXPECT_EQ(waits(linear, chance), (std::vector<Duration>{100ms, 200ms, 300ms, 350ms, 350ms}));
  EXPECT_EQ(waits(retry_of(4, Retry::Kind::fixed, 1), chance), (std::vector<Duration>{100ms, 100ms, 100ms}));
}

TEST(Backoff, NoAttemptOverflowsTheWait) {
  Retry retry;
  retry.base = Duration(int64_t{1} << 60), retry.max = Duration::max();
  EXPECT_EQ(Backoff::longest(retry, 1), retry.base);
  for (uint64_t k : {4u, 64u, 4'000'000'000u}) EXPECT_EQ(Backoff::longest(retry, k), retry.max) << k;
}

TEST(Backoff, Row116ChanceTakesAllOfAWaitOrAPartOfIt) {
  Chance least(0), most(UINT64_MAX);
  EXPECT_EQ(waits(retry_of(2, Retry::Kind::fixed, 0), least), std::vector<Duration>{0ms});
  EXPECT_EQ(waits(retry_of(2, Retry::Kind::fixed, 0.5), least), std::vector<Duration>{50ms});
  const auto high = waits(retry_of(2, Retry::Kind::fixed, 0.5), most);
  EXPECT_LE(high[0], Duration(100ms));
  EXPECT_GT(high[0], Duration(99ms));
  SplitMix random(1);
  double sum = 0;
  for (int i = 0; i < 10000; ++i) sum += static_cast<double>(waits(retry_of(2, Retry::Kind::fixed, 0.5), random)[0].count());
  EXPECT_NEAR(sum / 10000, 75e6, 1e6);  // the mean of 50 ms to 100 ms
}

TEST(Backoff, Row111AttemptsAndTheirTimesAreTheTrueOnes) {
  Chance chance(0);
  Backoff backoff(retry_of(3, Retry::Kind::fixed, 1), chance);
  EXPECT_EQ(backoff.attempts(), 0u);
  EXPECT_TRUE(backoff.failed(kStart, "connect", ""));
  EXPECT_TRUE(backoff.failed(kStart + 1s, "connect", ""));
  EXPECT_FALSE(backoff.failed(kStart + 5s, "connect", ""));
  EXPECT_EQ(backoff.attempts(), 3u);
  EXPECT_EQ(backoff.first(), kStart);
  EXPECT_EQ(backoff.last(), kStart + 5s);
  backoff.reset();
  EXPECT_EQ(backoff.attempts(), 0u);
  EXPECT_TRUE(backoff.failed(kStart + 9s, "connect", ""));
  EXPECT_EQ(backoff.first(), kStart + 9s);
}

TEST(Backoff, WhatIsNotWorthAnotherAttemptIsNotTriedAgain) {
  Chance chance(0);
  Retry retry = retry_of(9, Retry::Kind::fixed, 1);
  retry.on = {"timeout", "Connection reset"};
  retry.never = {"reset by hand"};
  const auto again = [&](std::string_view code, std::string_view text) {
    Backoff backoff(retry, chance);
    return backoff.failed(kStart, code, text).has_value();
  };
  EXPECT_TRUE(again("timeout", "late"));
  EXPECT_TRUE(again("write", "cannot write x: Connection reset by peer"));
  EXPECT_FALSE(again("write", "cannot write x: Broken pipe"));
  EXPECT_FALSE(again("timeouts", "late"));  // a code is named whole
  EXPECT_FALSE(again("timeout", "was reset by hand"));
  retry.on.clear();
  EXPECT_TRUE(again("write", "cannot write x: Broken pipe"));
}

}  // namespace
}  // namespace leat
