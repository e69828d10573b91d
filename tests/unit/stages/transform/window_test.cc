// window as a stage: what it reads of records and how it answers. The shapes have their own tests in core/window.
// Expected answers by hand, arithmetic shown where it is not plain.
#include <random>

#include <gtest/gtest.h>

#include "stages/catalog.h"
#include "tests/support/turn.h"

namespace leat {
namespace {

using test::at_second;
using test::lines;
using Lines = std::vector<std::string>;

std::string answer(int start, int end, const std::string& rest) {
  const auto at = [](int second) {
    return "\"1970-01-01T00:" + std::string(second / 60 < 10 ? "0" : "") + std::to_string(second / 60) + ":" +
           std::string(second % 60 < 10 ? "0" : "") + std::to_string(second % 60) + "Z\"";
  };
  return "{\"start\":" + at(start) + ",\"end\":" + at(end) + rest + "}";
}

TEST(Window, ByTimeAndKeyInOrderOfEndThenKey) {
  const auto outcome = test::run_lawful(
      kWindow,
      {{"size", "10s"},
       {"by", ".host", ""},
       {"by", ".s / 100 | floor", "class"},
       {"time", ".t"},
       {"emit", "{n: count, ms: sum(.ms), mean: (sum(.ms) / count)}"}},
      lines({R"({"t":1,"host":"b","s":200,"ms":5})", R"({"t":2,"host":"a","s":503,"ms":1})", R"({"t":3,"host":"a","s":200,"ms":2})",
             R"({"t":9.5,"host":"b","s":204,"ms":6})", R"({"t":"1970-01-01T01:00:12+01:00","host":"a","s":200,"ms":7})"}));
  EXPECT_EQ(outcome.out(), (Lines{answer(0, 10, R"(,"host":"a","class":2,"n":1,"ms":2,"mean":2)"),
                                  answer(0, 10, R"(,"host":"a","class":5,"n":1,"ms":1,"mean":1)"),
                                  answer(0, 10, R"(,"host":"b","class":2,"n":2,"ms":11,"mean":5.5)"),
                                  answer(10, 20, R"(,"host":"a","class":2,"n":1,"ms":7,"mean":7)")}));
}

// Two users click at the very same times.
TEST(Window, Row101SessionsOfEqualTimesAreOneForEachKey) {
  const auto outcome = test::run_lawful(kWindow, {{"session", "10s"}, {"by", ".u", ""}, {"time", ".t"}, {"emit", "{n: count}"}},
                                        lines({R"({"t":1,"u":"a"})", R"({"t":1,"u":"b"})", R"({"t":4,"u":"b"})", R"({"t":4,"u":"a"})"}));
  EXPECT_EQ(outcome.out(), (Lines{answer(1, 14, R"(,"u":"a","n":2)"), answer(1, 14, R"(,"u":"b","n":2)")}));
}

TEST(Window, KeysThatAreEqualAreOneHoweverSpelt) {
  const auto outcome = test::run_lawful(kWindow, {{"global"}, {"by", ".k"}, {"time", ".t"}, {"emit", "{n: count}"}},
                                        lines({R"({"k":1,"t":0})", R"({"k":1.0,"t":0})", R"({"k":"\u0041","t":0})", R"({"k":"A","t":0})",
                                               R"({"t":0})", R"({"k":null,"t":0})"}));
  EXPECT_EQ(outcome.out(), (Lines{answer(0, 0, R"(,"k":null,"n":2)"), answer(0, 0, R"(,"k":1,"n":2)"), answer(0, 0, R"(,"k":"A","n":2)")}));
}

TEST(Window, AnExpressionOverTheGroupMayUseItsKeyAndTimes) {
  const auto outcome = test::run_lawful(kWindow,
                                        {{"size", "10s"},
                                         {"by", ".k"},
                                         {"time", ".t"},
                                         {"emit", "{who: \"<\\($key)>\", took: ($end - $start), share: (count(.ok) / count)}"}},
                                        lines({R"({"t":1,"k":"x","ok":true})", R"({"t":2,"k":"x","ok":false})"}));
  EXPECT_EQ(outcome.out(), (Lines{answer(0, 10, R"(,"k":"x","who":"<x>","took":10,"share":0.5)")}));
}

TEST(Window, EveryAggregate) {
  const auto outcome = test::run_lawful(kWindow,
                                        {{"size", "10s"},
                                         {"time", ".t"},
                                         {"emit",
                                          "{c: count, s: sum(.v), a: avg(.v), v: var(.v), lo: min(.v), hi: max(.v), f: first(.v), l: "
                                          "last(.v), r: rate, rv: rate(.v), p50: p50(.v), "
                                          "q: quantile(.v; 0.25), d: distinct(.v), top: topk(.v; 1), all: collect(.v; 3)}"}},
                                        lines({R"({"t":3,"v":4})", R"({"t":1,"v":2})", R"({"t":2,"v":4})", R"({"t":4})"}));
  // Watermark is the highest time, 3: records at 1 and 2 are behind it but their window is open. sum 10, mean 10/3, squares
  // 4/9 + 16/9 + 4/9 = 24/9, over 2: 4/3.
  EXPECT_EQ(outcome.out(),
            (Lines{answer(0, 10,
                          R"(,"c":4,"s":10,"a":3.3333333333333335,"v":1.3333333333333333,"lo":2,"hi":4,"f":2,"l":4,"r":0.4,"rv":1,)"
                          R"("p50":4,"q":2,"d":2,"top":[{"value":4,"count":2}],"all":[2,4,4])")}));
}

// What is gathered is what was written: a zero keeps its sign where a number is given back, and a place is where it stands.
TEST(Window, ArgumentsThatLookAlike) {
  EXPECT_EQ(test::run_lawful(kWindow, {{"size", "10s"}, {"time", ".t"}, {"emit", "{p: p50(.v), s: sum(.v)}"}}, lines({R"({"t":1,"v":-0})"}))
                .out(),
            (Lines{answer(0, 10, R"(,"p":-0,"s":0)")}));
  const auto places = test::run_lawful(
      kWindow, {{"size", "10s"}, {"time", ".t"}, {"emit", "{a: first($__loc__.line),\nb: first($__loc__.line)}"}}, lines({R"({"t":1})"}));
  EXPECT_EQ(places.out(), (Lines{answer(0, 10, R"(,"a":1,"b":2)")}));
}

TEST(Window, WhatCannotBeReadFailsAndChangesNothing) {
  const auto outcome = test::run_lawful(
      kWindow, {{"size", "10s"}, {"by", ".k[]", "k"}, {"time", ".t"}, {"emit", "{n: count, s: sum(.v)}"}},
      lines({R"({"t":1,"k":[1],"v":1})", R"({"t":"x","k":[1],"v":1})", R"({"t":1,"k":[],"v":1})", R"({"t":1,"k":[1,2],"v":1})",
             R"({"t":1,"k":[1],"v":"7"})", R"({"t":500,"k":[1],"v":[]})", R"({"t":1e18,"k":[1],"v":1})", R"({"t":2,"k":[1],"v":2})"}));
  EXPECT_EQ(outcome.out(), (Lines{answer(0, 10, R"(,"k":1,"n":2,"s":3)")}));
  std::vector<std::string> codes;
  for (const auto& failed : outcome.failed) codes.push_back(failed.code);
  EXPECT_EQ(codes, (Lines{"type", "expression", "expression", "type", "type", "type"}));
}

TEST(Window, LateRecordsLeaveByTheirPort) {
  const auto script = lines({R"({"t":1})", R"({"t":12})", R"({"t":5})", R"({"t":16})", R"({"t":9})", R"({"t":11})"});
  const auto strict = test::run_lawful(kWindow, {{"size", "10s"}, {"time", ".t"}, {"emit", "{n: count}"}}, script);
  EXPECT_EQ(strict.at(2), (Lines{R"({"t":5})", R"({"t":9})"}));
  EXPECT_EQ(strict.out(), (Lines{answer(0, 10, R"(,"n":1)"), answer(10, 20, R"(,"n":3)")}));
  const auto patient = test::run_lawful(kWindow, {{"size", "10s"}, {"time", ".t"}, {"disorder", "5s"}, {"emit", "{n: count}"}}, script);
  EXPECT_EQ(patient.at(2), (Lines{R"({"t":9})"}));  // at 16 the watermark is 11
  EXPECT_EQ(patient.out(), (Lines{answer(0, 10, R"(,"n":2)"), answer(10, 20, R"(,"n":3)")}));
  const auto again = test::run_lawful(kWindow, {{"size", "10s"}, {"time", ".t"}, {"lateness", "5s"}, {"emit", "{n: count}"}}, script);
  EXPECT_EQ(again.at(2), (Lines{R"({"t":9})"}));
  EXPECT_EQ(again.out(), (Lines{answer(0, 10, R"(,"n":1)"), answer(0, 10, R"(,"n":2,"update":"late")"), answer(10, 20, R"(,"n":3)")}));
}

TEST(Window, ByArrivalAnswersWhenItsTimeIsOver) {
  test::Rig rig(kWindow, {{"size", "10s"}, {"by", ".k"}, {"emit", "{n: count}"}});
  rig.feed({{R"({"k":1})", at_second(3)}, {R"({"k":2})", at_second(4)}, {R"({"k":1})", at_second(9)}}, 5);
  EXPECT_EQ(rig.stage().deadline(), at_second(10));
  rig.move_to(at_second(9.9));
  EXPECT_TRUE(rig.outcome().out().empty());
  rig.move_to(at_second(10));
  EXPECT_EQ(rig.outcome().out(), (Lines{answer(0, 10, R"(,"k":1,"n":2)"), answer(0, 10, R"(,"k":2,"n":1)")}));
  EXPECT_FALSE(rig.stage().deadline());
  EXPECT_EQ(rig.frontier().pending(), 3u);
  rig.deliver();
  EXPECT_EQ(rig.frontier().committed(), 3u);
  rig.feed({{R"({"k":1})", at_second(25)}}, 1);
  rig.finish();
  EXPECT_EQ(rig.outcome().out().back(), answer(20, 30, R"(,"k":1,"n":1)"));
}

TEST(Window, StoppedByASignalItSaysWhatIsPartial) {
  test::Rig rig(kWindow, {{"size", "10s"}, {"time", ".t"}, {"emit", "{n: count}"}});
  rig.feed(lines({R"({"t":1})", R"({"t":12})"}), 9);
  rig.finish(true);
  EXPECT_EQ(rig.outcome().out(), (Lines{answer(0, 10, R"(,"n":1)"), answer(10, 20, R"(,"n":1,"partial":true)")}));
}

TEST(Window, DestroyedWithRecordsInItTheyAreLost) {
  test::Rig rig(kWindow, {{"size", "10s"}, {"time", ".t"}, {"emit", "{n: count}"}});
  rig.feed(lines({R"({"t":1})", R"({"t":12})"}), 1);
  rig.deliver();
  EXPECT_EQ(rig.frontier().committed(), 1u);
  rig.destroy();
  EXPECT_EQ(rig.frontier().pending(), 0u);
  EXPECT_EQ(rig.frontier().lost(), 1u);
  EXPECT_EQ(rig.frontier().committed(), 1u);
}

TEST(Window, WaitsForItsSlowestInputUntilThatIsIdle) {
  test::Rig rig(kWindow, {{"size", "10s"}, {"time", ".t"}, {"idle", "30s"}, {"emit", "{n: count}"}}, {0, 1});
  rig.feed({{R"({"t":1})", at_second(100), 0}, {R"({"t":2})", at_second(101), 1}, {R"({"t":50})", at_second(102), 0}}, 1);
  EXPECT_TRUE(rig.outcome().out().empty());
  EXPECT_EQ(rig.stage().deadline(), at_second(131));
  rig.move_to(at_second(131));
  EXPECT_EQ(rig.outcome().out(), (Lines{answer(0, 10, R"(,"n":2)")}));
}

TEST(Window, AnInputThatEndedHoldsNothingUp) {
  test::Rig rig(kWindow, {{"size", "10s"}, {"time", ".t"}, {"emit", "{n: count}"}}, {0, 1});
  rig.feed({{R"({"t":1})", at_second(1), 0}, {R"({"t":50})", at_second(1), 0}}, 9);
  EXPECT_TRUE(rig.outcome().out().empty());
  rig.end(1);
  EXPECT_EQ(rig.outcome().out(), (Lines{answer(0, 10, R"(,"n":1)")}));
}

TEST(Window, OneKeyTooManyFails) {
  const auto outcome = test::run_lawful(kWindow, {{"size", "10s"}, {"by", ".k"}, {"time", ".t"}, {"max_keys", "1"}, {"emit", "{n: count}"}},
                                        lines({R"({"t":1,"k":1})", R"({"t":2,"k":2})", R"({"t":3,"k":1})", R"({"t":11,"k":2})"}));
  EXPECT_EQ(outcome.out(), (Lines{answer(0, 10, R"(,"k":1,"n":2)"), answer(10, 20, R"(,"k":2,"n":1)")}));
  ASSERT_EQ(outcome.failed.size(), 1u);
  EXPECT_EQ(outcome.failed[0].code, "limit");
}

// 40 records of 10,000 bytes in each of two windows, and room for 20 to 26 of them: what the first window held, the second can have.
TEST(Window, BytesHaveABound) {
  std::vector<test::Line> records;
  for (int i = 0; i < 80; ++i)
    records.push_back({"{\"t\":" + std::to_string(i < 40 ? 1 : 11) + ",\"k\":" + std::to_string(i) + ",\"v\":\"" +
                       std::string(9'990, static_cast<char>('a' + i % 26)) + std::to_string(i) + "\"}"});
  for (const auto& [by, emit] : std::vector<std::pair<std::string, std::string>>{{".k", "{v: first(.v)}"},
                                                                                 {".k", "{v: max(.v)}"},
                                                                                 {"1", "{v: collect(.v; 100)}"},
                                                                                 {"1", "{v: topk(.v; 100)}"},
                                                                                 {".v", "{n: count}"}}) {
    const auto outcome =
        test::run_lawful(kWindow, {{"size", "10s"}, {"by", by, "k"}, {"time", ".t"}, {"max_bytes", "262144"}, {"emit", emit}}, records);
    ASSERT_FALSE(outcome.out().empty());
    EXPECT_GE(outcome.failed.size(), 2u * (40 - 27)) << emit;
    EXPECT_LE(outcome.failed.size(), 2u * (40 - 20)) << emit;
    EXPECT_NE(outcome.failed.back().record.find("\"t\":11"), std::string::npos) << emit;
    for (const auto& failed : outcome.failed) EXPECT_EQ(failed.code, "limit");
  }
}

TEST(Window, AnAnswerWhoseExpressionFailsLeavesByErr) {
  const auto outcome = test::run_lawful(kWindow, {{"size", "10s"}, {"by", ".k"}, {"time", ".t"}, {"emit", "{x: (1 / sum(.v))}"}},
                                        lines({R"({"t":1,"k":1,"v":0})", R"({"t":2,"k":2,"v":4})"}));
  EXPECT_EQ(outcome.out(), (Lines{answer(0, 10, R"(,"k":2,"x":0.25)")}));
  ASSERT_EQ(outcome.failed.size(), 1u);
  EXPECT_EQ(outcome.failed[0].record, answer(0, 10, R"(,"k":1)"));
  EXPECT_EQ(outcome.failed[0].code, "expression");
}

TEST(Window, ShapesAndUpdates) {
  const auto script = lines({R"({"t":1})", R"({"t":4})", R"({"t":12})"});
  const auto out = [&](std::vector<test::Set> sets) {
    sets.push_back({"time", ".t"});
    sets.push_back({"emit", "{n: count}"});
    return test::run_lawful(kWindow, sets, script).out();
  };
  EXPECT_EQ(out({{"session", "5s"}}), (Lines{answer(1, 9, R"(,"n":2)"), answer(12, 17, R"(,"n":1)")}));
  EXPECT_EQ(out({{"count", "2"}}), (Lines{answer(1, 4, R"(,"n":2)"), answer(12, 12, R"(,"n":1)")}));
  EXPECT_EQ(out({{"global"}}), (Lines{answer(1, 12, R"(,"n":3)")}));
  EXPECT_EQ(out({{"size", "20s"}, {"every", "10s"}}).size(), 3u);
  EXPECT_EQ(out({{"size", "1m"}, {"update", "5s"}}), (Lines{answer(0, 60, R"(,"n":2,"update":"early")"), answer(0, 60, R"(,"n":3)")}));
  EXPECT_EQ(out({{"size", "1m"}, {"update_count", "2"}}), (Lines{answer(0, 60, R"(,"n":2,"update":"early")"), answer(0, 60, R"(,"n":3)")}));
}

// Random records in any order: whatever the batches, the answers and the late records are the same, and every receipt settles.
TEST(Window, BatchesAreInvisibleForEveryShape) {
  std::mt19937_64 random(21);
  for (int round = 0; round < 12; ++round) {
    std::vector<test::Line> script;
    for (int i = 0; i < 60; ++i)
      script.push_back({"{\"t\":" + std::to_string(i + static_cast<int>(random() % 12)) + ",\"k\":" + std::to_string(random() % 3) +
                        ",\"v\":" + std::to_string(random() % 50) + "}"});
    const std::vector<std::vector<test::Set>> shapes{
        {{"size", "7s"}},
        {{"size", "9s"}, {"every", "6s"}, {"lateness", "4s"}},
        {{"size", "9s"}, {"every", "3s"}, {"update", "2s"}, {"disorder", "3s"}},
        {{"session", "4s"}, {"lateness", "3s"}, {"update_count", "2"}},
        {{"session", "4s"}, {"disorder", "2s"}, {"update", "3s"}},
        {{"count", "4"}},
        {{"global"}, {"update", "10s"}},
    };
    for (auto sets : shapes) {
      sets.push_back({"by", ".k"});
      sets.push_back({"time", ".t"});
      sets.push_back({"emit", "{n: count, s: sum(.v), f: first(.v), l: last(.v), p: p90(.v), all: collect(.v; 5)}"});
      const auto outcome = test::run_lawful(kWindow, sets, script);
      EXPECT_FALSE(outcome.out().empty());
      EXPECT_TRUE(outcome.failed.empty());
    }
  }
}

TEST(Window, RefusesWhatMakesNoSense) {
  const auto why = [](std::vector<test::Set> sets) {
    sets.push_back({"emit", "{n: count}"});
    return test::refusal(kWindow, sets);
  };
  EXPECT_NE(why({}), "");
  EXPECT_NE(why({{"size", "1m"}, {"session", "1m"}}), "");
  EXPECT_NE(why({{"count", "5"}, {"global"}}), "");
  EXPECT_NE(why({{"session", "1m"}, {"every", "1s"}}), "");
  EXPECT_NE(why({{"size", "1m"}, {"every", "2m"}}), "");
  EXPECT_NE(why({{"size", "1h"}, {"every", "7ms"}}), "");
  EXPECT_NE(why({{"size", "1m"}, {"disorder", "1s"}}), "");
  EXPECT_NE(why({{"count", "5"}, {"time", ".t"}, {"lateness", "1s"}}), "");
  EXPECT_NE(why({{"size", "1m"}, {"every", "30s"}, {"update_count", "5"}}), "");
  EXPECT_NE(why({{"size", "90000d"}}), "");
  EXPECT_NE(why({{"size", "1m"}, {"by", ".a + 1"}}), "");
  EXPECT_NE(why({{"size", "1m"}, {"by", ".start"}}), "");
  EXPECT_NE(why({{"size", "1m"}, {"by", ".a"}, {"by", ".b.a"}}), "");
  EXPECT_EQ(why({{"size", "1m"}, {"by", ".a"}, {"by", ".b.a", "b"}, {"every", "7s"}}), "");
  EXPECT_NE(test::refusal(kWindow, {{"size", "1m"}, {"emit", "{n: count(}"}}), "");
}

}  // namespace
}  // namespace leat
