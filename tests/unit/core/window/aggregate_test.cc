// Expected answers by python3's statistics and fractions, mlr's stats1, or counted by hand, as said at each.
#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "core/data/json.h"
#include "core/window/aggregate.h"
#include "core/window/canonical.h"

namespace leat::window {
namespace {

Value value(std::string_view text) {
  Value made;
  json::Mistake mistake;
  EXPECT_TRUE(json::parse(text, json::Keep::copied, made, mistake)) << text;
  return made;
}

std::string text(const Value& made) {
  std::string out;
  json::write(made, out);
  return out;
}

using Kind = Aggregate::Kind;

// The answer over the values of a JSON array, each at the second of its place.
std::string over(const Aggregate& aggregate, std::string_view values, double seconds = 10) {
  auto state = aggregate.start();
  uint64_t at = 0;
  const Value list = value(values);
  for (const Value& item : list.items()) {
    EXPECT_TRUE(aggregate.accepts(item));
    aggregate.add(state, item, {static_cast<int64_t>(at), at});
    ++at;
  }
  return text(aggregate.answer(state, seconds));
}
std::string over(Kind kind, std::string_view values) { return over(Aggregate(kind), values); }

TEST(Aggregate, ByHand) {
  EXPECT_EQ(over(Kind::count, "[1,\"a\",null,false,0]"), "3");
  EXPECT_EQ(over(Kind::sum, "[1,2,3.5]"), "6.5");
  EXPECT_EQ(over(Kind::sum, "[1.5,2.5]"), "4");
  EXPECT_EQ(over(Kind::avg, "[1,2,4,null]"), "2.3333333333333335");
  EXPECT_EQ(over(Kind::min, "[3,1,2]"), "1");
  EXPECT_EQ(over(Kind::max, "[3,10,2]"), "10");
  EXPECT_EQ(over(Kind::max, "[\"b\",\"a\",5]"), "\"b\"");
  EXPECT_EQ(over(Kind::min, "[\"b\",\"a\"]"), "\"a\"");
  EXPECT_EQ(over(Kind::first, "[null,7,8]"), "7");
  EXPECT_EQ(over(Kind::last, "[7,{\"a\":8},null]"), "{\"a\":8}");
  EXPECT_EQ(over(Kind::rate, "[5,15]"), "2");
  EXPECT_EQ(over(Aggregate(Kind::quantile, 0.5), "[4,1,3,2]"), "2");
  EXPECT_EQ(over(Aggregate(Kind::quantile, 0.99), "[1,2,3]"), "3");
  EXPECT_EQ(over(Aggregate(Kind::quantile, 0.75), "[1,2,3,4]"), "3");
  EXPECT_EQ(over(Kind::distinct, "[1,1.0,\"1\",[1],[1.0],null]"), "3");
  EXPECT_EQ(over(Aggregate(Kind::topk, 1), "[\"x\",\"y\",\"x\"]"), R"([{"value":"x","count":2}])");
  EXPECT_EQ(over(Aggregate(Kind::collect, 2), "[5,4,null,3]"), "[5,4]");
}

TEST(Aggregate, OfNothingIsNullAndCountZero) {
  for (Kind kind : {Kind::sum, Kind::avg, Kind::var, Kind::min, Kind::max, Kind::first, Kind::last, Kind::quantile}) {
    EXPECT_EQ(over(kind, "[null]"), "null") << static_cast<int>(kind);
    EXPECT_EQ(over(kind, "[]"), "null") << static_cast<int>(kind);
  }
  EXPECT_EQ(over(Kind::count, "[null]"), "0");
  EXPECT_EQ(over(Kind::distinct, "[]"), "0");
  EXPECT_EQ(over(Aggregate(Kind::topk, 3), "[]"), "[]");
  EXPECT_EQ(over(Aggregate(Kind::collect, 3), "[]"), "[]");
  EXPECT_EQ(over(Aggregate(Kind::rate), "[1]", 0), "null");
}

TEST(Aggregate, RecordsThemselvesAreCounted) {
  for (Kind kind : {Kind::count, Kind::rate}) {
    const Aggregate aggregate(kind);
    auto state = aggregate.start();
    for (int i = 0; i < 6; ++i) aggregate.add_record(state);
    EXPECT_EQ(text(aggregate.answer(state, 3)), kind == Kind::count ? "6" : "2");
  }
}

// python3: statistics.variance
TEST(Aggregate, VarianceIsThatOfASample) {
  EXPECT_EQ(over(Kind::var, "[5]"), "null");
  EXPECT_EQ(over(Kind::var, "[2,4,4,4,5,5,7,9]"), "4.571428571428571");
  // What a plain sum of squares gets wrong: 1e9 + 4, 7, 13, 16 has variance 30.
  EXPECT_EQ(over(Kind::var, "[1000000004,1000000007,1000000013,1000000016]"), "30");
}

TEST(Aggregate, WholeNumbersAreSummedExactly) {
  EXPECT_EQ(over(Kind::sum, "[9007199254740993,1,-1]"), "9007199254740993");
  EXPECT_EQ(over(Kind::sum, "[9223372036854775807,-1]"), "9223372036854775806");
  // Past 64 bits the nearest double: python3 float(2 * (2**63 - 1)).
  EXPECT_EQ(value(over(Kind::sum, "[9223372036854775807,9223372036854775807]")).number(), 18446744073709551616.0);
  EXPECT_EQ(over(Kind::max, "[9007199254740992,9007199254740993]"), "9007199254740993");
  // python3: math.fsum([1, 1e100, 1, -1e100])
  EXPECT_EQ(over(Kind::sum, "[1.0,1e100,1.0,-1e100]"), "2");
  EXPECT_EQ(value(over(Kind::sum, "[0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,1.0]")).number(), 5.5);
}

TEST(Aggregate, OnlyNumbersCanBeSummed) {
  for (Kind kind : {Kind::sum, Kind::avg, Kind::var, Kind::rate, Kind::quantile}) {
    EXPECT_FALSE(Aggregate(kind).accepts(value("\"5\"")));
    EXPECT_FALSE(Aggregate(kind).accepts(value("true")));
    EXPECT_TRUE(Aggregate(kind).accepts(value("null")));
  }
  for (Kind kind : {Kind::count, Kind::min, Kind::last, Kind::distinct, Kind::topk}) EXPECT_TRUE(Aggregate(kind).accepts(value("[5]")));
}

// However the values are split and in whatever order the parts are joined, the answer is that over all of them.
TEST(Aggregate, JoinedPartsAnswerAsTheWhole) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 200; ++round)
    for (Kind kind : {Kind::count, Kind::sum, Kind::avg, Kind::min, Kind::max, Kind::first, Kind::last, Kind::quantile, Kind::distinct,
                      Kind::topk, Kind::collect}) {
      const Aggregate aggregate(kind, kind == Kind::quantile ? 0.5 : 10);
      auto whole = aggregate.start();
      std::vector<Aggregate::State> parts;
      for (int i = 0; i < 4; ++i) parts.push_back(aggregate.start());
      for (uint64_t i = 0; i < random() % 40; ++i) {
        const Value item = Value::integer(static_cast<int64_t>(random() % 7));
        const Order order{static_cast<int64_t>(random() % 5), i};
        aggregate.add(whole, item, order);
        aggregate.add(parts[random() % 4], item, order);
      }
      auto joined = aggregate.start();
      std::shuffle(parts.begin(), parts.end(), random);
      for (const auto& part : parts) aggregate.merge(joined, part);
      EXPECT_EQ(text(aggregate.answer(joined, 1)), text(aggregate.answer(whole, 1))) << static_cast<int>(kind);
    }
}

TEST(Aggregate, JoinedVariancesAgreeWithTheWhole) {
  std::mt19937_64 random(5);
  std::normal_distribution<double> around(1e6, 3);
  const Aggregate aggregate(Kind::var);
  auto whole = aggregate.start(), left = aggregate.start(), right = aggregate.start();
  for (uint64_t i = 0; i < 1000; ++i) {
    const Value item = Value::real(around(random));
    aggregate.add(whole, item, {});
    aggregate.add(i < 300 ? left : right, item, {});
  }
  aggregate.merge(left, right);
  EXPECT_NEAR(aggregate.answer(left, 1).number() / aggregate.answer(whole, 1).number(), 1, 1e-9);
}

TEST(Canonical, EqualValuesAreSpeltAlike) {
  const auto spelt = [](std::string_view json) {
    std::string out;
    canonical(value(json), out);
    return out;
  };
  for (std::string_view one : {"1", "1.0", "1e0", "10e-1"}) EXPECT_EQ(spelt(one), "1");
  EXPECT_EQ(spelt("-0"), "0");
  EXPECT_EQ(spelt("0.10"), "0.1");
  EXPECT_EQ(spelt("12345678901234567890"), "12345678901234567890");
  EXPECT_EQ(spelt("\"\\u0041\\/\\u00e9\""), "\"A/é\"");
  EXPECT_EQ(spelt("{\"b\":1.0,\"a\":[2.50,{}]}"), "{\"a\":[2.5,{}],\"b\":1}");
  EXPECT_EQ(spelt("{\"a\":1,\"a\":2}"), "{\"a\":2}");
}

}  // namespace
}  // namespace leat::window
