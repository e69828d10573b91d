#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/base/text.h"
#include "core/data/json.h"
#include "core/data/number.h"

namespace leat::json {
namespace {

// The bytes that a JSON string cannot hold as they are.
constexpr auto kSpecial = [] {
  std::array<bool, 256> table{};
  for (int i = 0; i < 0x20; ++i) table[static_cast<size_t>(i)] = true;
  table['"'] = table['\\'] = table[0x7F] = true;
  return table;
}();

// The first special byte at or behind `at`; eight at a time, since most strings have none.
size_t special(std::string_view text, size_t at) {
  constexpr uint64_t kOnes = 0x0101010101010101, kHigh = 0x8080808080808080;
  const auto has_zero = [](uint64_t word) { return (word - kOnes) & ~word & kHigh; };
  for (; at + 8 <= text.size(); at += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    const uint64_t control = (word - kOnes * 0x20) & ~word & kHigh;
    if (control | has_zero(word ^ kOnes * '"') | has_zero(word ^ kOnes * '\\') | has_zero(word ^ kOnes * 0x7F)) break;
  }
  while (at < text.size() && !kSpecial[static_cast<unsigned char>(text[at])]) ++at;
  return at;
}

void escape(unsigned char c, std::string& out) {
  static constexpr std::string_view kBytes = "\b\f\n\r\t\"\\", kNames = "bfnrt\"\\";
  const size_t known = kBytes.find(static_cast<char>(c));
  out += '\\';
  if (known != std::string_view::npos) {
    out += kNames[known];
    return;
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "u00";
  out += kHex[c >> 4], out += kHex[c & 15];
}

void write_number(const Value& value, std::string& out) {
  if (const auto spelling = value.spelling()) {
    out += *spelling;
    return;
  }
  int64_t whole;
  if (value.exact(whole))
    number::write(whole, out);
  else
    number::write(value.number(), out);
}

}  // namespace

void write_string(std::string_view text, std::string& out) {
  out += '"';
  for (size_t at = 0;;) {
    const size_t mark = special(text, at);
    out.append(text, at, mark - at);
    if (mark == text.size()) break;
    escape(static_cast<unsigned char>(text[mark]), out);
    at = mark + 1;
  }
  out += '"';
}

void write(const Value& value, std::string& out) {
  switch (value.kind()) {
    case Value::Kind::null:
      out += "null";
      return;
    case Value::Kind::no:
      out += "false";
      return;
    case Value::Kind::yes:
      out += "true";
      return;
    case Value::Kind::number:
      return write_number(value, out);
    case Value::Kind::string:
      return write_string(value.view(), out);
    case Value::Kind::array: {
      char before = '[';
      for (const Value& item : value.items()) out += before, write(item, out), before = ',';
      out += value.size() ? "]" : "[]";
      return;
    }
    case Value::Kind::object: {
      char before = '{';
      for (const Entry& entry : value.entries()) {
        out += before, before = ',';
        write_string(entry.key.view(), out), out += ':', write(entry.item, out);
      }
      out += value.size() ? "}" : "{}";
      return;
    }
  }
}

namespace {

constexpr size_t kBlock = 64;

// Where in a block bytes of a kind stand, one bit for each.
struct Marks {
  uint64_t quotes = 0, slashes = 0, blanks = 0;
};

#ifdef __SSE2__
Marks marks(const char* block) {
  Marks found;
  for (unsigned part = 0; part < 4; ++part) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + part * 16));
    const auto mask = [&](__m128i are) { return static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(are))) << (part * 16); };
    found.quotes |= mask(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
    found.slashes |= mask(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    found.blanks |= mask(_mm_cmpeq_epi8(_mm_max_epu8(bytes, _mm_set1_epi8(' ')), _mm_set1_epi8(' ')));
  }
  return found;
}
#else
Marks marks(const char* block) {
  Marks found;
  for (size_t i = 0; i < kBlock; ++i) {
    found.quotes |= uint64_t{block[i] == '"'} << i;
    found.slashes |= uint64_t{block[i] == '\\'} << i;
    found.blanks |= uint64_t{static_cast<unsigned char>(block[i]) <= ' '} << i;
  }
  return found;
}
#endif

// The bytes behind a backslash that is not itself escaped. `carried`: the first byte is one; it becomes that of the next block.
uint64_t escaped(uint64_t slashes, bool& carried) {
  uint64_t found = std::exchange(carried, false) ? 1 : 0;
  for (slashes &= ~found; slashes != 0;) {
    const uint64_t slash = slashes & (~slashes + 1), behind = slash << 1;
    carried = behind == 0;
    found |= behind;
    slashes &= ~(slash | behind);
  }
  return found;
}

// Each bit becomes whether an odd number is set from the first up to it.
uint64_t odd(uint64_t bits) {
  for (unsigned by = 1; by < 64; by *= 2) bits ^= bits << by;
  return bits;
}

}  // namespace

// Bytes between two blanks that stand outside of strings go over at once: of a text that is compact already, all of them.
void compact(std::string_view text, std::string& out) {
  size_t from = 0;
  uint64_t inside = 0;  // all bits, where a string goes on from the block before
  bool carried = false;
  char last[kBlock];
  for (size_t at = 0; at < text.size(); at += kBlock) {
    const char* block = text.data() + at;
    if (text.size() - at < kBlock) {
      std::memset(last, '0', kBlock);
      block = static_cast<const char*>(std::memcpy(last, block, text.size() - at));
    }
    const Marks here = marks(block);
    const uint64_t strings = odd(here.quotes & ~escaped(here.slashes, carried)) ^ inside;
    inside = 0 - (strings >> 63);
    for (uint64_t gaps = here.blanks & ~strings; gaps != 0; gaps &= gaps - 1) {
      const size_t gap = at + static_cast<size_t>(__builtin_ctzll(gaps));
      out.append(text, from, gap - from);
      from = gap + 1;
    }
  }
  out.append(text, from);
}

}  // namespace leat::json
