// Chunks against a vector, and what they hold against what is used.
#include "core/base/chunks.h"

#include <gtest/gtest.h>

#include <string>

namespace leat {
namespace {

TEST(Chunks, RowsStayWhereTheyAreAndReadAsAVectorsDo) {
  Chunks<std::string> rows;
  std::vector<std::string> plain;
  const std::string* early = nullptr;
  for (int i = 0; i < 20'000; ++i) {
    rows.push_back(std::to_string(i));
    plain.push_back(std::to_string(i));
    if (i == 5000) early = &rows[5000];
  }
  rows.grow(20'003);
  plain.resize(20'003);
  rows[20'001] = plain[20'001] = "x";
  ASSERT_EQ(rows.size(), plain.size());
  for (size_t i = 0; i < plain.size(); ++i) ASSERT_EQ(rows[i], plain[i]) << i;
  EXPECT_EQ(early, &rows[5000]);
}

TEST(Chunks, TheElementsOfARowStandSideBySide) {
  Chunks<size_t> rows(3);
  for (size_t row = 0; row < 10'000; ++row) rows.add([&](size_t i) { return 10 * row + i; });
  ASSERT_EQ(rows.size(), 10'000u);
  for (size_t row = 0; row < 10'000; ++row)
    for (size_t i = 0; i < 3; ++i) ASSERT_EQ(rows.at(row)[i], 10 * row + i);
}

// A vector that doubles holds three times what is used while it does.
TEST(Chunks, HoldWhatIsUsedAndOnePieceMore) {
  const int64_t before = meter::taken;
  {
    Chunks<uint64_t> rows;
    for (int64_t i = 1; i <= 1'000'000; ++i) {
      rows.push_back(0);
      ASSERT_LE(meter::taken - before, std::max<int64_t>(2 * i, i + 4096) * 8) << i;
    }
  }
  EXPECT_EQ(meter::taken, before);
}

TEST(Chunks, AFewRowsTakeLittle) {
  const int64_t before = meter::taken;
  Chunks<uint64_t> rows;
  rows.push_back(0);
  EXPECT_LE(meter::taken - before, 64);
}

}  // namespace
}  // namespace leat
