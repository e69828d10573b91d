// sort and topk. Expected lines are those of jq's sort_by and group_by, or by hand where time decides.
#include <algorithm>

#include <gtest/gtest.h>

#include "core/base/random.h"
#include "core/data/json.h"
#include "core/data/order.h"
#include "stages/catalog.h"
#include "tests/support/turn.h"

namespace leat {
namespace {

using test::at_second;
using test::lines;
using Lines = std::vector<std::string>;

// Records {"k":...,"n":arrival} with many equal keys of all kinds.
std::vector<test::Line> shuffled(size_t count, uint64_t seed) {
  static const Lines keys{"null", "false", "true", "-1", "0", "2.50", "1e3", "\"\"", "\"a\"", "[]", "[1]", "{}", R"({"a":1})"};
  SplitMix random(seed);
  std::vector<test::Line> all;
  for (size_t i = 0; i < count; ++i) all.push_back({"{\"k\":" + keys[random.next() % keys.size()] + ",\"n\":" + std::to_string(i) + "}"});
  return all;
}

Value key_of(const std::string& line) {
  Value value;
  json::Mistake mistake;
  EXPECT_TRUE(json::parse(line, json::Keep::copied, value, mistake)) << line;
  return *value.find("k");
}

Lines texts(const std::vector<test::Line>& script) {
  Lines all;
  for (const test::Line& line : script) all.push_back(line.text);
  return all;
}

Lines sorted(Lines all, bool falling) {
  std::stable_sort(all.begin(), all.end(), [&](const std::string& a, const std::string& b) {
    return falling ? compare(key_of(b), key_of(a)) < 0 : compare(key_of(a), key_of(b)) < 0;
  });
  return all;
}

// jq -c -s 'sort_by(.k)[]' over one record of each kind of key.
TEST(Sort, OrdersAsJqDoes) {
  const auto outcome =
      test::run_lawful(kSort, {{"key", ".k"}},
                       lines({R"({"k":{"b":1}})", R"({"k":[2]})", R"({"k":"b"})", R"({"k":"a"})", R"({"k":10})", R"({"k":9.5})",
                              R"({"k":true})", R"({"k":false})", "{}", R"({"k":[1,5]})", R"({"k":{"a":2}})"}));
  EXPECT_EQ(outcome.out(), (Lines{"{}", R"({"k":false})", R"({"k":true})", R"({"k":9.5})", R"({"k":10})", R"({"k":"a"})", R"({"k":"b"})",
                                  R"({"k":[1,5]})", R"({"k":[2]})", R"({"k":{"a":2}})", R"({"k":{"b":1}})"}));
}

TEST(Sort, KeepsTheOrderOfEqualKeysBothWays) {
  const auto script = shuffled(200, 7);
  EXPECT_EQ(test::run_lawful(kSort, {{"key", ".k"}}, script).out(), sorted(texts(script), false));
  EXPECT_EQ(test::run_lawful(kSort, {{"key", ".k"}, {"desc"}}, script).out(), sorted(texts(script), true));
}

TEST(Sort, FurtherKeysOrderWhatIsEqual) {
  const auto script = lines({R"({"a":1,"b":1})", R"({"a":0,"b":2})", R"({"a":1,"b":2})", R"({"a":0,"b":1})"});
  const Lines rising{R"({"a":0,"b":1})", R"({"a":0,"b":2})", R"({"a":1,"b":1})", R"({"a":1,"b":2})"};
  EXPECT_EQ(test::run_lawful(kSort, {{"key", ".a"}, {"by", ".b"}}, script).out(), rising);
  EXPECT_EQ(test::run_lawful(kSort, {{"key", ".a, .b"}}, script).out(), rising);
  EXPECT_EQ(test::run_lawful(kSort, {{"key", ".a"}, {"by", "-.b"}}, script).out(), (Lines{rising[1], rising[0], rising[3], rising[2]}));
}

// Numbers that compute to nan are below themselves; nothing may get lost or run away for it.
TEST(Sort, LosesNothingToKeysThatEqualNothing) {
  EXPECT_EQ(test::run_lawful(kSort, {{"key", "nan"}}, shuffled(100, 3)).out().size(), 100u);
  EXPECT_EQ(test::run_lawful(kSort, {{"key", "nan"}, {"within", "7"}}, shuffled(100, 3)).out().size(), 100u);
}

// The law of --within N: a record that is at most N places from where it belongs gets there.
TEST(Sort, WithinAReachPutsRightWhatIsNoFurtherOff) {
  SplitMix random(11);
  std::vector<int> numbers(300);
  for (int i = 0; i < 300; ++i) numbers[static_cast<size_t>(i)] = i;
  for (size_t from = 0; from + 6 <= numbers.size(); from += 6)  // shuffled within sixes: no further off than five
    for (size_t i = 5; i > 0; --i) std::swap(numbers[from + i], numbers[from + random.next() % (i + 1)]);
  std::vector<test::Line> script;
  Lines wanted;
  for (int number : numbers) script.push_back({"{\"k\":" + std::to_string(number) + "}"});
  for (int i = 0; i < 300; ++i) wanted.push_back("{\"k\":" + std::to_string(i) + "}");
  const auto outcome = test::run_lawful(kSort, {{"key", ".k"}, {"within", "5"}}, script);
  EXPECT_EQ(outcome.out(), wanted);
  EXPECT_TRUE(outcome.counted.empty());
}

TEST(Sort, WhatComesTooLateLeavesAtOnceAndIsCounted) {
  const auto outcome = test::run_lawful(kSort, {{"key", "."}, {"within", "1"}}, lines({"3", "4", "5", "1", "6", "7"}));
  EXPECT_EQ(outcome.out(), (Lines{"3", "4", "1", "5", "6", "7"}));
  EXPECT_EQ(outcome.counted.at("unordered"), 1u);
}

TEST(Sort, HoldsARecordNoLongerThanItSays) {
  test::Rig rig(kSort, {{"key", "."}, {"for", "5s"}});
  rig.feed({{"3", at_second(0)}, {"1", at_second(1)}, {"2", at_second(4)}}, 1);
  EXPECT_TRUE(rig.outcome().out().empty());
  rig.move_to(at_second(5));  // the 3 has waited for 5 s, and 1 and 2 belong before it
  EXPECT_EQ(rig.outcome().out(), (Lines{"1", "2", "3"}));
  rig.feed({{"9", at_second(6)}, {"8", at_second(7)}}, 1);
  rig.move_to(at_second(11.5));
  EXPECT_EQ(rig.outcome().out(), (Lines{"1", "2", "3", "8", "9"}));
  EXPECT_EQ(rig.stage().deadline(), std::nullopt);
  rig.finish();
  rig.deliver();
  EXPECT_EQ(rig.frontier().committed(), 5u);
}

TEST(Sort, BatchesAreInvisibleToTime) {
  std::vector<test::Line> script;
  SplitMix random(5);
  for (int i = 0; i < 120; ++i) script.push_back({std::to_string(random.next() % 50), at_second(i / 10)});
  test::run_lawful(kSort, {{"key", "."}, {"for", "3s"}}, script);
  test::run_lawful(kSort, {{"key", "."}, {"for", "3s"}, {"within", "8"}}, script);
}

TEST(Sort, PastTheBoundsAWholeSortRefusesAndAReachLetsGoEarly) {
  const auto script = lines({"4", "3", "2", "1"});
  const auto whole = test::run_lawful(kSort, {{"key", "."}, {"max_records", "3"}}, script);
  EXPECT_EQ(whole.out(), (Lines{"2", "3", "4"}));
  ASSERT_EQ(whole.failed.size(), 1u);
  EXPECT_EQ(whole.failed[0].record + whole.failed[0].code, "1limit");
  const auto bytes = test::run_lawful(kSort, {{"key", "."}, {"max_bytes", "1"}}, script);
  EXPECT_EQ(bytes.failed.size(), 4u);
  const auto reach = test::run_lawful(kSort, {{"key", "."}, {"for", "1h"}, {"max_records", "3"}}, script);
  EXPECT_EQ(reach.out(), (Lines{"1", "2", "3", "4"}));
  EXPECT_EQ(reach.counted.at("early"), 1u);
  const auto none = test::run_lawful(kSort, {{"key", "."}, {"within", "3"}, {"max_bytes", "1"}}, script);
  EXPECT_EQ(none.out(), (Lines{"4", "3", "2", "1"}));
  EXPECT_EQ(none.counted.at("early"), 4u);
}

TEST(Sort, AKeyThatCannotBeWorkedOutFails) {
  const auto outcome = test::run_lawful(kSort, {{"key", ".a.b"}}, lines({R"({"a":{"b":1}})", R"({"a":1})"}));
  EXPECT_EQ(outcome.out(), (Lines{R"({"a":{"b":1}})"}));
  ASSERT_EQ(outcome.failed.size(), 1u);
  EXPECT_EQ(outcome.failed[0].code, "expression");
}

// jq -c -s 'group_by(.h)[] | sort_by(-.v)[:2][]'
TEST(TopK, TheHighestOfEachGroup) {
  EXPECT_EQ(test::run_lawful(kTopK, {{"count", "2"}, {"value", ".v"}, {"by", ".h"}},
                             lines({R"({"h":"b","v":1})", R"({"h":"a","v":5})", R"({"h":"b","v":3})", R"({"h":"b","v":2})",
                                    R"({"h":"a","v":7})", R"({"h":"a","v":6})"}))
                .out(),
            (Lines{R"({"h":"a","v":7})", R"({"h":"a","v":6})", R"({"h":"b","v":3})", R"({"h":"b","v":2})"}));
}

TEST(TopK, IsTheHeadOfTheSortedInput) {
  const auto script = shuffled(300, 9);
  for (const bool lowest : {false, true}) {
    Lines wanted = texts(script);
    std::erase_if(wanted, [](const std::string& line) { return key_of(line).is_null(); });
    wanted = sorted(wanted, !lowest);
    wanted.resize(25);
    std::vector<test::Set> sets{{"count", "25"}, {"value", ".k"}};
    if (lowest) sets.push_back({"lowest"});
    EXPECT_EQ(test::run_lawful(kTopK, sets, script).out(), wanted);
  }
}

TEST(TopK, AnswersForEachIntervalThatBroughtSomething) {
  test::Rig rig(kTopK, {{"count", "1"}, {"value", "."}, {"every", "1m"}});
  rig.feed({{"1", at_second(10)}, {"2", at_second(59)}}, 1);
  EXPECT_EQ(rig.stage().deadline(), at_second(60));
  rig.feed({{"3", at_second(60)}}, 1);
  EXPECT_EQ(rig.outcome().out(), (Lines{"2"}));
  rig.move_to(at_second(600));
  EXPECT_EQ(rig.outcome().out(), (Lines{"2", "3"}));
  rig.feed({{"null", at_second(601)}}, 1);
  EXPECT_EQ(rig.stage().deadline(), std::nullopt);
  rig.finish();
  EXPECT_EQ(rig.held().size(), 2u);
}

// What has no chance any more is let go at once, so that its source may go on.
TEST(TopK, OwesNothingForWhatItHasDropped) {
  test::Rig rig(kTopK, {{"count", "1"}, {"value", "."}});
  rig.feed(lines({"5", "7", "6"}), 1);
  EXPECT_EQ(rig.frontier().committed(), 1u);
  EXPECT_EQ(rig.frontier().pending(), 1u);
  rig.finish();
  rig.deliver();
  EXPECT_EQ(rig.frontier().committed(), 3u);
}

TEST(TopK, GroupsAndBytesAreBounded) {
  const std::vector<test::Set> by{{"count", "1"}, {"value", ".[1]"}, {"by", ".[0]"}, {"max_keys", "2"}};
  const auto groups = test::run_lawful(kTopK, by, lines({"[1,1]", "[2,1]", "[3,1]", "[1,2]"}));
  EXPECT_EQ(groups.out(), (Lines{"[1,2]", "[2,1]"}));
  ASSERT_EQ(groups.failed.size(), 1u);
  EXPECT_EQ(groups.failed[0].record + groups.failed[0].code, "[3,1]limit");
  EXPECT_EQ(test::run_lawful(kTopK, {{"count", "1"}, {"value", "."}, {"max_bytes", "1"}}, lines({"1", "2"})).failed.size(), 2u);
}

}  // namespace
}  // namespace leat
