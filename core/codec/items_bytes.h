// Big-endian numbers inside heads, and doubles.
// Owner:   pure functions.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace leat::items {

inline uint64_t load(std::string_view bytes) {
  uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

inline void store(uint64_t value, int size, std::string& out) {
  for (int shift = 8 * size - 8; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xFF);
}

template <class To, class From>
To bits(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}

}  // namespace leat::items
