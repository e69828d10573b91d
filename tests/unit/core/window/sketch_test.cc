// The sketches against exact answers worked out beside them.
#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "core/window/distinct.h"
#include "core/window/hash.h"
#include "core/window/quantile.h"
#include "core/window/topk.h"

namespace leat::window {
namespace {

// SQL's percentile_disc: the least value with at least that share of the values at or below it.
double exact(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  size_t rank = 1;
  while (static_cast<double>(rank) / static_cast<double>(values.size()) < share - 1e-12) ++rank;
  return values[rank - 1];
}

std::vector<double> draw(int shape, size_t count, std::mt19937_64& random) {
  std::vector<double> values(count);
  std::lognormal_distribution<double> skewed(3, 2);
  std::uniform_real_distribution<double> even(-1000, 1000);
  std::uniform_int_distribution<int> small(-3, 3);
  for (double& value : values) value = shape == 0 ? skewed(random) : shape == 1 ? even(random) : small(random);
  return values;
}

TEST(Quantile, IsExactWhileFew) {
  std::mt19937_64 random(1);
  for (size_t count = 1; count <= Quantile::kExact; ++count) {
    const auto values = draw(static_cast<int>(count % 3), count, random);
    Quantile quantile;
    for (double value : values) quantile.add(value);
    for (double share : {0.0, 0.01, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0})
      EXPECT_EQ(quantile.at(share), exact(values, share)) << count << " " << share;
  }
}

TEST(Quantile, NothingGivesNothing) { EXPECT_FALSE(Quantile().at(0.5)); }

TEST(Quantile, StaysWithinItsErrorHoweverItIsSplit) {
  std::mt19937_64 random(2);
  for (int shape : {0, 1, 2})
    for (size_t parts : {1, 3, 50}) {
      const auto values = draw(shape, 20'000, random);
      std::vector<Quantile> split(parts);
      for (size_t i = 0; i < values.size(); ++i) split[i % parts].add(values[i]);
      Quantile all;
      for (const Quantile& part : split) all.merge(part);
      EXPECT_EQ(all.count(), values.size());
      for (double share = 0; share <= 1.0; share += 0.01) {
        const double want = exact(values, share);
        EXPECT_NEAR(*all.at(share), want, std::abs(want) * Quantile::kError + 1e-300) << shape << " " << parts << " " << share;
      }
    }
}

TEST(Quantile, TheEndsAreExactAndNothingLiesOutside) {
  Quantile quantile;
  for (int i = 1; i <= 1000; ++i) quantile.add(i * 1.1);
  EXPECT_EQ(*quantile.at(0), 1.1);
  EXPECT_EQ(*quantile.at(1), 1100.0);
}

TEST(Quantile, HugeSpreadLosesOnlyTheSmallestMagnitudes) {
  Quantile quantile;
  for (int exponent = -300; exponent <= 300; ++exponent) quantile.add(std::pow(10.0, exponent));
  for (int exponent = 282; exponent < 300; ++exponent) {
    const double share = static_cast<double>(exponent + 301) / 601;
    EXPECT_NEAR(*quantile.at(share) / std::pow(10.0, exponent), 1, Quantile::kError) << exponent;
  }
  EXPECT_LE(*quantile.at(0.3), 1e282);
}

TEST(Quantile, TakesEveryDouble) {
  Quantile quantile;
  for (int i = 0; i < 100; ++i)
    for (double value : {0.0, -0.0, 5e-324, -5e-324, 1.7976931348623157e308, -1.7976931348623157e308, static_cast<double>(INFINITY),
                         static_cast<double>(-INFINITY)})
      quantile.add(value);
  quantile.add(NAN);
  EXPECT_EQ(quantile.count(), 800u);
  EXPECT_EQ(*quantile.at(0.5), 0);
  EXPECT_EQ(*quantile.at(1), 1.7976931348623157e308);
}

TEST(Distinct, IsExactWhileFew) {
  Distinct distinct;
  for (int round = 0; round < 3; ++round)
    for (size_t i = 0; i < Distinct::kExact; ++i) distinct.add(hash(std::to_string(i), 0));
  EXPECT_EQ(distinct.count(), Distinct::kExact);
}

TEST(Distinct, ErrsAsLittleAsItSaysHoweverItIsSplit) {
  for (uint64_t count : {300u, 1'000u, 4'000u, 20'000u}) {
    double squares = 0;
    constexpr int kRuns = 40;
    for (int run = 0; run < kRuns; ++run) {
      Distinct halves[2];
      for (uint64_t i = 0; i < count; ++i) {
        const uint64_t bits = hash(std::to_string(i), static_cast<uint64_t>(run));
        halves[i % 2].add(bits);
        if (i % 3 == 0) halves[(i + 1) % 2].add(bits);
      }
      halves[0].merge(halves[1]);
      const double error = static_cast<double>(halves[0].count()) / static_cast<double>(count) - 1;
      EXPECT_LT(std::abs(error), 5 * Distinct::kError) << count;
      squares += error * error;
    }
    EXPECT_LT(std::sqrt(squares / kRuns), 1.4 * Distinct::kError) << count;
  }
}

TEST(TopK, IsExactWhileThereAreCountersForAll) {
  TopK topk(2);
  for (int i = 0; i < 30; ++i) topk.add(i % 3 == 0 ? "\"a\"" : i % 5 == 0 ? "\"b\"" : "\"c\"");
  const auto top = topk.top();
  ASSERT_EQ(top.size(), 2u);
  EXPECT_EQ(top[0].value, "\"c\"");
  EXPECT_EQ(top[0].count, 16u);
  EXPECT_EQ(top[1].value, "\"a\"");
  EXPECT_EQ(top[1].count, 10u);
  EXPECT_EQ(top[1].error, 0u);
}

// Its three promises, on an input with far more values than counters: never too low, too high by at most `error`, and every value
// seen more often than n / counters times, and more often than the last of them, is among the top.
TEST(TopK, KeepsItsPromisesHoweverItIsSplit) {
  std::mt19937_64 random(3);
  std::geometric_distribution<int> common(0.05);
  std::uniform_int_distribution<int> rare(0, 100'000);
  for (size_t parts : {1, 4}) {
    std::map<std::string, uint64_t> truth;
    std::vector<TopK> split(parts, TopK(20));
    for (size_t i = 0; i < 50'000; ++i) {
      const std::string value = i % 2 ? "c" + std::to_string(common(random)) : "r" + std::to_string(rare(random));
      ++truth[value];
      split[i % parts].add(value);
    }
    for (size_t i = 1; i < parts; ++i) split[0].merge(split[i]);
    std::map<std::string, TopK::Entry> found;
    for (const auto& entry : split[0].top()) found[std::string(entry.value)] = entry;
    EXPECT_EQ(found.size(), 20u);
    for (const auto& [value, entry] : found) {
      EXPECT_GE(entry.count, truth[value]) << value;
      EXPECT_LE(entry.count - entry.error, truth[value]) << value;
    }
    const uint64_t often = std::max(50'000 / split[0].counters(), split[0].top().back().count);
    for (const auto& [value, count] : truth) EXPECT_TRUE(count <= often || found.count(value)) << value << " " << count;
  }
}

}  // namespace
}  // namespace leat::window
