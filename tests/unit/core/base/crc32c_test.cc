#include "core/base/crc32c.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace leat {
namespace {

std::string counting(int from, int by) {
  std::string out;
  for (int i = 0; i < 32; ++i) out += static_cast<char>(from + i * by);
  return out;
}

// The check value of the CRC catalogues, and RFC 3720 B.4.
TEST(Crc32c, KnownVectors) {
  const std::pair<std::string, uint32_t> vectors[] = {{"", 0},
                                                      {"123456789", 0xE3069283},
                                                      {std::string(32, '\0'), 0x8A9136AA},
                                                      {std::string(32, '\xff'), 0x62A8AB43},
                                                      {counting(0, 1), 0x46DD794E},
                                                      {counting(31, -1), 0x113FDB5C}};
  for (const auto& [bytes, sum] : vectors) {
    EXPECT_EQ(crc32c(bytes), sum);
    EXPECT_EQ(crc32c_portable(bytes), sum);
  }
}

TEST(Crc32c, TheInstructionAndTheTablesAgreeAtEveryLengthAndAlignment) {
  std::mt19937 random(1);
  std::string bytes(30000, 0);
  for (char& c : bytes) c = static_cast<char>(random());
  for (size_t size = 0; size < 2000; ++size) {
    const auto part = std::string_view(bytes).substr(size % 17, size);
    ASSERT_EQ(crc32c(part), crc32c_portable(part)) << size;
  }
  for (size_t size = 2000; size < 29000; size += 331) {
    const auto part = std::string_view(bytes).substr(size % 17, size);
    ASSERT_EQ(crc32c(part), crc32c_portable(part)) << size;
  }
}

TEST(Crc32c, APieceGoesOnFromTheLast) {
  std::mt19937 random(2);
  std::string bytes(9000, 'x');
  for (char& c : bytes) c = static_cast<char>(random());
  for (int round = 0; round < 100; ++round) {
    const size_t cut = random() % bytes.size();
    EXPECT_EQ(crc32c(std::string_view(bytes).substr(cut), crc32c(std::string_view(bytes).substr(0, cut))), crc32c(bytes));
  }
}

}  // namespace
}  // namespace leat
