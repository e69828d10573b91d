// Keys: found, sorted and let go of.
#include <algorithm>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/base/meter.h"
#include "core/window/groups.h"

namespace leat::window {
namespace {

TEST(Keys, CompareByPart) {
  EXPECT_LT(compare_keys("9\n\"b\"\n", "10\n\"a\"\n"), 0);
  EXPECT_GT(compare_keys("9\n\"b\"\n", "9\n\"a\"\n"), 0);
  EXPECT_EQ(compare_keys("9\n\"b\"\n", "9\n\"b\"\n"), 0);
  EXPECT_LT(compare_keys("null\n", "\"\"\n"), 0);
}

TEST(Keys, AnErasedKeyGivesItsBytesBack) {
  Keys keys;
  const std::string text(1'000'000, 'k');
  keys.add({text, 1});
  const int64_t held = meter::taken;
  keys.erase(keys.find({text, 1}));
  EXPECT_LT(meter::taken, held - 990'000);
}

// What dedupe remembers: its details say 128 MiB.
TEST(Keys, AMillionOfThemInTheMemoryTheyAreSaidToTake) {
  std::mt19937_64 random(2);
  const int64_t before = meter::taken;
  Keys keys;
  int64_t most = 0;
  for (size_t i = 0; i < 1'000'000; ++i) {
    const std::string key = fmt::format("\"{:016x}-{:016x}xyz\"\n", random(), random());
    keys.add({key, hash(key, 7)});
    most = std::max(most, meter::taken - before);
  }
  EXPECT_LE(most, 112 << 20);  // and 16 bytes for each in the order they were seen in
}

// Against the plain order: what keys are ranked by at first must never decide otherwise.
TEST(Keys, AreSortedAsTheirPartsCompare) {
  std::mt19937_64 random(3);
  const auto pick = [&](size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random); };
  const std::vector<std::string> texts{"\"\"",
                                       "\"a\"",
                                       "\"ab\"",
                                       "\"host-1\"",
                                       "\"host-10\"",
                                       "\"host-2\"",
                                       "\"host-100000000\"",
                                       "\"host-1000000001\"",
                                       "\"h\xC3\xA9\"",
                                       "\"host-\xF0\x9F\x98\x80\"",
                                       "\"a\\u0000b\"",
                                       "\"host-1000000002\""};
  const std::vector<std::string> numbers{"0",    "-1", "1", "-2.5", "2.5", "1e300", "-1e300", "9007199254740993", "9007199254740992",
                                         "1e-9", "10", "9"};
  const std::vector<std::string> others{"null", "true", "false", "[1]", "[\"a\"]", "{\"a\":1}"};
  for (int round = 0; round < 300; ++round) {
    Keys keys;
    std::vector<std::string> plain;
    const size_t kind = pick(3), parts = 1 + pick(2);
    for (int i = 0; i < 40; ++i) {
      std::string key;
      for (size_t part = 0; part < parts; ++part) {
        const size_t of = kind == 2 ? pick(3) : kind;
        const auto& all = of == 0 ? texts : of == 1 ? numbers : others;
        key += all[pick(all.size())] + "\n";
      }
      if (keys.find({key, hash(key, 7)}) != Keys::kNone) continue;
      keys.add({key, hash(key, 7)});
      plain.push_back(key);
    }
    std::sort(plain.begin(), plain.end(), [](const auto& a, const auto& b) { return compare_keys(a, b) < 0; });
    std::vector<std::string> got;
    for (uint32_t row : keys.sorted()) got.emplace_back(keys.key(row).text);
    ASSERT_EQ(got, plain) << round;
  }
}

}  // namespace
}  // namespace leat::window
