// Sha256 and the keyed hash made of it (FIPS 180-4, RFC 2104): so that who has no key learns nothing of what was hashed.
// Owner:   a value.   Thread: one.   Blocks: never.   Fails: cannot.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace leat {

class Sha256 {
 public:
  using Digest = std::array<unsigned char, 32>;
  static constexpr size_t kBlock = 64;

  void add(std::string_view bytes);
  Digest end();  // nothing is added after it

 private:
  void block(const unsigned char* bytes);

  std::array<uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<unsigned char, kBlock> rest_{};
  uint64_t size_ = 0;  // bytes so far; those beyond the last whole block are in rest_
};

class HmacSha256 {
 public:
  explicit HmacSha256(std::string_view key);
  Sha256::Digest of(std::string_view text) const;

 private:
  Sha256 inner_, outer_;  // with the key in them
};

std::string hex(const Sha256::Digest& digest);  // small letters

}  // namespace leat
