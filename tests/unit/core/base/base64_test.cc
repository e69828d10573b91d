#include "core/base/base64.h"

#include <random>

#include <gtest/gtest.h>

namespace leat {
namespace {

std::string encoded(std::string_view bytes) {
  std::string out;
  base64::encode(bytes, out);
  return out;
}

TEST(Base64, VectorsOfRfc4648) {
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, text] : vectors) {
    EXPECT_EQ(encoded(plain), text);
    EXPECT_EQ(base64::decode(text), plain);
  }
}

TEST(Base64, OnlyWhatEncodingMakesIsRead) {
  for (const char* text : {"Zg", "Zg=", "Zg===", "====", "Zh==", "Zm9=", "Z m8=", "Zm8\n", "Zg==Zg==", "Zm_-", "=Zg=", "Z==="})
    EXPECT_FALSE(base64::decode(text)) << text;
}

TEST(Base64, RandomBytesComeBack) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    std::string bytes(random() % 100, 0);
    for (char& c : bytes) c = static_cast<char>(random());
    ASSERT_EQ(base64::decode(encoded(bytes)), bytes);
  }
}

}  // namespace
}  // namespace leat
