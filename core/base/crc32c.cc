#include "core/base/crc32c.h"

#include <array>
#include <cstddef>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace leat {
namespace {

constexpr uint32_t kPolynomial = 0x82F63B78;  // bits reversed

using Table = std::array<std::array<uint32_t, 256>, 8>;

// table[n][b]: the register after byte b and n zero bytes.
constexpr Table kTable = [] {
  Table table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1 ? kPolynomial : 0);
    table[0][byte] = value;
  }
  for (size_t n = 1; n < 8; ++n)
    for (size_t byte = 0; byte < 256; ++byte) table[n][byte] = table[n - 1][byte] >> 8 ^ table[0][table[n - 1][byte] & 255];
  return table;
}();

uint32_t step(uint32_t state, unsigned char byte) { return state >> 8 ^ kTable[0][(state ^ byte) & 255]; }

uint64_t word_at(const char* at) {
  uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

#if defined(__x86_64__)

// The instruction takes three cycles and can start every cycle: three stretches side by side keep it busy, and the
// registers of the first two are moved on by a stretch of zeros each, which is linear and so goes by tables.
template <size_t kStretch>
const std::array<std::array<uint32_t, 256>, 4>& zeros() {
  static const auto table = [] {
    std::array<uint32_t, 32> basis;
    for (int bit = 0; bit < 32; ++bit) {
      basis[bit] = uint32_t{1} << bit;
      for (size_t i = 0; i < kStretch; ++i) basis[bit] = step(basis[bit], 0);
    }
    std::array<std::array<uint32_t, 256>, 4> out{};
    for (int byte = 0; byte < 4; ++byte)
      for (uint32_t value = 0; value < 256; ++value)
        for (int bit = 0; bit < 8; ++bit)
          if (value >> bit & 1) out[byte][value] ^= basis[8 * byte + bit];
    return out;
  }();
  return table;
}

template <size_t kStretch>
__attribute__((target("sse4.2"))) uint64_t three(const char*& at, const char* end, uint64_t state) {
  const auto& zero = zeros<kStretch>();
  const auto moved = [&](uint64_t x) { return zero[0][x & 255] ^ zero[1][x >> 8 & 255] ^ zero[2][x >> 16 & 255] ^ zero[3][x >> 24 & 255]; };
  while (static_cast<size_t>(end - at) >= 3 * kStretch) {
    uint64_t second = 0, third = 0;
    for (const char* stop = at + kStretch; at < stop; at += 8) {
      state = _mm_crc32_u64(state, word_at(at));
      second = _mm_crc32_u64(second, word_at(at + kStretch));
      third = _mm_crc32_u64(third, word_at(at + 2 * kStretch));
    }
    state = moved(moved(state) ^ second) ^ third;
    at += 2 * kStretch;
  }
  return state;
}

__attribute__((target("sse4.2"))) uint32_t by_instruction(std::string_view bytes, uint32_t before) {
  const char* at = bytes.data();
  const char* end = at + bytes.size();
  uint64_t state = ~before;
  state = three<2048>(at, end, state);
  state = three<256>(at, end, state);
  for (; end - at >= 8; at += 8) state = _mm_crc32_u64(state, word_at(at));
  auto narrow = static_cast<uint32_t>(state);
  for (; at < end; ++at) narrow = _mm_crc32_u8(narrow, static_cast<unsigned char>(*at));
  return ~narrow;
}

#endif

}  // namespace

uint32_t crc32c_portable(std::string_view bytes, uint32_t before) {
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto* end = at + bytes.size();
  uint32_t state = ~before;
  for (; end - at >= 8; at += 8) {
    state ^= static_cast<uint32_t>(at[0]) | static_cast<uint32_t>(at[1]) << 8 | static_cast<uint32_t>(at[2]) << 16 |
             static_cast<uint32_t>(at[3]) << 24;
    state = kTable[7][state & 255] ^ kTable[6][state >> 8 & 255] ^ kTable[5][state >> 16 & 255] ^ kTable[4][state >> 24] ^
            kTable[3][at[4]] ^ kTable[2][at[5]] ^ kTable[1][at[6]] ^ kTable[0][at[7]];
  }
  for (; at < end; ++at) state = step(state, *at);
  return ~state;
}

uint32_t crc32c(std::string_view bytes, uint32_t before) {
#if defined(__x86_64__)
  static const bool can = __builtin_cpu_supports("sse4.2");
  if (can) return by_instruction(bytes, before);
#endif
  return crc32c_portable(bytes, before);
}

}  // namespace leat
