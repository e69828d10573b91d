// The operations of OpenSSL as leat calls them, against the examples of their standards.
#include "core/crypto/primitives.h"

#include <gtest/gtest.h>

#include "tests/support/keys.h"

namespace leat::crypto {
namespace {

using test::bytes_of;
using test::hex_of;

Secret secret(std::string_view hex) {
  const std::string bytes = bytes_of(hex);
  Secret made(bytes.size());
  std::copy(bytes.begin(), bytes.end(), made.data());
  return made;
}

class Crypto : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(Key::fresh(Key::Kind::p256)); }  // loads the library
};
using Primitives = Crypto;
using Keys = Crypto;

TEST_F(Primitives, HkdfIsThatOfRfc5869) {
  const auto prk = extract(bytes_of("000102030405060708090a0b0c"), std::string(22, '\x0b'));
  ASSERT_TRUE(prk);
  EXPECT_EQ(hex_of(prk->view()), "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
  const auto okm = expand(*prk, bytes_of("f0f1f2f3f4f5f6f7f8f9"), 32);  // the RFC asks for 42
  ASSERT_TRUE(okm);
  EXPECT_EQ(hex_of(okm->view()), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
  const auto bare = extract("", std::string(22, '\x0b'));  // A.3: neither salt nor info
  ASSERT_TRUE(bare);
  EXPECT_EQ(hex_of(bare->view()), "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04");
  const auto less = expand(*bare, "", 16);
  ASSERT_TRUE(less);
  EXPECT_EQ(hex_of(less->view()), "8da4e775a563c18f715f802a063c5a31");
}

// Test cases 14 and 16 of the paper that NIST took GCM from (McGrew, Viega), and 3 with a key of 128 bits.
TEST_F(Primitives, GcmIsThatOfNist) {
  struct Case {
    std::string_view key, nonce, aside, text, sealed;
  };
  const std::string_view text =
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
  const Case cases[] = {
      {"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", "",
       "00000000000000000000000000000000", "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
      {"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
       "feedfacedeadbeeffeedfacedeadbeefabaddad2", text,
       "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
       "76fc6ece0f4e1768cddf8853bb2d551b"},
      {"feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2", text,
       "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
       "5bc94fbc3221a5db94fae95ae7121a47"},
  };
  for (const auto& [key, nonce, aside, plain, sealed] : cases) {
    std::string out = "kept";
    ASSERT_TRUE(encrypt(secret(key), secret(nonce), bytes_of(aside), bytes_of(plain), out));
    EXPECT_EQ(hex_of(out.substr(4)), sealed);
    std::string back = "kept";
    ASSERT_TRUE(decrypt(secret(key), secret(nonce), bytes_of(aside), bytes_of(sealed), back));
    EXPECT_EQ(hex_of(back.substr(4)), plain);
    back = "kept";
    EXPECT_FALSE(decrypt(secret(key), secret(nonce), bytes_of(aside) + "x", bytes_of(sealed), back));
    EXPECT_EQ(back, "kept") << "what did not open is not shown";
  }
  std::string out;
  EXPECT_FALSE(decrypt(secret(cases[0].key), secret(cases[0].nonce), "", "shorter", out));
}

TEST_F(Primitives, Ed25519IsThatOfRfc8032) {
  const auto key = Key::read_private(test::kEd25519Private);
  ASSERT_TRUE(key) << key.error().text;
  const auto signature = sign(*key, "");
  ASSERT_TRUE(signature);
  EXPECT_EQ(
      hex_of(*signature),
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
  const auto other = Key::read_public(test::kOtherEd25519Public);
  ASSERT_TRUE(other);
  const std::string of_r = bytes_of(
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  EXPECT_TRUE(verify(other->front(), "r", of_r));
  EXPECT_FALSE(verify(other->front(), "s", of_r));
  EXPECT_FALSE(verify(other->front(), "", *signature)) << "another key's";
}

// RFC 6979, A.2.5: its number is drawn from the key and the text, but whoever verifies does not ask where it is from.
TEST_F(Primitives, EcdsaIsThatOfRfc6979) {
  const auto key = Key::read_public(test::pem_of("PUBLIC KEY", "3059301306072a8648ce3d020106082a8648ce3d030107034200",
                                                 "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e"
                                                 "95628bc64f2f1b20c2d7e9f5177a3c294d4462299"));
  ASSERT_TRUE(key) << key.error().text;
  const std::string signature = bytes_of(
      "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4"
      "ab2f843acda8");
  EXPECT_TRUE(verify(key->front(), "sample", signature));
  EXPECT_FALSE(verify(key->front(), "Sample", signature));
}

TEST_F(Primitives, KeysOfDifferentKindsHaveNothingInCommon) {
  const auto point = Key::fresh(Key::Kind::p256), curve = Key::fresh(Key::Kind::x25519), signing = Key::fresh(Key::Kind::ed25519);
  ASSERT_TRUE(point && curve && signing);
  EXPECT_FALSE(agree(*point, *curve));
  EXPECT_FALSE(agree(*signing, *signing));
  EXPECT_FALSE(sign(*curve, "x"));
  EXPECT_FALSE(verify(*curve, "x", "x"));
  const auto zero = Key::from_bytes(Key::Kind::x25519, std::string(32, '\0'));  // RFC 7748, 6.1: the answer would be known to all
  EXPECT_TRUE(!zero || !agree(*curve, *zero));
}

TEST_F(Keys, AreReadFromPemWhateverStandsBeside) {
  const std::string all = "a note\n" + test::kEd25519Public +
                          "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + test::kP256Private +
                          test::kX25519Public;
  const auto keys = Key::read_public(all);
  ASSERT_TRUE(keys) << keys.error().text;
  ASSERT_EQ(keys->size(), 2u);
  EXPECT_EQ((*keys)[0].kind(), Key::Kind::ed25519);
  EXPECT_EQ((*keys)[1].kind(), Key::Kind::x25519);
  const auto own = Key::read_private(all);
  ASSERT_TRUE(own);
  EXPECT_EQ(own->kind(), Key::Kind::p256);
  const auto half = Key::read_public(test::kP256Public);
  ASSERT_TRUE(half);
  EXPECT_EQ(own->bytes(), half->front().bytes());
  EXPECT_EQ(own->id(), half->front().id());
  // openssl pkey -pubin -outform DER | openssl dgst -sha256
  EXPECT_EQ((*keys)[0].id(), "06e3fd8fda29bb60ab59557de61edb0aecdb231134be30e75b455f8e1b792fa9");
}

TEST_F(Keys, AreRefusedWithoutAWordOfWhatIsInThem) {
  const auto why = [](const auto& result) { return result ? std::string("read") : result.error().text; };
  EXPECT_EQ(why(Key::read_public("")), "holds no public key");
  EXPECT_EQ(why(Key::read_private("-----BEGIN PRIVATE KEY-----\nno end")), "holds no private key");
  EXPECT_EQ(why(Key::read_private("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n")),
            "holds a private key that cannot be read");
  EXPECT_EQ(why(Key::read_public("-----BEGIN PUBLIC KEY-----\nc2VjcmV0\n-----END PUBLIC KEY-----\n")),
            "holds a public key that cannot be read");
  EXPECT_EQ(why(Key::read_private("-----BEGIN ENCRYPTED PRIVATE KEY-----\nc2VjcmV0\n-----END ENCRYPTED PRIVATE KEY-----\n")),
            "wants a passphrase");
  // openssl genpkey -algorithm ED448 | openssl pkey -pubout
  EXPECT_EQ(why(Key::read_public("-----BEGIN PUBLIC KEY-----\n"
                                 "MEMwBQYDK2VxAzoATS419RH1wLqarP7SUB1ucOBfSYAP5CMy54SH6Vce5S2IUbHJ7FfqgT4cxbCzC0wuEe5F0g4OgCKA\n"
                                 "-----END PUBLIC KEY-----\n"))
                .substr(0, 21),
            "a key of the kind ED4");
}

TEST_F(Keys, PointsThatAreOnNoCurveAreNone) {
  std::string point = bytes_of(
      "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0");
  EXPECT_TRUE(Key::from_bytes(Key::Kind::p256, point));
  point.back() ^= 1;
  EXPECT_FALSE(Key::from_bytes(Key::Kind::p256, point));
  EXPECT_FALSE(Key::from_bytes(Key::Kind::p256, point.substr(0, 64)));
  EXPECT_FALSE(Key::from_bytes(Key::Kind::p256, ""));
  EXPECT_FALSE(Key::from_bytes(Key::Kind::x25519, "short"));
}

}  // namespace
}  // namespace leat::crypto
