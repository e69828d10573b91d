#include "core/stage/breaker.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/base/random.h"

namespace leat {
namespace {

using namespace std::chrono_literals;
using State = Breaker::State;

// A breaker, the time, and what it told.
struct Bench {
  explicit Bench(Breaker::Options options = {})
      : breaker(options, [this](const Breaker::Event& event) {
          events.push_back(
              fmt::format("{} to {}, {} of {}", Breaker::name(event.from), Breaker::name(event.to), event.failed, event.attempts));
          waits.push_back(event.wait);
        }) {}

  bool attempt(bool good) {
    const auto pass = breaker.begin(now);
    if (!pass) return false;
    good ? breaker.passed(*pass, now) : breaker.failed(*pass, now);
    return true;
  }
  void attempts(int n, bool good) {
    for (int i = 0; i < n; ++i) ASSERT_TRUE(attempt(good)) << i;
  }
  State state() { return breaker.state(now); }

  std::vector<std::string> events;
  std::vector<Duration> waits;
  Instant now{1'000'000s};
  Breaker breaker;
};

TEST(Breaker, Row119OpensAtTheRateOnceThereWereEnoughAttempts) {
  Bench b;
  b.attempts(5, true);
  b.attempts(4, false);
  EXPECT_EQ(b.state(), State::closed);  // nine attempts decide nothing
  b.attempts(1, false);
  EXPECT_EQ(b.state(), State::open);
  EXPECT_EQ(b.events, std::vector<std::string>{"closed to open, 5 of 10"});
}

TEST(Breaker, StaysClosedBelowTheRate) {
  Bench b;
  b.attempts(100, true);
  b.attempts(99, false);
  EXPECT_EQ(b.state(), State::closed);
  b.attempts(1, false);
  EXPECT_EQ(b.state(), State::open);
}

TEST(Breaker, ASuccessNeverOpens) {
  Bench b({.rate = 0.1, .min = 10});
  b.attempts(9, false);
  b.attempts(1, true);  // the tenth attempt: now the rate holds, but nothing has failed
  EXPECT_EQ(b.state(), State::closed);
  b.attempts(1, false);
  EXPECT_EQ(b.state(), State::open);
}

TEST(Breaker, Row119OpenRefusesUntilItsTimeIsOver) {
  Bench b;
  b.attempts(10, false);
  b.now += 30s - 1ns;
  EXPECT_FALSE(b.attempt(true));
  EXPECT_EQ(b.state(), State::open);
  b.now += 1ns;
  EXPECT_EQ(b.state(), State::half_open);
  EXPECT_EQ(b.breaker.stats().refused, 1u);
}

TEST(Breaker, Row119AllProbesMustPass) {
  Bench b;
  b.attempts(10, false);
  b.now += 30s;
  b.attempts(2, true);
  EXPECT_EQ(b.state(), State::half_open);
  b.attempts(1, true);
  EXPECT_EQ(b.state(), State::closed);
  EXPECT_EQ(b.events, (std::vector<std::string>{"closed to open, 10 of 10", "open to half-open, 0 of 0", "half-open to closed, 0 of 3"}));
  b.attempts(9, false);  // what was before is forgotten
  EXPECT_EQ(b.state(), State::closed);
}

TEST(Breaker, OneFailedProbeOpensAgain) {
  Bench b;
  b.attempts(10, false);
  b.now += 30s;
  b.attempts(2, true);
  b.attempts(1, false);
  EXPECT_EQ(b.state(), State::open);
  EXPECT_EQ(b.events.back(), "half-open to open, 1 of 3");
}

TEST(Breaker, NoMoreProbesThanAllowedAreUnderWay) {
  Bench b({.probes = 2});
  b.attempts(10, false);
  b.now += 30s;
  const auto first = b.breaker.begin(b.now), second = b.breaker.begin(b.now);
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(b.breaker.begin(b.now));
  b.breaker.unused(*second);  // its place is free again
  const auto third = b.breaker.begin(b.now);
  ASSERT_TRUE(third);
  b.breaker.passed(*first, b.now);
  EXPECT_EQ(b.state(), State::half_open);
  b.breaker.passed(*third, b.now);
  EXPECT_EQ(b.state(), State::closed);
  EXPECT_EQ(b.breaker.stats().attempts, 12u);  // the unused one was none
}

TEST(Breaker, WhatBeganUnderAnotherStateDecidesNothing) {
  Bench b;
  const auto early = b.breaker.begin(b.now), late = b.breaker.begin(b.now), third = b.breaker.begin(b.now);
  b.attempts(10, false);
  b.breaker.failed(*early, b.now);  // already open
  b.now += 30s;
  b.breaker.passed(*late, b.now);  // no probe
  b.attempts(2, true);
  EXPECT_EQ(b.state(), State::half_open);
  b.breaker.failed(*third, b.now);
  EXPECT_EQ(b.state(), State::half_open);
  EXPECT_EQ(b.breaker.stats().failed, 12u);
}

TEST(Breaker, Row120TheOpenTimeGrowsToItsCapAndBeginsAnewWhenClosed) {
  Bench b({.probes = 1, .open_max = 100s});
  b.attempts(10, false);
  for (int i = 0; i < 3; ++i) b.now = b.breaker.until(), b.attempts(1, false);
  b.now = b.breaker.until();
  b.attempts(1, true);
  b.attempts(10, false);
  std::vector<Duration> open;
  for (size_t i = 0; i < b.events.size(); ++i)
    if (b.waits[i] > 0s) open.push_back(b.waits[i]);
  EXPECT_EQ(open, (std::vector<Duration>{30s, 60s, 100s, 100s, 30s}));
}

TEST(Breaker, Row121OldAttemptsLeaveTheWindow) {
  Bench b;
  b.attempts(1000, true);
  b.now += 60s;
  b.attempts(9, false);
  EXPECT_EQ(b.state(), State::closed);
  b.attempts(1, false);  // of the last minute all have failed, of the whole run a hundredth
  EXPECT_EQ(b.state(), State::open);
  EXPECT_EQ(b.events, std::vector<std::string>{"closed to open, 10 of 10"});
}

TEST(Breaker, Row121OldFailuresLeaveTheWindow) {
  Bench b;
  for (int i = 0; i < 100; ++i) b.attempts(1, false), b.now += 7s;  // never ten within a minute
  EXPECT_EQ(b.state(), State::closed);
}

TEST(Breaker, Row123CountsOfTheWholeRun) {
  Bench b;
  b.attempts(3, true);
  b.now += 5s;
  b.attempts(2, false);
  const auto stats = b.breaker.stats();
  EXPECT_EQ(stats.attempts, 5u);
  EXPECT_EQ(stats.passed, 3u);
  EXPECT_EQ(stats.failed, 2u);
  EXPECT_EQ(stats.passed_in_a_row, 0u);
  EXPECT_EQ(stats.failed_in_a_row, 2u);
  EXPECT_EQ(stats.last_failure, b.now);
  b.attempts(1, true);
  EXPECT_EQ(b.breaker.stats().failed_in_a_row, 0u);
}

TEST(Breaker, AClockThatIsSetBackShortensNothing) {
  Bench b;
  b.attempts(10, false);
  b.now -= 1h;
  EXPECT_EQ(b.state(), State::open);
  b.now += 1h + 30s;
  EXPECT_EQ(b.state(), State::half_open);
}

TEST(Breaker, AnOpenTimeWithoutEndDoesNotWrapAround) {
  Bench b({.open = Duration::max(), .growth = 1000, .open_max = Duration::max()});
  b.attempts(10, false);
  b.now += 1000h;
  EXPECT_EQ(b.state(), State::open);
}

// The same by the book: every attempt is kept, and the window counted anew each time.
class Model {
 public:
  explicit Model(const Breaker::Options& options) : o_(options) {}
  State state(int64_t now) {
    if (state_ == State::open && now >= until_) state_ = State::half_open, good_ = 0;
    return state_;
  }
  bool attempt(int64_t now, bool good) {
    if (state(now) == State::open) return false;
    if (state_ == State::half_open) {
      if (!good)
        open(now);
      else if (++good_ == o_.probes)
        state_ = State::closed, wait_ = 0, seen_.clear();
      return true;
    }
    seen_.push_back({now / width(), good});
    while (seen_.front().first <= now / width() - 32) seen_.pop_front();
    uint64_t failed = 0;
    for (const auto& [slot, fine] : seen_) failed += !fine;
    if (!good && seen_.size() >= o_.min && static_cast<double>(failed) >= o_.rate * static_cast<double>(seen_.size())) open(now);
    return true;
  }

 private:
  int64_t width() const { return o_.over.count() / 32; }
  void open(int64_t now) {
    wait_ = wait_ == 0 ? o_.open.count() : std::min<int64_t>(wait_ * 2, o_.open_max.count());
    until_ = now + wait_, state_ = State::open;
    seen_.clear();
  }
  const Breaker::Options o_;
  State state_ = State::closed;
  int64_t until_ = 0, wait_ = 0;
  uint64_t good_ = 0;
  std::deque<std::pair<int64_t, bool>> seen_;
};

TEST(Breaker, Row179AgreesWithTheModelWhateverHappens) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    SplitMix random(seed);
    Breaker::Options options;
    options.rate = static_cast<double>(1 + random.next() % 10) / 10;
    options.min = 1 + random.next() % 12;
    options.probes = 1 + random.next() % 4;
    options.over = 32ms * (1 + random.next() % 50);
    options.open = 1ms * (1 + random.next() % 100);
    options.open_max = options.open * (1 + random.next() % 9);
    Bench b(options);
    Model model(options);
    const uint64_t bad = 1 + random.next() % 9;
    for (int i = 0; i < 2000; ++i) {
      b.now += 1ms * (random.next() % 20);
      const bool good = random.next() % 10 >= bad;
      const int64_t now = b.now.time_since_epoch().count();
      ASSERT_EQ(b.attempt(good), model.attempt(now, good)) << "seed " << seed << ", attempt " << i;
      ASSERT_EQ(b.state(), model.state(now)) << "seed " << seed << ", attempt " << i;
    }
    EXPECT_EQ(b.breaker.stats().attempts, b.breaker.stats().passed + b.breaker.stats().failed);
  }
}

}  // namespace
}  // namespace leat
