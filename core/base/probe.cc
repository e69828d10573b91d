#include "core/base/probe.h"

#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "core/base/text.h"

namespace leat {
namespace {

// How usual a byte is in logs and JSON text, roughly; what is not named is rarer than any of these.
int usual(char byte) {
  static constexpr std::string_view kFromRareToUsual =
      "QXJZKVWYUHBFGMLPTRDNOSCIAEqjzxkvywbfgp%?&=#()_[]{}@;+*'mhuldcnorsita6789543-e0/2.1:,\" ";
  return static_cast<int>(kFromRareToUsual.find(byte) + 1);
}

#if defined(__x86_64__)

// Where both bytes are that far behind a place, the text may be: it is compared. Answers how far it looked; `found` if it was there.
struct Looked {
  size_t upto;
  bool found;
};

__attribute__((target("avx2"))) Looked look(const char* text, size_t from, size_t to, std::string_view wanted, size_t first,
                                            size_t second) {
  const __m256i one = _mm256_set1_epi8(wanted[first]), other = _mm256_set1_epi8(wanted[second]);
  for (; from + 63 + wanted.size() <= to; from += 64) {
    const char* at = text + from;
    const auto* ones = reinterpret_cast<const __m256i*>(at + first);
    const auto* others = reinterpret_cast<const __m256i*>(at + second);
    const __m256i low =
        _mm256_and_si256(_mm256_cmpeq_epi8(_mm256_loadu_si256(ones), one), _mm256_cmpeq_epi8(_mm256_loadu_si256(others), other));
    const __m256i high =
        _mm256_and_si256(_mm256_cmpeq_epi8(_mm256_loadu_si256(ones + 1), one), _mm256_cmpeq_epi8(_mm256_loadu_si256(others + 1), other));
    const __m256i any = _mm256_or_si256(low, high);
    if (_mm256_testz_si256(any, any)) continue;
    uint64_t places =
        static_cast<uint32_t>(_mm256_movemask_epi8(low)) | static_cast<uint64_t>(static_cast<uint32_t>(_mm256_movemask_epi8(high))) << 32;
    for (; places != 0; places &= places - 1) {
      const auto place = static_cast<size_t>(__builtin_ctzll(places));
      if (std::memcmp(at + place, wanted.data(), wanted.size()) == 0) return {from + place, true};
    }
  }
  return {from, false};
}

#endif

}  // namespace

Probe::Probe(std::string_view wanted) : wanted_(wanted), first_(0), second_(wanted.size() - 1) {
  for (size_t i = 0; i < wanted.size(); ++i)
    if (usual(wanted[i]) < usual(wanted[first_])) first_ = i;
  if (second_ == first_) second_ = 0;
  for (size_t i = 0; i < wanted.size(); ++i)
    if (i != first_ && usual(wanted[i]) < usual(wanted[second_])) second_ = i;
}

size_t Probe::find(std::string_view text, size_t from) const {
#if defined(__x86_64__)
  static const bool kWide = __builtin_cpu_supports("avx2");
  if (kWide && from < text.size()) {
    const Looked looked = look(text.data(), from, text.size(), wanted_, first_, second_);
    if (looked.found) return looked.upto;
    from = looked.upto;
  }
#endif
  return text::find(text, wanted_, from);
}

}  // namespace leat
