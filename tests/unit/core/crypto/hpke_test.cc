// HPKE against RFC 9180, and against itself where a byte is not what it was.
#include "core/crypto/hpke.h"

#include <gtest/gtest.h>

#include "tests/support/keys.h"

namespace leat::crypto::hpke {
namespace {

using test::bytes_of;
using test::hex_of;

Key private_key(const std::string& pem) {
  auto key = Key::read_private(pem);
  if (!key) throw std::runtime_error(key.error().text);
  return *key;
}

struct Vector {
  std::string name, own, ephemeral, front, sealed;
};

// The RFC's A.1.1 and A.3.1, number 0 of each.
const Vector kVectors[] = {
    {"X25519", test::kX25519Private,
     test::pem_of("PRIVATE KEY", "302e020100300506032b656e04220420", "52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736"),
     "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
     "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a"},
    {"P-256", test::kP256Private,
     test::pem_of("PRIVATE KEY", "3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420",
                  "4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb"),
     "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4",
     "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434"},
};
const std::string kText = bytes_of("4265617574792069732074727574682c20747275746820626561757479");
const std::string kInfo = bytes_of("4f6465206f6e2061204772656369616e2055726e"), kAside = bytes_of("436f756e742d30");
const Beside kBeside{kInfo, kAside, Aead::aes128};

TEST(Hpke, IsThatOfRfc9180) {
  for (const Vector& vector : kVectors) {
    SCOPED_TRACE(vector.name);
    const Key own = private_key(vector.own);
    std::string sealed;
    ASSERT_TRUE(seal(own, private_key(vector.ephemeral), kBeside, kText, sealed));
    EXPECT_EQ(hex_of(sealed), vector.front + vector.sealed);
    std::string text;
    ASSERT_TRUE(open(own, kBeside, bytes_of(vector.front + vector.sealed), text));
    EXPECT_EQ(text, kText);
  }
}

// Made by python3 cryptography 48, Suite(KEM, KDF.HKDF_SHA256, AEAD.AES_256_GCM).encrypt(b"Beauty is truth", key, b"leat sealed 1"), with
// the public keys above.
TEST(Hpke, WithAKeyOf256BitsIsThatOfAnotherLibrary) {
  const std::pair<std::string, std::string> made[] = {
      {test::kX25519Private,
       "bcd7ab20e2b24b0cf6aad7dbb1152defcc1e180cabeb6bfd14ca3040b1f0f97a6880446d5a8b06e0f5d9ea706d29ca0dc64ec60d70f5c2500a338b46491ba1"},
      {test::kP256Private,
       "0469f81b018796349015484076615cb68dedf730ca4d4faa120f475635b957c0bf2e61147c67476c5bf0e3b142662e65652bfe704740f8bcb738fecda3aa36191ad"
       "d7ff0d19f657c2ac4318970fe1c544372fd85f0362788b6bffcb3e622f928"},
  };
  for (const auto& [own, sealed] : made) {
    std::string text;
    ASSERT_TRUE(open(private_key(own), {"leat sealed 1", ""}, bytes_of(sealed), text));
    EXPECT_EQ(text, "Beauty is truth");
  }
}

TEST(Hpke, OpensForOneKeyWithTheWordsBesideItAndWholeAlone) {
  for (const Vector& vector : kVectors) {
    SCOPED_TRACE(vector.name);
    const Key own = private_key(vector.own);
    const auto ephemeral = Key::fresh(own.kind()), other = Key::fresh(own.kind());
    ASSERT_TRUE(ephemeral && other);
    const Beside beside{"info", "aside"};
    std::string sealed, text;
    ASSERT_TRUE(seal(own, *ephemeral, beside, kText, sealed));
    EXPECT_TRUE(open(own, beside, sealed, text));
    EXPECT_EQ(text, kText);
    EXPECT_FALSE(open(*other, beside, sealed, text)) << "another key";
    EXPECT_FALSE(open(own, {"Info", "aside"}, sealed, text));
    EXPECT_FALSE(open(own, {"info", "asidE"}, sealed, text));
    for (size_t size = 0; size < sealed.size(); ++size) EXPECT_FALSE(open(own, beside, sealed.substr(0, size), text)) << size;
    for (size_t at = 0; at < sealed.size(); ++at) {
      std::string changed = sealed;
      changed[at] = static_cast<char>(changed[at] ^ 0x01);
      EXPECT_FALSE(open(own, beside, changed, text)) << "byte " << at;
    }
    EXPECT_EQ(text, kText) << "nothing was added";
    std::string again;
    ASSERT_TRUE(seal(own, *Key::fresh(own.kind()), beside, kText, again));
    EXPECT_NE(again, sealed);
  }
}

}  // namespace
}  // namespace leat::crypto::hpke
