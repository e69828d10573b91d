// number. The peer of real() is strtod, which rounds to the nearest double.
#include "core/data/number.h"

#include <cmath>
#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

namespace leat {
namespace {

TEST(Number, RealIsTheNearestDouble) {
  std::mt19937 random(3);
  const auto below = [&](size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random); };
  size_t short_ones = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string text = below(4) == 0 ? "-" : "";
    if (below(5) == 0)
      text += '0';
    else
      for (size_t size = below(20) + 1, first = 1; size > 0; --size, first = 0) text += static_cast<char>('0' + first + below(10 - first));
    if (below(3) != 0) {
      text += '.';
      for (size_t size = below(20) + 1; size > 0; --size) text += static_cast<char>('0' + below(10));
    }
    if (below(8) == 0) text += below(2) == 0 ? "e-12" : "E5";
    short_ones += text.size() < 16;
    const double value = number::real(text), peer = std::strtod(text.c_str(), nullptr);
    ASSERT_EQ(value, peer) << text;
    ASSERT_EQ(std::signbit(value), std::signbit(peer)) << text;
  }
  EXPECT_GT(short_ones, 50'000u);
}

}  // namespace
}  // namespace leat
