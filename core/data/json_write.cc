#include <charconv>
#include <cstdint>
#include <cstring>
#include <utility>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/data/json.h"
#include "core/data/json_scan.h"
#include "core/data/number.h"

namespace leat::json {
namespace {

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

// Writer: gathers what is written and appends it in pieces. An append for each token took longer than the token.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}
  ~Writer() { flush(); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void value(const Value& value) {
    switch (value.kind()) {
      case Value::Kind::null:
        return put("null");
      case Value::Kind::no:
        return put("false");
      case Value::Kind::yes:
        return put("true");
      case Value::Kind::number:
        return number(value);
      case Value::Kind::string:
        return string(value.view());
      case Value::Kind::array: {
        char before = '[';
        for (const Value& item : value.items()) put(before), this->value(item), before = ',';
        return value.size() ? put(']') : put("[]");
      }
      case Value::Kind::object: {
        char before = '{';
        for (const Entry& entry : value.entries()) {
          put(before), before = ',';
          string(entry.key.view()), put(':'), this->value(entry.item);
        }
        return value.size() ? put('}') : put("{}");
      }
    }
  }

 private:
  static constexpr size_t kRoom = 1024;

  void flush() { out_.append(bytes_, std::exchange(used_, 0)); }
  void put(char c) {
    if (used_ == kRoom) flush();
    bytes_[used_++] = c;
  }
  void put(std::string_view text) {
    if (text.size() > kRoom - used_) {
      flush();
      if (text.size() > kRoom) return void(out_ += text);
    }
    if (!text.empty()) std::memcpy(bytes_ + used_, text.data(), text.size());
    used_ += text.size();
  }

  void string(std::string_view text) {
    if (plain<Stop::written>(text)) return put('"'), put(text), put('"');
    flush();
    write_string(text, out_);
  }

  void number(const Value& value) {
    if (const auto spelling = value.spelling()) return put(*spelling);
    int64_t whole;
    if (value.exact(whole)) {
      if (kRoom - used_ < 24) flush();
      used_ = static_cast<size_t>(std::to_chars(bytes_ + used_, bytes_ + kRoom, whole).ptr - bytes_);
    } else {
      flush();
      number::write(value.number(), out_);
    }
  }

  std::string& out_;
  size_t used_ = 0;
  char bytes_[kRoom];
};

}  // namespace

void write_inside(std::string_view text, std::string& out) {
  if (text.size() <= 16 && plain<Stop::written>(text)) return void(out += text);
  for (size_t at = 0;;) {
    const size_t mark = plain_end<Stop::written>(text, at);
    out.append(text, at, mark - at);
    if (mark == text.size()) break;
    escape(static_cast<unsigned char>(text[mark]), out);
    at = mark + 1;
  }
}

void write_string(std::string_view text, std::string& out) {
  char quoted[128];
  if (text.size() <= sizeof quoted - 2 && plain<Stop::written>(text)) {  // most are: one append, not three
    quoted[0] = quoted[text.size() + 1] = '"';
    text.copy(quoted + 1, text.size());
    return void(out.append(quoted, text.size() + 2));
  }
  out += '"';
  write_inside(text, out);
  out += '"';
}

void write(const Value& value, std::string& out) {
  if (value.is_string()) return write_string(value.view(), out);
  Writer(out).value(value);
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
