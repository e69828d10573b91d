// The check of a number inside a slab, inlined where records are walked.
// Owner:   pure function.   Thread: any.   Blocks: never.   Fails: cannot; anything else is no number.
#pragma once

#include <cstdint>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/codec/json_text.h"

namespace leat::json {

// The usual number (an integer or one point, up to 16 bytes) in a few instructions; a loop over digits is mispredicted once a number.
// 16 bytes from `text` on must be readable.
inline bool padded_number(const char* text, uint32_t length) {
#ifdef __SSE2__
  if (length <= 16) {
    const char* p = text;
    uint32_t size = length;
    const __m128i digits = _mm_sub_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)), _mm_set1_epi8('0'));
    const __m128i are = _mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits);
    uint32_t others = ~static_cast<uint32_t>(_mm_movemask_epi8(are)) & ((1u << size) - 1);
    if (others & 1 && *p == '-') ++p, --size, others >>= 1;
    if (others == 0) return *p != '0' ? size != 0 : size == 1;
    const auto point = static_cast<uint32_t>(__builtin_ctz(others));
    if ((others & (others - 1)) == 0 && p[point] == '.') return point != 0 && point + 1 < size && (point == 1 || *p != '0');
  }
#endif
  return json::number({text, length});
}

}  // namespace leat::json
