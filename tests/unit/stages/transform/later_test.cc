// delay and merge: records that leave later than they came. The rows are those of the table of behaviours. Expected records by hand.
#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "core/codec/json_format.h"
#include "stages/catalog.h"
#include "tests/support/turn.h"

namespace leat {
namespace {

using std::chrono::milliseconds;
using test::at_second;
using test::lines;
using Lines = std::vector<std::string>;

std::string stamped(double second, std::string_view rest = "") { return "{\"t\":" + std::to_string(second) + std::string(rest) + "}"; }

TEST(Delay, EachRecordLeavesSoMuchLater) {
  test::Rig rig(kDelay, {{"duration", "2s"}});
  rig.feed({{"1", at_second(1)}, {"2", at_second(2)}, {"3", at_second(2)}}, 2);
  rig.move_to(at_second(3) - Duration(1));
  EXPECT_TRUE(rig.outcome().out().empty());
  rig.move_to(at_second(3));
  EXPECT_EQ(rig.outcome().out(), (Lines{"1"}));
  rig.move_to(at_second(4));
  EXPECT_EQ(rig.outcome().out(), (Lines{"1", "2", "3"}));
  EXPECT_FALSE(rig.stage().lingers());
}

TEST(Delay, TheEndOfTheInputWaitsASignalDoesNot) {
  for (const bool drained : {false, true}) {
    test::Rig rig(kDelay, {{"duration", "2s"}});
    rig.feed({{"1", at_second(1)}}, 1);
    rig.finish(drained);
    EXPECT_EQ(rig.outcome().out(), (Lines{"1"}));
    EXPECT_EQ(rig.now(), at_second(drained ? 1 : 3));
  }
}

TEST(Delay, LaterThanTheTimeARecordSays) {
  const std::vector<test::Set> sets{{"duration", "10s"}, {"time", ".t"}};
  const std::vector<test::Line> script{{stamped(95), at_second(100)},
                                       {stamped(93), at_second(100)},
                                       {stamped(90), at_second(100)},
                                       {stamped(20), at_second(101)},
                                       {stamped(95, ",\"n\":2"), at_second(102)}};
  EXPECT_EQ(test::run_lawful(kDelay, sets, script).out(),
            (Lines{stamped(90), stamped(20), stamped(93), stamped(95), stamped(95, ",\"n\":2")}));
}

TEST(Delay, ATimeTooFarAheadFailsAndHoldsNobodyUp) {
  const std::vector<test::Line> script{{"{\"t\":3700.5}", at_second(100)},
                                       {"{\"t\":\"soon\"}", at_second(100)},
                                       {"{}", at_second(100)},
                                       {"{\"t\":100}", at_second(100)},
                                       {"{\"t\":1e9}", at_second(100)}};
  const auto outcome = test::run_lawful(kDelay, {{"duration", "1s"}, {"time", ".t"}}, script);
  EXPECT_EQ(outcome.out(), (Lines{"{\"t\":100}"}));
  ASSERT_EQ(outcome.failed.size(), 4u);
  EXPECT_EQ(outcome.failed[0], (test::Failed{"{\"t\":3700.5}", "limit", "its time is more than 1h ahead (ahead)"}));
  EXPECT_EQ(outcome.failed[1].code, "type");
}

TEST(Delay, EnvelopesAndOrderSurviveTheWait) {
  test::Rig rig(kDelay, {{"duration", "1s"}});
  rig.envelopes([](size_t line) {
    Envelope envelope;
    envelope.subject = "line " + std::to_string(line);
    return envelope;
  });
  rig.feed(lines({"1", "2"}), 1);
  rig.finish();
  ASSERT_EQ(rig.held().size(), 1u) << "what leaves together is one batch";
  const Batch& batch = rig.held()[0].second;
  EXPECT_EQ(batch.slab().envelopes.at(0).subject, "line 0");
  EXPECT_EQ(batch.slab().envelopes.at(1).subject, "line 1");
}

// A turn that notes whom the stage pauses.
class HoldTurn final : public test::FakeTurn {
 public:
  HoldTurn(Instant at, Pool& pool, std::map<uint16_t, bool>& held) : FakeTurn(at, pool), held_(held) {}
  void hold(bool is) override { held_[0] = is; }
  void hold_from(uint16_t origin, bool is) override { held_[origin] = is; }

 private:
  std::map<uint16_t, bool>& held_;
};

TEST(Delay, WhoeverBringsPausesFromFullToHalf) {
  Pool pool;
  auto made = kDelay.make(test::settings_of(kDelay, {{"duration", "1s"}, {"max_records", "4"}}), {});
  ASSERT_TRUE(made);
  Stage& stage = **made;
  std::map<uint16_t, bool> held;
  for (int second = 1; second <= 4; ++second) {
    SlabRef slab = pool.take();
    slab->add("1");
    Batch batch(std::move(slab), {}, 0);
    HoldTurn turn(at_second(1) + second * milliseconds(100), pool, held);
    stage.process(batch, turn);
    EXPECT_EQ(held[0], second == 4);
  }
  for (int second = 1; second <= 2; ++second) {
    EXPECT_TRUE(held[0]);
    HoldTurn turn(at_second(2) + second * milliseconds(100), pool, held);
    stage.tick(turn);
    EXPECT_EQ(turn.emitted.size(), 1u);
  }
  EXPECT_TRUE(held[0]) << "two of four wait still";
  HoldTurn turn(at_second(2) + 3 * milliseconds(100), pool, held);
  stage.tick(turn);
  EXPECT_FALSE(held[0]);
}

const std::vector<test::Set> kByTime{{"time", ".t"}};

TEST(Merge, Row85_TwoInputsLeaveInOrderOfTime) {
  test::Rig rig(kMerge, kByTime, {0, 1});
  rig.feed({{"{\"t\":1}", at_second(9), 0}, {"{\"t\":5}", at_second(9), 0}, {"{\"t\":9}", at_second(9), 0}}, 7);
  EXPECT_TRUE(rig.outcome().out().empty()) << "the other may bring older ones";
  rig.feed({{"{\"t\":2}", at_second(9), 1}, {"{\"t\":5,\"n\":1}", at_second(9), 1}, {"{\"t\":6}", at_second(9), 1}}, 7);
  EXPECT_EQ(rig.outcome().out(), (Lines{"{\"t\":1}", "{\"t\":2}", "{\"t\":5}", "{\"t\":5,\"n\":1}"}));
  rig.end(0);
  EXPECT_EQ(rig.outcome().out().size(), 4u) << "of its latest moment the second can bring more";
  rig.finish();
  EXPECT_EQ(rig.outcome().out(), (Lines{"{\"t\":1}", "{\"t\":2}", "{\"t\":5}", "{\"t\":5,\"n\":1}", "{\"t\":6}", "{\"t\":9}"}));
  rig.deliver();
  EXPECT_EQ(rig.frontier().committed(), 6u);
}

// However the blocks of the inputs follow each other, the same comes out: the sorted whole.
TEST(Merge, Row84_TheSameWhateverTheBlocks) {
  std::mt19937 random(7);
  std::vector<std::vector<test::Line>> inputs(3);
  std::vector<std::pair<std::pair<int, int>, std::string>> all;
  for (int input = 0; input < 3; ++input)
    for (int i = 0, time = 0; i < 50; ++i) {
      time += static_cast<int>(random() % 3);
      const std::string text =
          "{\"t\":" + std::to_string(time) + ",\"from\":" + std::to_string(input) + ",\"n\":" + std::to_string(i) + "}";
      inputs[static_cast<size_t>(input)].push_back({text, at_second(1), static_cast<uint16_t>(input)});
      all.push_back({{time, input}, text});
    }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  Lines sorted;
  for (const auto& [place, text] : all) sorted.push_back(text);
  for (int round = 0; round < 20; ++round) {
    test::Rig rig(kMerge, kByTime, {0, 1, 2});
    std::vector<size_t> at(3, 0);
    while (at[0] + at[1] + at[2] < 150) {
      const size_t input = random() % 3, count = std::min<size_t>(1 + random() % 9, 50 - at[input]);
      const auto begin = inputs[input].begin() + static_cast<ptrdiff_t>(at[input]);
      rig.feed({begin, begin + static_cast<ptrdiff_t>(count)}, count);
      if ((at[input] += count) == 50 && count > 0) rig.end(static_cast<uint16_t>(input));
    }
    rig.finish();
    ASSERT_EQ(rig.outcome().out(), sorted) << "round " << round;
    EXPECT_TRUE(rig.outcome().at(2).empty());
  }
}

TEST(Merge, OutOfOrderWithinTheDisorderAndLateBehindIt) {
  const auto outcome = test::run_lawful(kMerge, {{"time", ".t"}, {"disorder", "2s"}},
                                        lines({"{\"t\":5}", "{\"t\":3}", "{\"t\":8}", "{\"t\":5.5}", "{\"t\":6}", "{}", "{\"t\":7}"}));
  EXPECT_EQ(outcome.out(), (Lines{"{\"t\":3}", "{\"t\":5}", "{\"t\":6}", "{\"t\":7}", "{\"t\":8}"}));
  EXPECT_EQ(outcome.at(2), (Lines{"{\"t\":5.5}"}));
  ASSERT_EQ(outcome.failed.size(), 1u);
  EXPECT_EQ(outcome.failed[0].code, "type");
}

TEST(Merge, ASilentInputIsNotWaitedForLonger) {
  test::Rig rig(kMerge, {{"time", ".t"}, {"idle", "10s"}}, {0, 1});
  rig.feed({{"{\"t\":1}", at_second(100), 0}, {"{\"t\":2}", at_second(100), 0}}, 2);
  rig.move_to(at_second(110) - Duration(1));
  EXPECT_TRUE(rig.outcome().out().empty());
  rig.move_to(at_second(110));
  EXPECT_EQ(rig.outcome().out(), (Lines{"{\"t\":1}"}));
  rig.feed({{"{\"t\":0}", at_second(111), 1}, {"{\"t\":2}", at_second(111), 1}}, 2);
  EXPECT_EQ(rig.outcome().at(2), (Lines{"{\"t\":0}"}));
  rig.finish();
  EXPECT_EQ(rig.outcome().out(), (Lines{"{\"t\":1}", "{\"t\":2}", "{\"t\":2}"}));
}

class MergeBounds : public testing::Test {
 protected:
  void make(std::string_view disorder = "1ns") {
    const uint16_t inputs[] = {0, 1};
    auto made = kMerge.make(test::settings_of(kMerge, {{"time", ".t"}, {"max_records", "4"}, {"disorder", disorder}}),
                            {.fields = &plan, .inputs = inputs});
    ASSERT_TRUE(made);
    stage = std::move(*made);
    reader = json_format().reader(plan);
  }
  // Brings one record; answers how many leave.
  size_t bring(uint16_t origin, int time) {
    SlabRef slab = pool.take();
    slab->format = &json_format();
    slab->add("{\"t\":" + std::to_string(time) + "}");
    slab->width = plan.width(), slab->columns.resize(plan.width()), slab->looked = {Slab::kGood};
    reader->prepare(*slab, 1);
    EXPECT_TRUE(reader->read(*slab, 0, slab->columns.data()));
    Batch batch(std::move(slab), {}, origin);
    HoldTurn turn(at_second(1), pool, held);
    stage->process(batch, turn);
    early += turn.counts["early"];
    size_t count = 0;
    for (const auto& [port, made] : turn.emitted) count += made.size();
    return count;
  }
  Pool pool;
  FieldPlan plan;
  std::unique_ptr<Reader> reader;
  std::unique_ptr<Stage> stage;
  std::map<uint16_t, bool> held;
  uint64_t early = 0;
};

TEST_F(MergeBounds, OnlyTheInputThatIsAheadPausesUntilHalfHasLeft) {
  make();
  for (int time = 1; time <= 5; ++time) EXPECT_EQ(bring(0, time), 0u);
  EXPECT_TRUE(held[0]);
  EXPECT_EQ(bring(1, 3), 2u);
  EXPECT_TRUE(held[0]) << "three of its four wait still";
  EXPECT_EQ(bring(1, 5), 3u);
  EXPECT_FALSE(held[0]);
  EXPECT_FALSE(held[1]);
  EXPECT_EQ(early, 0u);
}

TEST_F(MergeBounds, TheInputThatOthersWaitForIsNeverPausedAndItsOldestLeave) {
  make("1h");
  size_t left = 0;
  for (int time = 1; time <= 9; ++time) left += bring(0, time) + bring(1, time);
  EXPECT_FALSE(held[0] && held[1]) << "with both paused nothing would ever move";
  EXPECT_GT(early, 0u);
  EXPECT_EQ(left, early);
  EXPECT_LE(18 - left, 8u + 1) << "no more wait than four of each input, and what is under way";
}

}  // namespace
}  // namespace leat
