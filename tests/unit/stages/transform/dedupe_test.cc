// dedupe. Expected lines by hand: of equal keys the first passes.
#include <gtest/gtest.h>

#include "stages/catalog.h"
#include "tests/support/turn.h"

namespace leat {
namespace {

using test::at_second;
using test::lines;
using Lines = std::vector<std::string>;

// What jq's == calls equal is one key: jq -s 'map(. == $first)' over each of these groups.
TEST(Dedupe, KeysAreTheSameHoweverTheyAreSpelt) {
  EXPECT_EQ(
      test::run_lawful(kDedupe, {{"key", ".k"}},
                       lines({R"({"k":1})", R"({"k":1.0})", R"({"k":1e0,"x":2})", R"({"k":10e-1})", R"({"k":"1"})", R"({"k":"A"})",
                              R"({"k":"\u0041"})", R"({"k":1e20})", R"({"k":100000000000000000000})", R"({"k":null})", "{}", R"({"k":0.5})",
                              R"({"k":5e-1})", R"({"k":-0})", R"({"k":0})", R"({"k":9007199254740993})", R"({"k":9007199254740992})"}))
          .out(),
      (Lines{R"({"k":1})", R"({"k":"1"})", R"({"k":"A"})", R"({"k":1e20})", R"({"k":null})", R"({"k":0.5})", R"({"k":-0})",
             R"({"k":9007199254740993})", R"({"k":9007199254740992})"}));
}

TEST(Dedupe, TheWholeRecordIsTheKeyUnlessOneIsNamed) {
  EXPECT_EQ(test::run_lawful(kDedupe, {}, lines({R"({"a":1,"b":[2]})", R"({ "b": [2.0], "a": 1 })", R"({"a":1,"b":[3]})"})).out(),
            (Lines{R"({"a":1,"b":[2]})", R"({"a":1,"b":[3]})"}));
}

TEST(Dedupe, SeveralOutputsAreOneKeyAndNoneIsOneToo) {
  EXPECT_EQ(test::run_lawful(kDedupe, {{"key", ".[]"}}, lines({"[1,2]", "[12]", "[1,2.0]", "[]", "[]", "[\"1\\n2\"]"})).out(),
            (Lines{"[1,2]", "[12]", "[]", "[\"1\\n2\"]"}));
}

TEST(Dedupe, Row59_WhatIsOlderThanTheTtlPassesAndWhatIsAsOldDoesNot) {
  const std::vector<test::Line> script{{"1", at_second(0)}, {"1", at_second(10)}, {"1", at_second(10) + Duration(1)}};
  EXPECT_EQ(test::run_lawful(kDedupe, {{"ttl", "10s"}}, script).out().size(), 2u);
  EXPECT_EQ(test::run_lawful(kDedupe, {}, {{"1", at_second(0)}, {"1", at_second(1e9)}}).out().size(), 1u) << "without a ttl for good";
}

TEST(Dedupe, Row59_AKeyIsRememberedFromItsFirstSightOrItsLast) {
  const std::vector<test::Line> script{{"1", at_second(0)}, {"1", at_second(6)}, {"1", at_second(11)}, {"1", at_second(16)}};
  EXPECT_EQ(test::run_lawful(kDedupe, {{"ttl", "10s"}}, script).out(), (Lines{"1", "1"}));
  EXPECT_EQ(test::run_lawful(kDedupe, {{"ttl", "10s"}, {"refresh"}}, script).out(), (Lines{"1"}));
}

TEST(Dedupe, Row60_TheKeySeenLongestAgoIsForgottenFirst) {
  const auto script = lines({"1", "2", "1", "3", "2", "1"});
  const auto by_first = test::run_lawful(kDedupe, {{"max_keys", "2"}}, script);
  EXPECT_EQ(by_first.out(), (Lines{"1", "2", "3", "1"}));
  EXPECT_EQ(by_first.counted.at("evicted"), 2u);
  const auto by_last = test::run_lawful(kDedupe, {{"max_keys", "2"}, {"refresh"}}, script);
  EXPECT_EQ(by_last.out(), (Lines{"1", "2", "3", "2", "1"}));
  EXPECT_EQ(by_last.counted.at("evicted"), 3u);
}

TEST(Dedupe, WhatHasHadItsTimeIsNotEvicted) {
  const std::vector<test::Line> script{{"1", at_second(0)}, {"2", at_second(11)}, {"3", at_second(22)}};
  EXPECT_TRUE(test::run_lawful(kDedupe, {{"ttl", "10s"}, {"max_keys", "1"}}, script).counted.empty());
}

// Five keys of 30 MiB are more than the 128 MiB there is for keys: the first is forgotten, the last is not.
TEST(Dedupe, LongKeysAreBoundedTogether) {
  test::Rig rig(kDedupe, {});
  const auto passes = [&](char letter) {
    const size_t before = rig.held().size();
    rig.feed({{'"' + std::string(30u << 20, letter) + '"'}}, 1);
    return rig.held().size() > before;
  };
  for (char letter : {'a', 'b', 'c', 'd', 'e'}) EXPECT_TRUE(passes(letter)) << letter;
  EXPECT_FALSE(passes('e'));
  EXPECT_EQ(rig.outcome().counted.at("evicted"), 1u);
  EXPECT_TRUE(passes('a'));
}

TEST(Dedupe, AKeyThatCannotBeWorkedOutFails) {
  const auto outcome = test::run_lawful(kDedupe, {{"key", ".a.b"}}, lines({R"({"a":{"b":1}})", R"({"a":1})", "{"}));
  EXPECT_EQ(outcome.out(), (Lines{R"({"a":{"b":1}})"}));
  ASSERT_EQ(outcome.failed.size(), 2u);
  EXPECT_EQ(outcome.failed[0].code + outcome.failed[1].code, std::string("expression") + "malformed");
}

}  // namespace
}  // namespace leat
