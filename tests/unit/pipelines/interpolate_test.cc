#include "pipelines/interpolate.h"

#include <gtest/gtest.h>

#include "tests/support/outside.h"

namespace leat {
namespace {

fake::World world() {
  fake::World made;
  made.variables.values = {{"HOST", "db1"}, {"EMPTY", ""}, {"_x9", "y"}};
  made.files = {{"/run/secret", "s3cret\n"}};
  return made;
}

std::string read(std::string_view text) {
  const auto made = world();
  const auto outside = made.outside();
  auto value = interpolate(text, outside);
  return value ? value->text : "! " + value.error().text;
}

// Expected values: what dash prints for the same words in double quotes, ${file:} aside.
TEST(Interpolate, AsTheShellDoes) {
  EXPECT_EQ(read("plain $HOST {x}"), "plain $HOST {x}");
  EXPECT_EQ(read("tcp://${HOST}:90"), "tcp://db1:90");
  EXPECT_EQ(read("${HOST}${_x9}"), "db1y");
  EXPECT_EQ(read("${NONE:-a b}"), "a b");
  EXPECT_EQ(read("${NONE:-}"), "");
  EXPECT_EQ(read("${EMPTY}"), "");
  EXPECT_EQ(read("${EMPTY:-z}"), "z");
  EXPECT_EQ(read("${HOST:?no}"), "db1");
  EXPECT_EQ(read("${EMPTY:?say where}"), "! EMPTY: say where");
  EXPECT_EQ(read("${file:/run/secret}!"), "s3cret!");
}

TEST(Interpolate, Refuses) {
  EXPECT_EQ(read("${NONE}"), "! the variable NONE is not set");
  EXPECT_EQ(read("${file:/none}"), "! /none: no such file");
  EXPECT_EQ(read("a ${HOST"), "! ${ is never closed");
  for (const char* odd : {"${}", "${1x}", "${HOST-x}", "${HOST:+x}", "${a.b}"}) EXPECT_EQ(read(odd).substr(0, 2), "! ") << odd;
}

TEST(Interpolate, EscapeIsItsInverse) {
  for (const char* text : {"${HOST}", "$${HOST}", "$$${x}", "$", "$$", "${", "a$b{c}", "$${", "x$$$${y}$"})
    EXPECT_EQ(read(escape_dollars(text)), text);
  const auto made = world();
  EXPECT_FALSE(interpolate("$${HOST}", made.outside())->changed);
  EXPECT_TRUE(interpolate("${HOST}", made.outside())->changed);
}

}  // namespace
}  // namespace leat
