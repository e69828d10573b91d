// Digests from FIPS 180-4's examples, RFC 4231's cases and python3's hashlib.
#include "core/base/sha256.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

std::string sha256(std::string_view text, size_t piece = 1000) {
  Sha256 sum;
  for (size_t at = 0; at < text.size(); at += piece) sum.add(text.substr(at, piece));
  return hex(sum.end());
}

TEST(Sha256, FipsExamples) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(std::string(1'000'000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// The length is written into the last block, or one more: every place where that turns.
TEST(Sha256, AnyLengthInAnyPieces) {
  Sha256 all;
  for (size_t size = 0; size < 200; ++size) {
    const std::string text(size, 'x');
    const std::string whole = sha256(text);
    for (size_t piece : {1, 7, 63, 64, 65}) EXPECT_EQ(sha256(text, piece), whole) << size;
    all.add(whole);
  }
  // python3 -c 'import hashlib as h; print(h.sha256("".join(h.sha256(b"x"*n).hexdigest() for n in range(200)).encode()).hexdigest())'
  EXPECT_EQ(hex(all.end()), "f61ffcc417e1f0e59eba2da7fa32fbe05b64e478b68c6bacf990455f00248b98");
}

TEST(HmacSha256, Rfc4231) {
  const auto hmac = [](std::string_view key, std::string_view text) { return hex(HmacSha256(key).of(text)); };
  EXPECT_EQ(hmac(std::string(20, '\x0b'), "Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hmac("Jefe", "what do ya want for nothing?"), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

}  // namespace
}  // namespace leat
