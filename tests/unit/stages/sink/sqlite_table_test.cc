#include "stages/sink/sqlite_table.h"

#include <gtest/gtest.h>

#include "tests/support/scratch.h"

namespace leat {
namespace {

using Rows = std::vector<std::string_view>;

class SqliteTableTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = Sqlite::open(path_, Sqlite::Access::create);
    if (!opened && opened.error().text.find("without SQLite") != std::string::npos) GTEST_SKIP() << opened.error().text;
    ASSERT_TRUE(opened) << opened.error().text;
    database_ = std::move(*opened);
  }
  void run(std::string_view sql) { ASSERT_TRUE(database_->run(sql)) << database_->message(); }
  SqliteTable table(std::vector<std::string> key = {}, bool create = false) { return SqliteTable({path_, "t", std::move(key), create}); }
  // The answer's cells as SQLite writes them, a line each row.
  std::string ask(std::string_view sql) {
    auto asked = database_->prepare(sql);
    EXPECT_TRUE(asked) << sql;
    std::string all;
    while (asked && asked->step() == Sqlite::Step::row) {
      for (int i = 0; i < asked->columns(); ++i) all.append(i ? "|" : "").append(asked->bytes(i));
      all += '\n';
    }
    return all;
  }

  const test::Scratch scratch_;
  const std::string path_ = scratch_ / "goods.db";
  std::unique_ptr<Sqlite> database_;
};

TEST_F(SqliteTableTest, MembersGoToTheColumnsOfTheirName) {
  run("CREATE TABLE t (a INTEGER, B TEXT, c)");
  SqliteTable to = table();
  ASSERT_TRUE(to.open());
  const auto outcome = to.write(Rows{R"({"b":"x","a":1})", R"({"a":9007199254740993,"c":[1, {"k":null}]})", R"({"a":null,"B":"é"})"});
  EXPECT_EQ(outcome.failed, "");
  EXPECT_TRUE(outcome.refused.empty());
  EXPECT_EQ(ask("SELECT a, B, c, typeof(a), typeof(c) FROM t"),
            "1|x||integer|null\n9007199254740993||[1, {\"k\":null}]|integer|text\n|é||null|null\n");
}

TEST_F(SqliteTableTest, ARowThatDoesNotFitIsToldAndTheOthersAreKept) {
  run("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT NOT NULL)");
  SqliteTable to = table();
  ASSERT_TRUE(to.open());
  const auto outcome = to.write(Rows{R"({"a":1,"b":"x"})", R"({"a":1,"b":"y"})", R"({"a":2})", R"({"z":1})", "[1]", R"({"a":3,"b":"z"})"});
  EXPECT_EQ(outcome.failed, "");
  std::vector<size_t> refused;
  for (const auto& [row, why] : outcome.refused) {
    refused.push_back(row);
    EXPECT_FALSE(why.empty());
  }
  EXPECT_EQ(refused, (std::vector<size_t>{1, 2, 3, 4}));
  EXPECT_EQ(ask("SELECT a, b FROM t ORDER BY a"), "1|x\n3|z\n");
}

TEST_F(SqliteTableTest, ACheckOfTheTableHolds) {
  run("CREATE TABLE t (a INTEGER, CHECK (a < 10))");
  SqliteTable to = table();
  ASSERT_TRUE(to.open());
  const auto outcome = to.write(Rows{R"({"a":1})", R"({"a":10})", R"({"a":9})"});
  ASSERT_EQ(outcome.refused.size(), 1u);
  EXPECT_EQ(outcome.refused[0].first, 1u);
  EXPECT_EQ(ask("SELECT a FROM t"), "1\n9\n");
}

TEST_F(SqliteTableTest, OfOneKeyTheLastRowStands) {
  run("CREATE TABLE t (k TEXT PRIMARY KEY, n, other DEFAULT 'kept')");
  SqliteTable to = table({"k"});
  ASSERT_TRUE(to.open());
  EXPECT_EQ(to.write(Rows{R"({"k":"a","n":1})", R"({"k":"b","n":2})", R"({"k":"a","n":3})"}).failed, "");
  EXPECT_EQ(ask("SELECT k, n, other FROM t ORDER BY k"), "a|3|kept\nb|2|kept\n");
  EXPECT_EQ(to.write(Rows{R"({"k":"a","n":4})"}).failed, "");
  EXPECT_EQ(ask("SELECT n FROM t WHERE k = 'a'"), "4\n");
}

TEST_F(SqliteTableTest, AKeyThatNothingMakesUniqueIsRefusedAtOnce) {
  run("CREATE TABLE t (k, n)");
  SqliteTable to = table({"k"});
  EXPECT_FALSE(to.open());
}

TEST_F(SqliteTableTest, ATableIsMadeOfItsFirstRowWhereThatIsAskedFor) {
  SqliteTable refused = table();
  const Done none = refused.open();
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().text.find("no table"), std::string::npos);
  SqliteTable to = table({"k"}, true);
  ASSERT_TRUE(to.open());
  EXPECT_EQ(to.write(Rows{R"({"k":1,"odd \"name\"":2})", R"({"k":1,"odd \"name\"":3})"}).failed, "");
  EXPECT_EQ(ask("SELECT * FROM t"), "1|3\n");
}

TEST_F(SqliteTableTest, ARowThatMakesNoTableLeavesThatToTheNext) {
  SqliteTable to = table({}, true);
  ASSERT_TRUE(to.open());
  std::string wide = "{";
  for (int i = 0; i < 2500; ++i) wide += (i ? ",\"c" : "\"c") + std::to_string(i) + "\":1";
  wide += "}";
  const auto outcome = to.write(Rows{wide, R"({"a":1})", R"({"a":2})"});
  EXPECT_EQ(outcome.failed, "");
  ASSERT_EQ(outcome.refused.size(), 1u);
  EXPECT_EQ(outcome.refused[0].first, 0u);
  EXPECT_EQ(ask("SELECT a FROM t"), "1\n2\n");
}

TEST_F(SqliteTableTest, WhatCannotBeCommittedLeavesNothingBehind) {
  run("CREATE TABLE t (a)");
  SqliteTable to = table();
  ASSERT_TRUE(to.open());
  run("BEGIN IMMEDIATE");  // another writer that does not end
  to.interrupt();          // nor is it waited for
  const auto outcome = to.write(Rows{R"({"a":1})"});
  EXPECT_NE(outcome.failed, "");
  run("ROLLBACK");
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "0\n");
}

}  // namespace
}  // namespace leat
