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

// The answer over the values of a JSON array, each at the second of its place.
std::string over(std::string_view name, std::string_view values, std::vector<double> parameters = {}, double seconds = 10) {
  const auto aggregate = Aggregate::make(name, parameters);
  EXPECT_TRUE(aggregate) << name;
  auto state = aggregate->start();
  uint64_t at = 0;
  const Value list = value(values);
  for (const Value& item : list.items()) {
    EXPECT_TRUE(aggregate->accepts(item));
    aggregate->add(state, item, {static_cast<int64_t>(at), at});
    ++at;
  }
  return text(aggregate->answer(state, seconds));
}

TEST(Aggregate, ByHand) {
  EXPECT_EQ(over("count", "[1,\"a\",null,false]"), "3");
  EXPECT_EQ(over("sum", "[1,2,3.5]"), "6.5");
  EXPECT_EQ(over("sum", "[1.5,2.5]"), "4");
  EXPECT_EQ(over("avg", "[1,2,4,null]"), "2.3333333333333335");
  EXPECT_EQ(over("min", "[3,1,2]"), "1");
  EXPECT_EQ(over("max", "[3,10,2]"), "10");
  EXPECT_EQ(over("max", "[\"b\",\"a\",5]"), "\"b\"");
  EXPECT_EQ(over("min", "[\"b\",\"a\"]"), "\"a\"");
  EXPECT_EQ(over("first", "[null,7,8]"), "7");
  EXPECT_EQ(over("last", "[7,{\"a\":8},null]"), "{\"a\":8}");
  EXPECT_EQ(over("rate", "[5,15]"), "2");
  EXPECT_EQ(over("p50", "[4,1,3,2]"), "2");
  EXPECT_EQ(over("p99", "[1,2,3]"), "3");
  EXPECT_EQ(over("quantile", "[1,2,3,4]", {0.75}), "3");
  EXPECT_EQ(over("distinct", "[1,1.0,\"1\",[1],[1.0],null]"), "3");
  EXPECT_EQ(over("topk", "[\"x\",\"y\",\"x\"]", {1}), R"([{"value":"x","count":2}])");
  EXPECT_EQ(over("collect", "[5,4,null,3]", {2}), "[5,4]");
}

TEST(Aggregate, OfNothingIsNullAndCountZero) {
  for (std::string_view name : {"sum", "avg", "var", "min", "max", "first", "last", "p50"}) EXPECT_EQ(over(name, "[null]"), "null") << name;
  EXPECT_EQ(over("count", "[null]"), "0");
  EXPECT_EQ(over("distinct", "[]"), "0");
  EXPECT_EQ(over("topk", "[]"), "[]");
  EXPECT_EQ(over("collect", "[]"), "[]");
  EXPECT_EQ(over("rate", "[1]", {}, 0), "null");
}

// python3: statistics.variance
TEST(Aggregate, VarianceIsThatOfASample) {
  EXPECT_EQ(over("var", "[5]"), "null");
  EXPECT_EQ(over("var", "[2,4,4,4,5,5,7,9]"), "4.571428571428571");
  // What a plain sum of squares gets wrong: 1e9 + 4, 7, 13, 16 has variance 30.
  EXPECT_EQ(over("var", "[1000000004,1000000007,1000000013,1000000016]"), "30");
}

TEST(Aggregate, WholeNumbersAreSummedExactly) {
  EXPECT_EQ(over("sum", "[9007199254740993,1,-1]"), "9007199254740993");
  EXPECT_EQ(over("sum", "[9223372036854775807,-1]"), "9223372036854775806");
  // Past 64 bits the nearest double: python3 float(2 * (2**63 - 1)).
  EXPECT_EQ(value(over("sum", "[9223372036854775807,9223372036854775807]")).number(), 18446744073709551616.0);
  EXPECT_EQ(over("max", "[9007199254740992,9007199254740993]"), "9007199254740993");
  // python3: math.fsum([1, 1e100, 1, -1e100])
  EXPECT_EQ(over("sum", "[1.0,1e100,1.0,-1e100]"), "2");
  EXPECT_EQ(value(over("sum", "[0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,1.0]")).number(), 5.5);
}

TEST(Aggregate, RefusesWhatCannotBeSummed) {
  for (std::string_view name : {"sum", "avg", "var", "rate", "p95"}) {
    EXPECT_FALSE(Aggregate::make(name)->accepts(value("\"5\""))) << name;
    EXPECT_FALSE(Aggregate::make(name)->accepts(value("true"))) << name;
    EXPECT_TRUE(Aggregate::make(name)->accepts(value("null"))) << name;
  }
  EXPECT_TRUE(Aggregate::make("count")->accepts(value("\"5\"")));
}

TEST(Aggregate, RefusesWrongNamesAndNumbers) {
  const auto refused = [](std::string_view name, std::vector<double> parameters) { return !Aggregate::make(name, parameters); };
  for (std::string_view name : {"p", "p0", "p00", "p100", "p5x", "p-5", "mean", ""}) EXPECT_TRUE(refused(name, {})) << name;
  EXPECT_FALSE(refused("p5", {}));
  EXPECT_TRUE(refused("p50", {1}));
  EXPECT_TRUE(refused("sum", {1}));
  EXPECT_TRUE(refused("quantile", {}));
  EXPECT_TRUE(refused("quantile", {1.5}));
  EXPECT_TRUE(refused("topk", {0}));
  EXPECT_TRUE(refused("topk", {2.5}));
  EXPECT_TRUE(refused("collect", {10'001}));
}

// However the values are split and in whatever order the parts are joined, the answer is that over all of them.
TEST(Aggregate, JoinedPartsAnswerAsTheWhole) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 200; ++round)
    for (std::string_view name : {"count", "sum", "avg", "min", "max", "first", "last", "p50", "distinct", "topk", "collect"}) {
      const auto aggregate = *Aggregate::make(name);
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
      EXPECT_EQ(text(aggregate.answer(joined, 1)), text(aggregate.answer(whole, 1))) << name;
    }
}

TEST(Aggregate, JoinedVariancesAgreeWithTheWhole) {
  std::mt19937_64 random(5);
  std::normal_distribution<double> around(1e6, 3);
  const auto aggregate = *Aggregate::make("var");
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
