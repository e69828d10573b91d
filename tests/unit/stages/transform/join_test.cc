// join and lookup. Expected lines by hand, and for whole inputs by the two nested loops that a join is.
#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "core/base/random.h"
#include "stages/catalog.h"
#include "stages/table_file.h"
#include "tests/support/turn.h"

namespace leat {
namespace {

using test::at_second;
using Lines = std::vector<std::string>;

test::Line record(int key, double time, uint16_t side, int number = 0) {
  return {"{\"k\":" + std::to_string(key) + ",\"t\":" + std::to_string(static_cast<int>(time)) + ",\"n\":" + std::to_string(number) + "}",
          at_second(time), side};
}

// Feeds the script in batches of several sizes; all must answer the same.
test::Outcome run_join(std::vector<test::Set> sets, const std::vector<test::Line>& script) {
  std::optional<test::Outcome> first;
  for (size_t size : {1, 2, 7, 1000}) {
    test::Rig rig(kJoin, sets, {0, 1});
    rig.feed(script, size);
    rig.finish();
    const test::Outcome outcome = rig.outcome();
    rig.deliver();
    EXPECT_EQ(rig.frontier().committed(), script.size()) << "batches of " << size;
    if (!first) first = outcome;
    EXPECT_EQ(outcome, *first) << "batches of " << size;
  }
  return *first;
}

TEST(Join, PairsWhatLiesNearEnough) {
  const std::vector<test::Line> script{record(1, 0, 0), record(1, 10, 1), record(2, 10, 1), record(1, 11, 1), record(2, 12, 0)};
  const auto outcome = run_join({{"on", ".k"}, {"within", "10s"}}, script);
  EXPECT_EQ(outcome.out(), (Lines{R"({"left":{"k":1,"t":0,"n":0},"right":{"k":1,"t":10,"n":0}})",
                                  R"({"left":{"k":2,"t":12,"n":0},"right":{"k":2,"t":10,"n":0}})"}));
  EXPECT_EQ(outcome.at(2), (Lines{R"({"k":1,"t":11,"n":0})"}));
}

TEST(Join, WhoHasNoPartnerLeavesByItsSide) {
  const std::vector<test::Line> script{record(1, 0, 0), record(2, 0, 1)};
  const Lines alone{R"({"left":{"k":1,"t":0,"n":0},"right":null})", R"({"left":null,"right":{"k":2,"t":0,"n":0}})"};
  EXPECT_EQ(run_join({{"on", ".k"}, {"within", "1s"}, {"outer"}}, script).out(), alone);
  const auto left = run_join({{"on", ".k"}, {"within", "1s"}, {"left"}}, script);
  EXPECT_EQ(left.out(), (Lines{alone[0]}));
  EXPECT_EQ(left.at(2), (Lines{script[1].text}));
  EXPECT_EQ(run_join({{"on", ".k"}, {"within", "1s"}, {"outer"}, {"merge"}}, script).out(), (Lines{script[0].text, script[1].text}));
}

TEST(Join, MergedTheLeftKeepsItsFields) {
  const std::vector<test::Line> script{{R"({"id":1,"a":1.50})", {}, 0}, {R"({"ref":1,"id":"r","b":2})", {}, 1}, {"[1]", {}, 1}};
  const auto outcome = run_join({{"on", ".id"}, {"on_right", ".ref"}, {"within", "1s"}, {"merge"}}, script);
  EXPECT_EQ(outcome.out(), (Lines{R"({"id":1,"a":1.50,"ref":1,"b":2})"}));
  ASSERT_EQ(outcome.failed.size(), 1u);
  EXPECT_EQ(outcome.failed[0].code, "type");
}

// Two nested loops over random input; time from the records, and so far out of order as --disorder allows.
TEST(Join, IsWhatTwoLoopsFind) {
  SplitMix random(21);
  std::vector<test::Line> script;
  std::vector<std::array<int, 3>> all;  // side, key, time
  for (int i = 0; i < 400; ++i) {
    const int side = static_cast<int>(random.next() % 2), key = static_cast<int>(random.next() % 5);
    const int time = i + static_cast<int>(random.next() % 8);
    all.push_back({side, key, time});
    script.push_back({"{\"k\":" + std::to_string(key) + ",\"t\":" + std::to_string(time) + ",\"n\":" + std::to_string(i) + "}",
                      {},
                      static_cast<uint16_t>(side)});
  }
  Lines wanted;
  size_t lonely = 0;
  for (size_t i = 0; i < all.size(); ++i) {
    bool found = false;
    for (size_t j = 0; j < all.size(); ++j) {
      if (all[i][0] == all[j][0] || all[i][1] != all[j][1] || std::abs(all[i][2] - all[j][2]) > 6) continue;
      found = true;
      if (all[i][0] == 0) wanted.push_back("{\"left\":" + script[i].text + ",\"right\":" + script[j].text + "}");
    }
    lonely += !found;
  }
  const auto outcome = run_join({{"on", ".k"}, {"within", "6s"}, {"time", ".t"}, {"disorder", "8s"}}, script);
  Lines got = outcome.out();
  std::sort(got.begin(), got.end());
  std::sort(wanted.begin(), wanted.end());
  EXPECT_EQ(got, wanted);
  EXPECT_EQ(outcome.at(2).size(), lonely);
  EXPECT_GT(lonely, 0u);
}

TEST(Join, HoldsARecordForItsTimeAndNoLonger) {
  test::Rig rig(kJoin, {{"on", ".k"}, {"within", "10s"}}, {0, 1});
  rig.feed({record(1, 0, 0)}, 1);
  rig.move_to(at_second(10));
  EXPECT_TRUE(rig.held().empty());
  rig.move_to(at_second(10.5));
  EXPECT_EQ(rig.outcome().at(2).size(), 1u);
  EXPECT_EQ(rig.stage().deadline(), std::nullopt);
  rig.deliver();
  EXPECT_EQ(rig.frontier().committed(), 1u);
}

TEST(Join, PastItsBoundsTheOldestLeaveAndAreCounted) {
  const std::vector<test::Line> script{record(1, 0, 0), record(2, 1, 0), record(3, 2, 0), record(1, 3, 1), record(3, 3, 1)};
  const auto outcome = run_join({{"on", ".k"}, {"within", "1h"}, {"max_records", "2"}}, script);
  EXPECT_EQ(outcome.out(), (Lines{R"({"left":{"k":3,"t":2,"n":0},"right":{"k":3,"t":3,"n":0}})"}));
  EXPECT_EQ(outcome.counted.at("evicted"), 3u);
  EXPECT_EQ(run_join({{"on", ".k"}, {"within", "1h"}, {"max_bytes", "1"}}, script).counted.at("evicted"), 5u);
}

TEST(Join, WantsTwoInputs) {
  test::Rig two(kJoin, {{"on", ".k"}, {"within", "1s"}}, {3, 1});
  two.feed({record(1, 0, 1), record(1, 0, 3)}, 1);
  EXPECT_EQ(two.outcome().out(), (Lines{R"({"left":{"k":1,"t":0,"n":0},"right":{"k":1,"t":0,"n":0}})"}));
}

// A table in a file of its own, gone with it.
class TableTest : public testing::Test {
 protected:
  void TearDown() override { std::remove(path_.c_str()); }
  std::string written(const std::string& text, const std::string& ending = ".csv") {
    path_ = testing::TempDir() + "lookup_" + std::to_string(::getpid()) + ending;
    std::ofstream(path_) << text;
    return path_;
  }
  static Result<Table::Rows> read(const std::string& path, size_t rows = 10, size_t bytes = 1 << 20) {
    return read_table({path, "", {"host"}, rows, bytes});
  }

 private:
  std::string path_;
};
using Lookup = TableTest;

TEST_F(Lookup, AddsWhatTheTableSays) {
  const std::string path = written("host,team,id\na,red,7\n1,blue,8\na,green,9\n");
  const auto script = test::lines({R"({"host":"a","id":0})", R"({"host":1.0})", R"({"host":"1"})", R"({"host":"b"})"});
  EXPECT_EQ(test::run_lawful(kLookup, {{"table", path}, {"on", ".host"}}, script).out(),
            (Lines{R"({"host":"a","id":0,"team":"green"})", R"({"host":1.0,"team":"blue","id":8})", R"({"host":"1"})", R"({"host":"b"})"}));
  EXPECT_EQ(test::run_lawful(kLookup, {{"table", path}, {"on", ".id", "id"}, {"as", "t"}}, test::lines({R"({"id":9})"})).out(),
            (Lines{R"({"id":9,"t":{"host":"a","team":"green","id":9}})"}));
  EXPECT_EQ(test::run_lawful(kLookup, {{"table", path}, {"on", ".t", "team"}, {"on", ".h", "host"}, {"as", "x"}},
                             test::lines({R"({"t":"red","h":"a"})", R"({"t":"red","h":"b"})"}))
                .out(),
            (Lines{R"({"t":"red","h":"a","x":{"host":"a","team":"red","id":7}})", R"({"t":"red","h":"b"})"}));
}

TEST_F(Lookup, WhatHasNoRowPassesOrLeavesOrFails) {
  const std::string path = written("{\"host\":\"a\"}\n", ".ndjson");
  const auto script = test::lines({R"({"host":"b" })", R"({"host":"a"})"});
  const auto drop = test::run_lawful(kLookup, {{"table", path}, {"on", ".host"}, {"missing", "drop"}}, script);
  EXPECT_EQ(drop.out(), (Lines{R"({"host":"a"})"}));
  EXPECT_EQ(drop.at(2), (Lines{R"({"host":"b" })"}));
  const auto err = test::run_lawful(kLookup, {{"table", path}, {"on", ".host"}, {"missing", "err"}}, script);
  ASSERT_EQ(err.failed.size(), 1u);
  EXPECT_EQ(err.failed[0].record + err.failed[0].code, R"({"host":"b" }lookup)");
  EXPECT_NE(test::refusal(kLookup, {{"table", path}, {"on", ".a + .b"}}), "");
}

TEST_F(Lookup, ATableIsWholeOrNone) {
  EXPECT_TRUE(read(written("host\na\nb\n")));
  EXPECT_FALSE(read(written("name\na\n")));                                         // no such column
  EXPECT_FALSE(read(written("host,x\na\n")));                                       // a row that is none
  EXPECT_FALSE(read(written("{\"host\":1}\n[1]\n", ".ndjson")));                    // no object
  EXPECT_FALSE(read(written("{\"host\":1}\n{\n", ".ndjson")));                      // no JSON
  EXPECT_FALSE(read(written("host\na\nb\n"), 1));                                   // more rows than may be
  EXPECT_FALSE(read(written("host\n" + std::string(2000, 'a') + "\n"), 10, 2100));  // more bytes
  EXPECT_FALSE(read(written("host\na\n", ".what")));                                // of no known codec
  EXPECT_FALSE(read("/nowhere/hosts.csv"));
}

}  // namespace
}  // namespace leat
