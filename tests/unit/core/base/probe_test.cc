// Probe. Its peer is std::string_view::find.
#include "core/base/probe.h"

#include <random>

#include <gtest/gtest.h>

namespace leat {
namespace {

TEST(Probe, FindsWhereTheTextIsFirst) {
  const std::string hay(300, 'a');
  for (size_t at : {0, 1, 31, 32, 63, 64, 65, 127, 200, 290, 297}) {
    std::string text = hay;
    text.replace(at, 3, "xyz");
    EXPECT_EQ(Probe("xyz").find(text), at);
    EXPECT_EQ(Probe("xyz").find(text, at), at);
    EXPECT_EQ(Probe("xyz").find(text, at + 1), std::string::npos);
    EXPECT_EQ(Probe("y").find(text), at + 1);
  }
  EXPECT_EQ(Probe("ab").find("a"), std::string::npos);
  EXPECT_EQ(Probe("a").find(""), std::string::npos);
  EXPECT_EQ(Probe("a").find("a", 2), std::string::npos);
}

TEST(Probe, NeverReadsOnePlaceWrong) {
  std::mt19937 random(11);
  const auto below = [&](size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random); };
  size_t found = 0;
  for (int round = 0; round < 30'000; ++round) {
    // A text of its very own size, so that a byte beyond it is a fault the sanitizers see.
    std::vector<char> bytes(below(400));
    for (char& c : bytes) c = "ab\"\\"[below(below(2) + 1 == 1 ? 2 : 4)];
    std::string wanted;
    for (size_t size = below(8) + 1; size > 0; --size) wanted += "ab\"\\"[below(4)];
    const std::string_view text(bytes.data(), bytes.size());
    const size_t from = below(text.size() + 1);
    ASSERT_EQ(Probe(wanted).find(text, from), text.find(wanted, from)) << wanted << " in " << text;
    found += text.find(wanted, from) != std::string_view::npos;
  }
  EXPECT_GT(found, 5000u);
}

}  // namespace
}  // namespace leat
