// Scan: where a JSON string stops being plain text, many bytes at a time.
// Owner:   pure functions.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace leat::json {

// What ends plain text. inside: the bytes a reader must look at, quote, backslash and controls. written: those and DEL, which a
// string that leaves has as escapes. foreign: the first and what is not ASCII, of text that may be no UTF-8.
enum class Stop : uint8_t { inside, written, foreign };

namespace scan {

template <Stop stop>
constexpr auto kTable = [] {
  std::array<bool, 256> table{};
  for (size_t i = 0; i < 0x20; ++i) table[i] = true;
  table['"'] = table['\\'] = true;
  table[0x7F] = stop == Stop::written;
  for (size_t i = 0x80; i < 0x100; ++i) table[i] = stop == Stop::foreign;
  return table;
}();

// The high bit of each of eight bytes that stops; a byte behind one that does may be marked too.
template <Stop stop>
inline uint64_t stops(uint64_t word) {
  constexpr uint64_t kOnes = 0x0101010101010101, kHigh = 0x8080808080808080;
  const auto zero = [](uint64_t at) { return (at - kOnes) & ~at; };
  uint64_t out = ((word - kOnes * 0x20) & ~word) | zero(word ^ kOnes * '"') | zero(word ^ kOnes * '\\');
  if constexpr (stop == Stop::written) out |= zero(word ^ kOnes * 0x7F);
  if constexpr (stop == Stop::foreign) out |= word;
  return out & kHigh;
}

template <class Word>
inline uint64_t load(const char* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

#ifdef __SSE2__
// A bit for each of sixteen bytes that stops.
template <Stop stop>
inline uint32_t stops16(const char* at) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  __m128i out = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
  out = _mm_or_si128(out, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
  out = _mm_or_si128(out, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
  if constexpr (stop == Stop::written) out = _mm_or_si128(out, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F)));
  if constexpr (stop == Stop::foreign) out = _mm_or_si128(out, bytes);
  return static_cast<uint32_t>(_mm_movemask_epi8(out));
}
#endif

}  // namespace scan

// The first byte at or behind `at` that stops; the size if none does.
template <Stop stop>
inline size_t plain_end(std::string_view text, size_t at) {
#ifdef __SSE2__
  for (; at + 16 <= text.size(); at += 16)
    if (const uint32_t found = scan::stops16<stop>(text.data() + at)) return at + static_cast<size_t>(__builtin_ctz(found));
#endif
  for (; at + 8 <= text.size(); at += 8)
    if (scan::stops<stop>(scan::load<uint64_t>(text.data() + at))) break;
  while (at < text.size() && !scan::kTable<stop>[static_cast<unsigned char>(text[at])]) ++at;
  return at;
}

// Whether no byte stops. Short text, which most is, takes two loads that overlap.
template <Stop stop>
inline bool plain(std::string_view text) {
  const char* const first = text.data();
  const size_t size = text.size();
  if (size > 16) return plain_end<stop>(text, 0) == size;
  if (size >= 8) return !(scan::stops<stop>(scan::load<uint64_t>(first)) | scan::stops<stop>(scan::load<uint64_t>(first + size - 8)));
  if (size >= 4) return !scan::stops<stop>(scan::load<uint32_t>(first) | scan::load<uint32_t>(first + size - 4) << 32);
  for (const char c : text)
    if (scan::kTable<stop>[static_cast<unsigned char>(c)]) return false;
  return true;
}

}  // namespace leat::json
