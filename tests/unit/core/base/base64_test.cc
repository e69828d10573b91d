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

TEST(Base64, ReadingForgivesPadding) {
  for (const char* text : {"Zm9vYg==", "Zm9vYg=", "Zm9vYg"}) {
    std::string out;
    EXPECT_TRUE(base64::read(text, out)) << text;
    EXPECT_EQ(out, "foob");
  }
  std::string out;
  EXPECT_FALSE(base64::read("Zm9vY", out));
  EXPECT_FALSE(base64::read("Zm-v", out));
}

TEST(Base32, VectorsOfRfc4648) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "MY======"},
                                                         {"fo", "MZXQ===="},
                                                         {"foo", "MZXW6==="},
                                                         {"foob", "MZXW6YQ="},
                                                         {"fooba", "MZXW6YTB"},
                                                         {"foobar", "MZXW6YTBOI======"}};
  for (const auto& [plain, text] : vectors) {
    std::string letters, bytes;
    base32::encode(plain, letters);
    EXPECT_EQ(letters, text);
    EXPECT_TRUE(base32::read(text, bytes));
    EXPECT_EQ(bytes, plain);
  }
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
