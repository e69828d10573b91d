#include "core/codec/masks.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace leat {
namespace {

#if defined(__x86_64__)

void find_sse2(const char* text, size_t blocks, char byte, uint64_t* masks) {
  const __m128i wanted = _mm_set1_epi8(byte);
  for (size_t i = 0; i < blocks; ++i, text += kMaskBlock) {
    uint64_t mask = 0;
    for (int part = 0; part < 4; ++part) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + part * 16));
      mask |= static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted)))) << (part * 16);
    }
    masks[i] = mask;
  }
}

__attribute__((target("avx2"))) void find_avx2(const char* text, size_t blocks, char byte, uint64_t* masks) {
  const __m256i wanted = _mm256_set1_epi8(byte);
  for (size_t i = 0; i < blocks; ++i, text += kMaskBlock) {
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text));
    const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + 32));
    masks[i] = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, wanted))) |
               static_cast<uint64_t>(static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, wanted)))) << 32;
  }
}

void odd_sse2(const char* text, size_t blocks, char byte, uint64_t* masks, uint64_t* odd) {
  const __m128i wanted = _mm_set1_epi8(byte), quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), space = _mm_set1_epi8(' ');
  for (size_t i = 0; i < blocks; ++i, text += kMaskBlock) {
    masks[i] = odd[i] = 0;
    for (int part = 0; part < 4; ++part) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + part * 16));
      // As signed bytes the high half lies below the space too.
      const __m128i strange =
          _mm_or_si128(_mm_cmplt_epi8(bytes, space), _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, slash)));
      masks[i] |= static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted)))) << (part * 16);
      odd[i] |= static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(strange))) << (part * 16);
    }
  }
}

__attribute__((target("avx2"))) void odd_avx2(const char* text, size_t blocks, char byte, uint64_t* masks, uint64_t* odd) {
  const __m256i wanted = _mm256_set1_epi8(byte), quote = _mm256_set1_epi8('"'), slash = _mm256_set1_epi8('\\'),
                space = _mm256_set1_epi8(' ');
  for (size_t i = 0; i < blocks; ++i, text += kMaskBlock) {
    masks[i] = odd[i] = 0;
    for (int part = 0; part < 2; ++part) {
      const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + part * 32));
      const __m256i strange = _mm256_or_si256(_mm256_cmpgt_epi8(space, bytes),
                                              _mm256_or_si256(_mm256_cmpeq_epi8(bytes, quote), _mm256_cmpeq_epi8(bytes, slash)));
      masks[i] |= static_cast<uint64_t>(static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, wanted)))) << (part * 32);
      odd[i] |= static_cast<uint64_t>(static_cast<uint32_t>(_mm256_movemask_epi8(strange))) << (part * 32);
    }
  }
}

auto choose() { return __builtin_cpu_supports("avx2") ? find_avx2 : find_sse2; }
auto choose_odd() { return __builtin_cpu_supports("avx2") ? odd_avx2 : odd_sse2; }

#else

void find_plain(const char* text, size_t blocks, char byte, uint64_t* masks) {
  for (size_t i = 0; i < blocks; ++i, text += kMaskBlock) {
    uint64_t mask = 0;
    for (size_t j = 0; j < kMaskBlock; ++j) mask |= uint64_t{text[j] == byte} << j;
    masks[i] = mask;
  }
}

void odd_plain(const char* text, size_t blocks, char byte, uint64_t* masks, uint64_t* odd) {
  find_plain(text, blocks, byte, masks);
  for (size_t i = 0; i < blocks; ++i, text += kMaskBlock) {
    odd[i] = 0;
    for (size_t j = 0; j < kMaskBlock; ++j) {
      const auto one = static_cast<unsigned char>(text[j]);
      odd[i] |= uint64_t{one < ' ' || one >= 0x80 || one == '"' || one == '\\'} << j;
    }
  }
}

auto choose() { return find_plain; }
auto choose_odd() { return odd_plain; }

#endif

}  // namespace

void find_byte(const char* text, size_t blocks, char byte, uint64_t* masks) {
  static const auto find = choose();
  find(text, blocks, byte, masks);
}

void find_odd(const char* text, size_t blocks, char byte, uint64_t* masks, uint64_t* odd) {
  static const auto find = choose_odd();
  find(text, blocks, byte, masks, odd);
}

}  // namespace leat
