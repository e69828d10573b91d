// Hash: 64 well mixed bits of a key's bytes. A seed that changes from run to run keeps an input from being made to collide.
// Owner:   pure function.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace leat::window {

namespace detail {
// The two halves of a 128-bit product folded: every input bit reaches every output bit.
inline uint64_t fold(uint64_t a, uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

inline uint64_t word(const char* at, size_t size) {  // size 1..8
  uint64_t bits = 0;
  std::memcpy(&bits, at, size);
  return bits;
}
}  // namespace detail

inline uint64_t hash(std::string_view key, uint64_t seed) {
  constexpr uint64_t kOdd = 0x9E3779B97F4A7C15, kOther = 0xD1B54A32D192ED03;  // golden ratio; a multiplier of full period
  uint64_t state = seed ^ detail::fold(key.size() ^ kOdd, kOther);
  const char* at = key.data();
  size_t left = key.size();
  for (; left > 8; at += 8, left -= 8) state = detail::fold(detail::word(at, 8) ^ kOdd, state ^ kOther);
  if (left > 0) state = detail::fold(detail::word(at, left) ^ kOdd, state ^ kOther);
  return detail::fold(state ^ kOther, kOdd);
}

}  // namespace leat::window
