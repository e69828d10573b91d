// take and skip. Expected lines are those of head -n and tail -n.
#include <gtest/gtest.h>

#include "stages/catalog.h"
#include "tests/support/turn.h"

namespace leat {
namespace {

using test::lines;
using Lines = std::vector<std::string>;

const std::vector<test::Line> kFive = lines({"1", "2", "3", "4", "5"});

TEST(Take, PassesTheFirstAndIsDone) {
  const auto outcome = test::run_lawful(kTake, {{"count", "3"}}, kFive);
  EXPECT_EQ(outcome.out(), (Lines{"1", "2", "3"}));
  EXPECT_TRUE(outcome.done);
}

TEST(Take, IsDoneAtTheNthRecordAndNotAtTheNextOne) {
  EXPECT_TRUE(test::run(kTake, {{"count", "5"}}, kFive, 5).done);
  EXPECT_FALSE(test::run(kTake, {{"count", "6"}}, kFive, 5).done);
}

TEST(Take, NothingPassesAfterDone) {
  test::Rig rig(kTake, {{"count", "1"}});
  rig.feed(kFive, 5);
  rig.feed(kFive, 2);
  EXPECT_EQ(rig.outcome().out(), (Lines{"1"}));
  rig.deliver();
  EXPECT_EQ(rig.frontier().committed(), 10u);
}

TEST(Skip, DropsTheFirst) {
  EXPECT_EQ(test::run_lawful(kSkip, {{"count", "2"}}, kFive).out(), (Lines{"3", "4", "5"}));
  EXPECT_TRUE(test::run_lawful(kSkip, {{"count", "5"}}, kFive).out().empty());
  EXPECT_TRUE(test::run_lawful(kSkip, {{"count", "9"}}, kFive).out().empty());
}

TEST(TakeAndSkip, CountsStartAtOne) {
  for (const StageSpec* spec : {&kTake, &kSkip}) {
    EXPECT_FALSE(check_value(spec->options[0], "0"));
    EXPECT_FALSE(check_value(spec->options[0], "-1"));
    EXPECT_TRUE(check_value(spec->options[0], "1"));
  }
}

}  // namespace
}  // namespace leat
