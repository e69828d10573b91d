// number. The peer of real() is strtod, which rounds to the nearest double.
#include "core/data/number.h"

#include <charconv>
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

// The peer of write() is the C++ library's shortest text that reads back.
TEST(Number, FractionsAreWrittenAsShortAsTheyReadBack) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 300'000; ++round) {
    const double scale = std::pow(10, static_cast<double>(random() % 10));
    double value = static_cast<double>(random() % 1'000'000'000'000 >> random() % 40) / scale;
    if (round % 3 == 0) value *= 1.1;
    if (round % 7 == 0) value = std::nextafter(value, 1e300);
    if (round % 2 == 0) value = -value;
    if (std::fabs(value) < 1e-3 || std::fabs(value) >= 1e15 || value == std::floor(value)) continue;
    char peer[64];
    const std::string wanted(peer, std::to_chars(peer, peer + sizeof peer, value, std::chars_format::fixed).ptr);
    std::string out;
    number::write(value, out);
    ASSERT_EQ(out, wanted);
  }
}

}  // namespace
}  // namespace leat
