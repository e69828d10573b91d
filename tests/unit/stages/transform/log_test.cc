// log: what is said of records, and that it is said of them alone. Rows 169 and 170. Expected lines by hand.
#include <gtest/gtest.h>

#include "stages/catalog.h"
#include "tests/support/turn.h"

namespace leat {
namespace {

using test::at_second;
using test::lines;
using Lines = std::vector<std::string>;

TEST(Log, Row170SaysALineForEachOutputAndPassesTheRecord) {
  const auto script = lines({R"({"m":"a b","n":1})", R"({ "m": ["x"] })", R"({"m":null})"});
  const auto outcome = test::run_lawful(kLog, {{"message", ".m"}}, script);
  EXPECT_EQ(outcome.out(), (Lines{R"({"m":"a b","n":1})", R"({ "m": ["x"] })", R"({"m":null})"}));
  EXPECT_EQ(outcome.notes, (Lines{"note: a b", "note: [\"x\"]", "note: null"}));
  EXPECT_EQ(test::run_lawful(kLog, {{"message", ".n | numbers, ."}, {"level", "error"}}, script).notes,
            (Lines{"error: 1", "error: 1", "error: null", "error: null"}));
  EXPECT_EQ(test::run_lawful(kLog, {}, lines({"[1, 2]"})).notes, (Lines{"note: [1,2]"}));
}

TEST(Log, ChoosesByExpressionAndByNumber) {
  const auto script = lines({"1", "2", "3", "4", "5"});
  EXPECT_EQ(test::run_lawful(kLog, {{"message", "select(. > 3)"}}, script).notes, (Lines{"note: 4", "note: 5"}));
  EXPECT_EQ(test::run_lawful(kLog, {{"every", "2"}}, script).notes, (Lines{"note: 1", "note: 3", "note: 5"}));
}

TEST(Log, AnExpressionThatFailsSaysSoAndTheRecordPasses) {
  const auto outcome = test::run_lawful(kLog, {{"message", ".a + 1"}}, lines({R"({"a":"x"})"}));
  EXPECT_EQ(outcome.out().size(), 1u);
  EXPECT_TRUE(outcome.failed.empty());
  ASSERT_EQ(outcome.notes.size(), 1u);
  EXPECT_EQ(outcome.notes[0].find("note: no message: "), 0u) << outcome.notes[0];
}

TEST(Log, MoreThanTheRateIsCountedAndToldOf) {
  test::Rig rig(kLog, {{"rate", "2/s"}});
  rig.feed({{"1", at_second(1)}, {"2", at_second(1)}, {"3", at_second(1)}, {"4", at_second(1.4)}, {"5", at_second(1.5)}}, 1);
  EXPECT_EQ(rig.outcome().notes, (Lines{"note: 1", "note: 2", "note: 2 lines not shown, by --rate", "note: 5"}));
  rig.feed({{"6", at_second(1.5)}}, 1);
  rig.finish();
  EXPECT_EQ(rig.outcome().notes.back(), "note: 1 lines not shown, by --rate");
  rig.deliver();
  EXPECT_EQ(rig.outcome().out().size(), 6u);
}

TEST(Log, TheRateIsOfLinesHoweverManyARecordGives) {
  test::Rig rig(kLog, {{"message", ".[]"}, {"rate", "2/s"}});
  rig.feed({{"[1,2,3,4,5]", at_second(1)}}, 1);
  rig.finish();
  rig.deliver();
  EXPECT_EQ(rig.outcome().notes, (Lines{"note: 1", "note: 2", "note: 3 lines not shown, by --rate"}));
}

TEST(Log, WhatNobodyTakesIsLostAndCountedAndToldOfLater) {
  test::Rig rig(kLog, {});
  rig.stuck(true);
  rig.feed(lines({"1", "2"}), 1);
  EXPECT_EQ(rig.outcome().notes, Lines());
  EXPECT_EQ(rig.outcome().counted.at("unlogged"), 2u);
  rig.stuck(false);
  rig.feed(lines({"3"}), 1);
  EXPECT_EQ(rig.outcome().notes, (Lines{"warning: 2 lines are lost: nobody took them", "note: 3"}));
  EXPECT_EQ(rig.outcome().out().size(), 3u) << "the records went on";
  rig.finish();
  rig.deliver();
}

TEST(Log, RefusesWhatIsNoRate) { EXPECT_NE(test::refusal(kLog, {{"rate", "fast"}}).find("wants a rate such as 100/s"), std::string::npos); }

}  // namespace
}  // namespace leat
