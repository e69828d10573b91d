// throttle, debounce and rate on the clock of the test. The rows are those of the table of behaviours. Expected records by hand: the
// moments stand beside them.
#include <gtest/gtest.h>

#include "stages/catalog.h"
#include "stages/transform/bucket.h"
#include "tests/support/turn.h"

namespace leat {
namespace {

using std::chrono::milliseconds;
using test::at_second;
using test::lines;
using Lines = std::vector<std::string>;

std::vector<test::Line> timed(std::initializer_list<std::pair<double, std::string_view>> all) {
  std::vector<test::Line> script;
  for (const auto& [second, text] : all) script.push_back({std::string(text), at_second(second)});
  return script;
}

TEST(Throttle, Row55_TheFirstPassesThenNoneUntilTheDurationIsOver) {
  const auto script = timed({{1, "1"}, {1, "2"}, {1.4, "3"}, {1.499999999, "4"}, {1.5, "5"}, {1.6, "6"}, {9, "7"}});
  const auto outcome = test::run_lawful(kThrottle, {{"duration", "500ms"}}, script);
  EXPECT_EQ(outcome.out(), (Lines{"1", "5", "7"}));
  EXPECT_EQ(outcome.at(2), (Lines{"2", "3", "4", "6"}));
}

TEST(Throttle, EachKeyOnItsOwn) {
  const auto script = timed({{1, R"({"k":1,"h":"a"})"},
                             {2, R"({"k":2,"h":"a"})"},
                             {3, R"({"k":1.0,"h":"a"})"},
                             {10, R"({"k":2,"h":"a"})"},
                             {11, R"({"k":1,"h":"a"})"}});
  EXPECT_EQ(test::run_lawful(kThrottle, {{"duration", "10s"}, {"by", ".k"}, {"by", ".h"}}, script).out(),
            (Lines{script[0].text, script[1].text, script[4].text}));
}

TEST(Throttle, TheKeyThatPassedLongestAgoIsForgottenFirst) {
  const auto outcome =
      test::run_lawful(kThrottle, {{"duration", "1h"}, {"by", "."}, {"max_keys", "2"}}, lines({"1", "2", "1", "3", "2", "1"}));
  EXPECT_EQ(outcome.out(), (Lines{"1", "2", "3", "1"}));
  EXPECT_EQ(outcome.counted.at("evicted"), 2u);
  EXPECT_TRUE(
      test::run_lawful(kThrottle, {{"duration", "1s"}, {"by", "."}, {"max_keys", "1"}}, timed({{1, "1"}, {2, "2"}})).counted.empty());
}

TEST(Throttle, AKeyThatCannotBeWorkedOutFails) {
  EXPECT_EQ(test::run_lawful(kThrottle, {{"duration", "1s"}, {"by", ".[]"}}, lines({"[1]", "[]", "[1,2]"})).failed.size(), 2u);
}

TEST(Debounce, Row58_TheLastPassesOnceItHasBeenQuiet) {
  test::Rig rig(kDebounce, {{"duration", "300ms"}});
  rig.feed(timed({{1, "1"}, {1.2, "2"}, {1.4, "3"}}), 1);
  rig.move_to(at_second(1.699999999));
  EXPECT_TRUE(rig.outcome().out().empty()) << "each record begins the wait anew";
  rig.move_to(at_second(1.7));
  EXPECT_EQ(rig.outcome().out(), (Lines{"3"}));
  EXPECT_EQ(rig.outcome().dropped.at("replaced"), 2u);
  rig.feed(timed({{5, "4"}}), 1);
  rig.finish();
  EXPECT_EQ(rig.outcome().out(), (Lines{"3", "4"})) << "the end of the input lets go what waits";
  EXPECT_EQ(rig.now(), at_second(5));
}

TEST(Debounce, Row32_ASignalLosesNothingThatWaits) {
  test::Rig rig(kDebounce, {{"duration", "1h"}});
  rig.feed(lines({"1", "2"}), 2);
  rig.finish(true);
  EXPECT_EQ(rig.outcome().out(), (Lines{"2"}));
  rig.deliver();
  EXPECT_EQ(rig.frontier().committed(), 2u);
}

TEST(Debounce, Row184_ARecordThatComesWhenTheLastIsDueDoesNotReplaceIt) {
  EXPECT_EQ(test::run_lawful(kDebounce, {{"duration", "1s"}}, timed({{1, "1"}, {2, "2"}})).out(), (Lines{"1", "2"}));
}

TEST(Debounce, KeysLeaveInTheOrderTheyWentQuiet) {
  const auto outcome = test::run_lawful(
      kDebounce, {{"duration", "10s"}, {"by", ".k"}},
      timed({{1, R"({"k":1,"n":1})"}, {2, R"({"k":2,"n":2})"}, {3, R"({"k":1,"n":3})"}, {20, R"({"k":3,"n":4})"}, {20, "[]"}}));
  EXPECT_EQ(outcome.out(), (Lines{R"({"k":2,"n":2})", R"({"k":1,"n":3})", R"({"k":3,"n":4})"}));
  EXPECT_EQ(outcome.failed.size(), 1u);
}

TEST(Debounce, MoreKeysThanMayWaitLeaveEarlyAndNoneIsLost) {
  const auto script = lines({"1", "2", "1", "3", "4"});
  const auto outcome = test::run_lawful(kDebounce, {{"duration", "1h"}, {"by", "."}, {"max_keys", "2"}}, script);
  EXPECT_EQ(outcome.out(), (Lines{"2", "1", "3", "4"}));
  EXPECT_EQ(outcome.counted.at("evicted"), 2u);
  EXPECT_EQ(outcome.dropped.at("replaced"), 1u);
  EXPECT_EQ(test::run_lawful(kDebounce, {{"duration", "1h"}, {"by", "."}, {"max_bytes", test::room_for(3)}}, script).counted.at("evicted"),
            1u);
}

// The moments at which records leave, in milliseconds from the first second.
std::vector<int64_t> moments(const std::vector<test::Set>& sets, const std::vector<test::Line>& script, size_t batch_size) {
  test::Rig rig(kRate, sets);
  std::vector<int64_t> all;
  const auto note = [&] { all.resize(rig.outcome().out().size(), std::chrono::floor<milliseconds>(rig.now() - at_second(1)).count()); };
  for (size_t from = 0; from < script.size(); from += batch_size) {
    while (rig.stage().deadline() && *rig.stage().deadline() <= script[from].at) rig.move_to(*rig.stage().deadline()), note();
    rig.feed({script.begin() + static_cast<ptrdiff_t>(from),
              script.begin() + static_cast<ptrdiff_t>(std::min(script.size(), from + batch_size))},
             batch_size);
    note();
  }
  while (rig.stage().lingers()) rig.move_to(*rig.stage().deadline()), note();
  rig.finish();
  EXPECT_EQ(all.size(), rig.outcome().out().size()) << "more left at the end than was waited for";
  return all;
}

TEST(Rate, Row56_NoneIsDroppedAndEachWaitsItsTurn) {
  const auto script = timed({{1, "1"}, {1, "2"}, {1, "3"}, {1, "4"}});
  for (size_t size : {1, 2, 4}) EXPECT_EQ(moments({{"rate", "100/s"}}, script, size), (std::vector<int64_t>{0, 10, 20, 30}));
  EXPECT_EQ(test::run_lawful(kRate, {{"rate", "100/s"}}, script).out(), (Lines{"1", "2", "3", "4"}));
}

TEST(Rate, Row56_ARateBelowOneASecond) {
  const auto script = timed({{1, "1"}, {1, "2"}, {4, "3"}, {4, "4"}});
  EXPECT_EQ(moments({{"rate", "0.5/s"}}, script, 1), (std::vector<int64_t>{0, 2000, 4000, 6000}));
  EXPECT_EQ(moments({{"rate", "30/m"}}, script, 1), (std::vector<int64_t>{0, 2000, 4000, 6000}));
  EXPECT_EQ(moments({{"rate", "1/2s"}}, script, 1), (std::vector<int64_t>{0, 2000, 4000, 6000}));
}

// Three tokens at once; two seconds later two have been made again, and never more than three are kept.
TEST(Rate, Row57_ABucketOfTokens) {
  const auto script = timed({{1, "1"}, {1, "2"}, {1, "3"}, {1, "4"}, {1, "5"}, {9, "6"}, {9, "7"}, {9, "8"}, {9, "9"}});
  EXPECT_EQ(moments({{"rate", "1/s"}, {"burst", "3"}}, script, 1), (std::vector<int64_t>{0, 0, 0, 1000, 2000, 8000, 8000, 8000, 9000}));
}

TEST(Rate, Row57_WhatIsTooMuchIsDroppedOrFails) {
  const auto script = timed({{1, "1"}, {1, "2"}, {1, "3"}, {1.5, "4"}, {1.5, "5"}});
  const auto dropped = test::run_lawful(kRate, {{"rate", "2/s"}, {"on_excess", "drop"}}, script);
  EXPECT_EQ(dropped.out(), (Lines{"1", "2", "4"})) << "by default the bucket holds what comes in a second";
  EXPECT_EQ(dropped.at(2), (Lines{"3", "5"}));
  const auto failed = test::run_lawful(kRate, {{"rate", "2/s"}, {"burst", "1"}, {"on_excess", "dlq"}}, script);
  EXPECT_EQ(failed.out(), (Lines{"1", "4"}));
  ASSERT_EQ(failed.failed.size(), 3u);
  EXPECT_EQ(failed.failed[0], (test::Failed{"2", "rate", "more than 2/s"}));
}

TEST(Rate, Row91_RefusesWhatIsNoRate) {
  for (std::string_view rate : {"0/s", "-1/s", "100", "/s", "100/", "x/s", "1/0s", "1/x", "1e-12/s"})
    EXPECT_NE(test::refusal(kRate, {{"rate", rate}}), "") << rate;
  for (std::string_view rate : {"0.5/s", "1/h", "100/s", "1e6/s", "3/250ms", "2/d"})
    EXPECT_EQ(test::refusal(kRate, {{"rate", rate}}), "") << rate;
  EXPECT_NE(test::refusal(kRate, {{"rate", "1/d"}, {"burst", "900000000"}}), "");
}

// A clock that is looked at every 10 ms alone still lets 100000 a second through.
TEST(Rate, ALateClockDoesNotMakeItSlower) {
  test::Rig rig(kRate, {{"rate", "100000/s"}, {"max_records", "100000"}});
  std::vector<test::Line> script(5000, {"1", at_second(1)});
  rig.feed(script, 5000);
  for (int tick = 1; tick <= 5; ++tick) {
    test::FakeTurn turn(at_second(1) + tick * milliseconds(10), rig.pool());
    rig.stage().tick(turn);
    size_t left = 0;
    for (auto& [port, batch] : turn.emitted) left += batch.size(), batch.let_go();
    EXPECT_EQ(left, tick == 5 ? 999u : 1000u);
  }
  EXPECT_FALSE(rig.stage().lingers());
}

TEST(Bucket, ThirdsDoNotDrift) {
  Bucket bucket(*rate_of("3/s"), 1);
  Instant at = at_second(1000);
  for (int i = 0; i < 3'000'000; ++i) {
    at = std::max(at, bucket.next());
    bucket.take(at);
  }
  EXPECT_LE(std::chrono::abs(bucket.next() - at_second(1'001'000)), Duration(2));
}

// A turn whose reader has room or has none.
class ReaderTurn final : public test::FakeTurn {
 public:
  ReaderTurn(Instant at, Pool& pool, bool is_full, bool& held) : FakeTurn(at, pool), full_(is_full), held_(held) {}
  bool full() const override { return full_; }
  void hold(bool is) override { held_ = is; }

 private:
  const bool full_;
  bool& held_;
};

class RateReader : public testing::Test {
 protected:
  size_t sent(const ReaderTurn& turn) {
    size_t count = 0;
    for (const auto& [port, batch] : turn.emitted) count += port == kOut ? batch.size() : 0;
    return count;
  }
  // Brings so many records; answers how many leave at once.
  size_t bring(Stage& stage, int count, double second, bool is_full) {
    SlabRef slab = pool.take();
    for (int i = 0; i < count; ++i) slab->add("1");
    Batch batch(std::move(slab), {}, 0);
    ReaderTurn turn(at_second(second), pool, is_full, held);
    stage.process(batch, turn);
    return sent(turn) + batch.size();
  }
  std::unique_ptr<Stage> make(const std::vector<test::Set>& sets) {
    auto made = kRate.make(test::settings_of(kRate, sets), {});
    EXPECT_TRUE(made);
    return std::move(*made);
  }
  Pool pool;
  bool held = false;
};

TEST_F(RateReader, WhoeverBringsPausesFromFullToHalf) {
  const auto stage = make({{"rate", "1/s"}, {"max_records", "4"}});
  EXPECT_EQ(bring(*stage, 4, 1, false), 1u);
  EXPECT_FALSE(held);
  bring(*stage, 1, 1, false);
  EXPECT_TRUE(held);
  for (double second : {2, 3, 4}) {
    EXPECT_TRUE(held) << second;
    ReaderTurn turn(at_second(second), pool, false, held);
    stage->tick(turn);
    EXPECT_EQ(sent(turn), 1u);
  }
  EXPECT_FALSE(held);
}

TEST_F(RateReader, WhatAFullReaderMissedIsNotMadeUpFor) {
  const auto stage = make({{"rate", "10/s"}});
  EXPECT_EQ(bring(*stage, 50, 1, false), 1u);
  ReaderTurn full(at_second(1.1), pool, true, held);
  stage->tick(full);
  EXPECT_EQ(sent(full), 0u);
  EXPECT_FALSE(stage->deadline()) << "the clock would spin until there is room";
  ReaderTurn room(at_second(4), pool, false, held);
  stage->room(room);
  EXPECT_EQ(sent(room), 1u);
  EXPECT_EQ(*stage->deadline(), at_second(4) + milliseconds(100));
}

TEST_F(RateReader, WhatWasGrantedWaitsForAReaderAndPausesWhoBringsMore) {
  const auto stage = make({{"rate", "5/s"}, {"on_excess", "drop"}, {"max_records", "3"}});
  EXPECT_EQ(bring(*stage, 9, 1, true), 0u);
  EXPECT_TRUE(held);
  EXPECT_FALSE(stage->deadline());
  ReaderTurn room(at_second(2), pool, false, held);
  stage->room(room);
  EXPECT_EQ(sent(room), 5u);
  EXPECT_FALSE(held);
}

}  // namespace
}  // namespace leat
