// monitor, absent and sample. The rows are those of the table of behaviours. Expected records by hand.
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "stages/catalog.h"
#include "tests/support/turn.h"

namespace leat {
namespace {

using test::at_second;
using test::lines;
using Lines = std::vector<std::string>;

constexpr Port kReports = 2, kAbsentPort = 2, kReturned = 3;

std::string moment(int second) { return "\"1970-01-01T00:00:" + std::string(second < 10 ? "0" : "") + std::to_string(second) + "Z\""; }

std::string report(int start, int end, const std::string& rest) {
  return "{\"start\":" + moment(start) + ",\"end\":" + moment(end) + "," + rest + "}";
}

TEST(Monitor, Row61_TellsEachIntervalAndTheEnd) {
  const std::vector<test::Line> script{
      {"12", at_second(1)}, {"345", at_second(1)}, {"6", at_second(2)}, {"7", at_second(3)}, {"8", at_second(9)}};
  const auto outcome = test::run_lawful(kMonitor, {{"every", "2s"}}, script);
  EXPECT_EQ(outcome.out(), (Lines{"12", "345", "6", "7", "8"}));
  EXPECT_EQ(
      outcome.at(kReports),
      (Lines{report(1, 3, R"("records":3,"bytes":6,"rate":1.5,"total":3)"), report(3, 5, R"("records":1,"bytes":1,"rate":0.5,"total":4)"),
             report(5, 7, R"("records":0,"bytes":0,"rate":0,"total":4)"), report(7, 9, R"("records":0,"bytes":0,"rate":0,"total":4)"),
             report(9, 9, R"("records":1,"bytes":1,"rate":null,"total":5,"final":true)")}));
}

TEST(Monitor, Row61_WhereNobodyReadsItIsSaidToPeople) {
  test::Rig rig(kMonitor, {{"every", "2s"}});
  rig.unread();
  rig.feed({{"12", at_second(1)}, {"3", at_second(2)}, {"4", at_second(4)}}, 1);
  rig.move_to(at_second(4.5));
  rig.finish();
  EXPECT_TRUE(rig.outcome().at(kReports).empty());
  EXPECT_EQ(rig.outcome().notes, (Lines{"2 records, 3 B, 1 a second; 2 in all", "1 records, 1 B, 0.666667 a second; 3 in all"}));
}

TEST(Monitor, ALateClockTellsOfAllTheTimeAtOnce) {
  test::Rig rig(kMonitor, {});
  rig.feed(lines({"1"}), 1);
  test::FakeTurn turn(at_second(1'000'000'000.5), rig.pool());
  rig.stage().tick(turn);
  ASSERT_EQ(turn.emitted.size(), 1u);
  EXPECT_EQ(turn.emitted[0].second.record(0),
            R"({"start":"1970-01-01T00:00:00Z","end":"2001-09-09T01:46:40Z","records":1,"bytes":1,"rate":1e-09,"total":1})");
  EXPECT_EQ(*rig.stage().deadline(), at_second(1'000'000'001));
}

// 9e18 ns, some 285 years, are the longest duration there is.
TEST(Monitor, NoDurationIsSoLongThatItIsOver) {
  using Given = std::vector<test::Set>;
  const char* const longest = "104000d";
  const std::pair<const StageSpec*, Given> all[] = {
      {&kMonitor, {{"every", longest}}},          {&kDebounce, {{"duration", longest}}},
      {&kAbsent, {{"duration", longest}}},        {&kDelay, {{"duration", longest}}},
      {&kBatch, {{"latency", longest}}},          {&kTopK, {{"count", "2"}, {"value", "."}, {"every", longest}}},
      {&kSort, {{"key", "."}, {"for", longest}}},
  };
  for (const auto& [spec, given] : all) {
    test::Rig rig(*spec, given);
    rig.feed({{"1", at_second(1.8e9)}}, 1);
    ASSERT_TRUE(rig.stage().deadline()) << spec->name;
    EXPECT_GT(*rig.stage().deadline(), at_second(1.8e9)) << spec->name;
  }
}

TEST(Monitor, NothingCameNothingIsTold) {
  test::Rig rig(kMonitor, {});
  rig.finish();
  EXPECT_TRUE(rig.held().empty());
}

TEST(Absent, SaysOnceThatAKeyIsQuietAndWhenItIsBack) {
  const std::vector<test::Line> script{{R"({"h":"a"})", at_second(1)},  {R"({"h":"b"})", at_second(2)},  {R"({"h":"a"})", at_second(8)},
                                       {R"({"h":"b"})", at_second(30)}, {R"({"h":"b"})", at_second(31)}, {"[]", at_second(31)}};
  const auto outcome = test::run_lawful(kAbsent, {{"duration", "10s"}, {"by", ".h", ""}}, script);
  EXPECT_EQ(outcome.out().size(), 5u) << "the records pass";
  EXPECT_EQ(outcome.failed.size(), 1u);
  EXPECT_EQ(outcome.at(kAbsentPort), (Lines{R"({"h":"b","last":)" + moment(2) + R"(,"since":)" + moment(12) + "}",
                                            R"({"h":"a","last":)" + moment(8) + R"(,"since":)" + moment(18) + "}"}));
  EXPECT_EQ(outcome.at(kReturned),
            (Lines{R"({"h":"b","last":)" + moment(2) + R"(,"since":)" + moment(12) + R"(,"returned":)" + moment(30) + "}"}));
}

TEST(Absent, WithoutAKeyAnyRecordEndsTheSilence) {
  const auto outcome = test::run_lawful(kAbsent, {{"duration", "10s"}},
                                        {{"1", at_second(1)}, {"2", at_second(10)}, {"3", at_second(20)}, {"4", at_second(21)}});
  EXPECT_EQ(outcome.at(kAbsentPort), (Lines{R"({"last":)" + moment(10) + R"(,"since":)" + moment(20) + "}"}));
  EXPECT_EQ(outcome.at(kReturned).size(), 1u) << "what comes when the time is over is late";
}

TEST(Absent, MoreKeysThanAreWatchedAreForgottenLongestSilentFirst) {
  const std::vector<test::Line> script{{"1", at_second(1)}, {"2", at_second(2)}, {"3", at_second(3)}};
  test::Rig rig(kAbsent, {{"duration", "10s"}, {"by", ".", "n"}, {"max_keys", "2"}});
  rig.feed(script, 1);
  EXPECT_EQ(rig.outcome().counted.at("evicted"), 1u);
  rig.move_to(at_second(20));
  EXPECT_EQ(rig.outcome().at(kAbsentPort).size(), 2u) << "of the first nothing is known any more";
  EXPECT_FALSE(rig.stage().deadline());
}

TEST(Absent, Row91_RefusesNamesThatItsOwnFieldsHave) {
  for (std::string_view name : {"last", "since", "returned"})
    EXPECT_NE(test::refusal(kAbsent, {{"duration", "1s"}, {"by", ".a", name}}), "") << name;
  EXPECT_EQ(test::refusal(kAbsent, {{"duration", "1s"}, {"by", ".a", ""}}), "");
}

std::vector<test::Line> numbers(int count) {
  std::vector<test::Line> all;
  for (int i = 0; i < count; ++i) all.push_back({std::to_string(i)});
  return all;
}

TEST(Sample, Row54_NoneAllAndWhatIsNoShare) {
  EXPECT_TRUE(test::run_lawful(kSample, {{"share", "0"}}, numbers(100)).out().empty());
  EXPECT_EQ(test::run_lawful(kSample, {{"share", "1"}}, numbers(100)).out().size(), 100u);
  for (std::string_view share : {"-0.1", "1.1"}) EXPECT_EQ(test::refusal(kSample, {{"share", share}}), "sample wants a share from 0 to 1");
  EXPECT_NE(test::refusal(kSample, {}), "");
  EXPECT_NE(test::refusal(kSample, {{"share", "0.5"}, {"every", "2"}}), "");
  EXPECT_NE(test::refusal(kSample, {{"every", "2"}, {"by", "."}}), "");
  EXPECT_NE(test::refusal(kSample, {{"share", "0.5"}, {"interval", "1s"}}), "");
  EXPECT_NE(test::refusal(kSample, {{"reservoir", "5"}, {"by", "."}}), "");
}

// 10000 draws of 0.3: 3000 within five standard deviations of 46.
TEST(Sample, Row54_AsManyAsTheShareSays) {
  const size_t drawn = test::run_lawful(kSample, {{"share", "0.3"}}, numbers(10'000)).out().size();
  EXPECT_NEAR(static_cast<double>(drawn), 3000, 230);
}

TEST(Sample, Row54_AKeyIsAlwaysInOrAlwaysOut) {
  std::vector<test::Line> script;
  for (int i = 0; i < 10'000; ++i) script.push_back({"{\"k\":" + std::to_string(i % 2000) + "}"});
  const auto out = test::run_lawful(kSample, {{"share", "0.3"}, {"by", ".k"}}, script).out();
  std::map<std::string, int> times;
  for (const std::string& record : out) ++times[record];
  for (const auto& [record, count] : times) EXPECT_EQ(count, 5) << record;
  EXPECT_NEAR(static_cast<double>(times.size()), 600, 103) << "five standard deviations of 20.5";
  EXPECT_EQ(test::run_lawful(kSample, {{"share", "0.3"}, {"by", ".[]"}}, lines({"[]", "[1,2]"})).failed.size(), 2u);
}

// SplitMix64 of FNV-1a, worked out in Python: a 0.372, b 0.340, c 0.434, 7 0.721, null 0.947
TEST(Sample, Row54_TheSameKeysInEveryRunAndOnEveryMachine) {
  EXPECT_EQ(test::run_lawful(kSample, {{"share", "0.75"}, {"by", "."}}, lines({"\"a\"", "\"b\"", "\"c\"", "7", "7.0", "null"})).out(),
            (Lines{"\"a\"", "\"b\"", "\"c\"", "7", "7.0"}));
}

TEST(Sample, AReservoirOfTheWholeInputInItsOrder) {
  const auto few = test::run_lawful(kSample, {{"reservoir", "3"}}, lines({"1", "2"}));
  EXPECT_EQ(few.out(), (Lines{"1", "2"}));
  const auto drawn = test::run_lawful(kSample, {{"reservoir", "10"}}, numbers(1000)).out();
  ASSERT_EQ(drawn.size(), 10u);
  for (size_t i = 1; i < drawn.size(); ++i) EXPECT_LT(std::stoi(drawn[i - 1]), std::stoi(drawn[i]));
}

// Each of 20 records is in a reservoir of 5 in a quarter of 4000 draws: 1000, within five standard deviations of 27.
TEST(Sample, EveryRecordIsAsLikelyAsTheOther) {
  std::map<std::string, int> times;
  test::Rig rig(kSample, {{"reservoir", "5"}});
  size_t seen = 0;
  for (int round = 0; round < 4000; ++round) {
    rig.feed(numbers(20), 20);
    rig.end(0);
    const Lines& out = rig.outcome().out();
    EXPECT_EQ(out.size(), seen + 5);
    for (; seen < out.size(); ++seen) ++times[out[seen]];
  }
  for (int i = 0; i < 20; ++i) EXPECT_NEAR(times[std::to_string(i)], 1000, 137) << i;
}

TEST(Sample, AReservoirOfEachInputAndOfEachInterval) {
  test::Rig inputs(kSample, {{"reservoir", "1"}}, {0, 1});
  inputs.feed({{"1", at_second(1), 0}, {"2", at_second(1), 1}}, 1);
  inputs.end(1);
  EXPECT_EQ(inputs.outcome().out(), (Lines{"2"}));
  inputs.finish();
  EXPECT_EQ(inputs.outcome().out(), (Lines{"2", "1"}));
  const auto outcome = test::run_lawful(kSample, {{"reservoir", "1"}, {"interval", "10s"}},
                                        {{"1", at_second(1)}, {"2", at_second(11)}, {"3", at_second(50)}});
  EXPECT_EQ(outcome.out(), (Lines{"1", "2", "3"}));
}

TEST(Sample, AReservoirHoldsNoMoreBytesThanItMay) {
  const std::string room = test::room_for(3), large(200, '3');
  const auto outcome = test::run_lawful(kSample, {{"reservoir", "9"}, {"max_bytes", room}}, lines({"1", "2", large, "4", "5"}));
  EXPECT_EQ(outcome.out(), (Lines{"1", "2", "4"}));
  ASSERT_EQ(outcome.failed.size(), 2u);
  EXPECT_EQ(outcome.failed[0], (test::Failed{large, "limit", room + " bytes are drawn already (max-bytes)"}));
}

}  // namespace
}  // namespace leat
