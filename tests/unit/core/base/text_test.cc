#include "core/base/text.h"

#include <array>

#include <gtest/gtest.h>

namespace leat {
namespace {

using namespace std::chrono_literals;

TEST(Text, Duration) {
  EXPECT_EQ(text::duration("250ms"), Duration(250ms));
  EXPECT_EQ(text::duration("1.5s"), Duration(1500ms));
  EXPECT_EQ(text::duration("5m"), Duration(5min));
  for (const char* bad : {"", "5", "ms", "-5s", "+5s", "5 s", "1e3s", "5x", "inf", "999999999999999h"})
    EXPECT_FALSE(text::duration(bad)) << bad;
  EXPECT_EQ(text::duration(Duration(1500ms)), "1500ms");
  EXPECT_EQ(text::duration(Duration(5min)), "5m");
}

TEST(Text, Size) {
  EXPECT_EQ(text::size("64KiB"), 65536u);
  EXPECT_EQ(text::size("1MB"), 1'000'000u);
  EXPECT_EQ(text::size("1.5KiB"), 1536u);
  for (const char* bad : {"", "KiB", "-1", "1.3B", "1KIB"}) EXPECT_FALSE(text::size(bad)) << bad;
}

TEST(Text, NumberIsJson) {
  for (const char* good : {"0", "-0", "1.5", "1e400", "-12E+3"}) EXPECT_TRUE(text::number(good)) << good;
  for (const char* bad : {"", "01", ".5", "5.", "+1", "inf", "nan", "1e", "0x1", " 1"}) EXPECT_FALSE(text::number(bad)) << bad;
}

TEST(Text, Rfc3339) {
  const auto time = text::rfc3339("2024-02-29T23:59:60.25+01:30");
  ASSERT_TRUE(time);
  EXPECT_EQ(text::rfc3339(*time), "2024-02-29T22:29:59.999999999Z");
  EXPECT_EQ(text::rfc3339(*text::rfc3339("1969-12-31T23:59:59.5Z")), "1969-12-31T23:59:59.5Z");
  for (const char* bad : {"2023-02-29T00:00:00Z", "2024-01-01", "2024-01-01T00:00:00", "2024-01-01T24:00:00Z", "2024-01-01T00:00:00.Z",
                          "2300-01-01T00:00:00Z"})
    EXPECT_FALSE(text::rfc3339(bad)) << bad;
}

TEST(Text, Utf8) {
  EXPECT_TRUE(text::utf8("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"));
  for (const char* bad : {"\x80", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xC3"}) EXPECT_FALSE(text::utf8(bad));
}

TEST(Text, Nearest) {
  const std::array<std::string_view, 3> known{"filter", "window", "batch"};
  EXPECT_EQ(text::nearest("fliter", known), "filter");
  EXPECT_EQ(text::nearest("widnow", known), "window");
  EXPECT_FALSE(text::nearest("frobnicate", known));
}

}  // namespace
}  // namespace leat
