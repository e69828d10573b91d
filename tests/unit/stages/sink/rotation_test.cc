#include "stages/sink/rotation.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "tests/support/scratch.h"

namespace leat {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

class RotationTest : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text = "x") { std::ofstream(folder_ / name) << text; }
  Done turn(const std::string& name, const Rotation& how = {}) { return how.turn((folder_ / name).string()); }
  Names names() const {
    Names all;
    for (const auto& entry : fs::directory_iterator(folder_.path())) all.insert(entry.path().filename().string());
    return all;
  }

  const test::Scratch folder_;
};

TEST_F(RotationTest, TheNumberStandsInFrontOfTheExtensions) {
  for (const char* name : {"out.ndjson", "out.ndjson.gz", "plain", ".hidden", "a.b.csv.zst"}) {
    write(name);
    EXPECT_TRUE(turn(name));
  }
  EXPECT_EQ(names(), (Names{"out.000001.ndjson", "out.000001.ndjson.gz", "plain.000001", ".hidden.000001", "a.b.000001.csv.zst"}));
}

TEST_F(RotationTest, TheNextNumberIsBehindTheHighest) {
  write("out.000007.ndjson", "old"), write("out.999999.ndjson", "older"), write("out.ndjson", "new");
  EXPECT_TRUE(turn("out.ndjson"));
  EXPECT_EQ(names(), (Names{"out.000007.ndjson", "out.999999.ndjson", "out.1000000.ndjson"}));
  write("out.ndjson");
  EXPECT_TRUE(turn("out.ndjson"));
  EXPECT_TRUE(names().contains("out.1000001.ndjson"));
}

TEST_F(RotationTest, TheOldestGoAndNothingElseDoes) {
  const Names others{"out.1.ndjson", "out.00001x.ndjson", "out.000001.ndjson.gz", "outer.000001.ndjson", "out.000001.csv", "000001.ndjson"};
  for (const std::string& name : others) write(name);
  for (int i = 0; i < 5; ++i) {
    write("out.ndjson", std::to_string(i));
    EXPECT_TRUE(turn("out.ndjson", {.size = {}, .every = {}, .keep = 2}));
  }
  Names expected = others;
  expected.insert({"out.000004.ndjson", "out.000005.ndjson"});
  EXPECT_EQ(names(), expected);
}

TEST_F(RotationTest, NoNumberIsSoHighThatItWraps) {
  write("out.18446744073709551615.ndjson", "theirs"), write("out.0000000000001.ndjson", "theirs too"), write("out.ndjson");
  EXPECT_TRUE(turn("out.ndjson", {.size = {}, .every = {}, .keep = 1}));
  EXPECT_EQ(names(), (Names{"out.18446744073709551615.ndjson", "out.0000000000001.ndjson", "out.000001.ndjson"}));
}

TEST(Rotation, KnowsTheNamesOfFinishedFiles) {
  for (const char* path : {"a.000001.ndjson", "d/a.000900.csv.gz", "a.000001", "a.b.123456789012.log", ".000001.x"})
    EXPECT_TRUE(Rotation::looks_finished(path)) << path;
  for (const char* path :
       {"a.ndjson", "a.00001.ndjson", "000001.ndjson", "a000001.ndjson", "a.000001x.ndjson", "a.1234567890123.x", "d.000001/a.x"})
    EXPECT_FALSE(Rotation::looks_finished(path)) << path;
}

TEST_F(RotationTest, WhatIsGoneIsTold) {
  const Done done = turn("gone.ndjson");
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().text.find("No such file"), std::string::npos) << done.error().text;
}

}  // namespace
}  // namespace leat
