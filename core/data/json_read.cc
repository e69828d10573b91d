#include <array>
#include <cstring>
#include <utility>

#include "core/base/text.h"
#include "core/data/json.h"
#include "core/data/json_scan.h"
#include "core/data/number.h"

namespace leat::json {
namespace {

bool blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Four hexadecimal digits at `at`, or -1.
int32_t unit(std::string_view text, size_t at) {
  if (at + 4 > text.size()) return -1;
  int32_t value = 0;
  for (size_t i = at; i < at + 4; ++i) {
    const int digit = hex(text[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

class Parser {
 public:
  Parser(std::string_view text, Keep keep) : text_(text), keep_(keep) {}

  bool all(Value& out) {
    skip();
    if (!value(out, 0)) return false;
    skip();
    return at_ == text_.size() || wrong("more text behind the value");
  }
  Mistake mistake() const { return {at_, what_}; }

 private:
  bool wrong(const char* what) { return what_ = what, false; }
  void skip() {
    while (at_ < text_.size() && blank(text_[at_])) ++at_;
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool value(Value& out, uint32_t depth) {
    switch (peek()) {
      case '{':
        return object(out, depth + 1);
      case '[':
        return array(out, depth + 1);
      case '"':
        return string(out);
      case 't':
        return word("true", Value(true), out);
      case 'f':
        return word("false", Value(false), out);
      case 'n':
        return text_.substr(at_, 4) == "null" ? word("null", Value(), out) : word("nan", Value::real(__builtin_nan("")), out);
      default:
        return number(out);
    }
  }

  bool word(std::string_view name, Value meant, Value& out) {
    if (text_.substr(at_, name.size()) != name) return wrong("not a JSON value");
    at_ += name.size();
    out = std::move(meant);
    return true;
  }

  bool number(Value& out) {
    const size_t size = number::length(text_.substr(at_));
    if (size == 0) return wrong(at_ == text_.size() ? "the text ends inside a value" : "not a JSON value");
    const char next = at_ + size < text_.size() ? text_[at_ + size] : ' ';
    if (next == '.' || next == 'e' || next == 'E' || (next >= '0' && next <= '9')) return wrong("not a JSON number");
    out = Value::literal(text_.substr(at_, size));
    if (keep_ == Keep::copied) out.own();
    at_ += size;
    return true;
  }

  bool string(Value& out) {
    const size_t begin = ++at_;
    bool escapes = false;
    for (;; ++at_) {
      at_ = plain_end<Stop::inside>(text_, at_);
      if (at_ >= text_.size()) return wrong("the text ends inside a string");
      if (text_[at_] == '"') break;
      if (text_[at_] != '\\') return wrong("a control character inside a string");
      escapes = true;
      if (!escape()) return false;
    }
    const std::string_view inside = text_.substr(begin, at_++ - begin);
    if (escapes) {
      std::string resolved;
      unescape(inside, resolved);
      out = Value::text(resolved);
    } else {
      out = keep_ == Keep::copied ? Value::text(inside) : Value::borrow(inside);
    }
    return true;
  }

  bool escape() {
    const char kind = ++at_ < text_.size() ? text_[at_] : '\0';
    if (kind == 'u') {
      if (unit(text_, at_ + 1) < 0) return wrong("\\u without four hexadecimal digits");
      at_ += 4;
      return true;
    }
    return std::memchr("\"\\/bfnrt", kind, 8) ? true : wrong("an unknown escape inside a string");
  }

  bool array(Value& out, uint32_t depth) {
    if (depth > Value::kMaxDepth) return wrong("nested too deeply");
    out = Value::array();
    ++at_, skip();
    if (peek() == ']') return ++at_, true;
    for (;;) {
      Value item;
      if (!value(item, depth)) return false;
      out.push(std::move(item));
      skip();
      if (peek() == ']') return ++at_, true;
      if (peek() != ',') return wrong("expected , or ]");
      ++at_, skip();
    }
  }

  bool object(Value& out, uint32_t depth) {
    if (depth > Value::kMaxDepth) return wrong("nested too deeply");
    out = Value::object();
    std::array<uint64_t, 4> met{};
    ++at_, skip();
    if (peek() == '}') return ++at_, true;
    for (;;) {
      Value key, item;
      if (peek() != '"') return wrong("expected a quoted key");
      if (!string(key)) return false;
      skip();
      if (peek() != ':') return wrong("expected :");
      ++at_, skip();
      if (!value(item, depth)) return false;
      if (fresh(key.view(), met))
        out.add(std::move(key), std::move(item));
      else
        out.put(key, std::move(item));
      skip();
      if (peek() == '}') return ++at_, true;
      if (peek() != ',') return wrong("expected , or }");
      ++at_, skip();
    }
  }

  // Whether the object surely has no such key yet: each sets one of 256 bits, so that few are looked for among the others.
  static bool fresh(std::string_view key, std::array<uint64_t, 4>& met) {
    uint32_t mark = static_cast<uint32_t>(key.size());
    if (!key.empty()) {
      const auto at = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(key[i])); };
      mark += at(0) * 7 + at(key.size() / 2) * 31 + at(key.size() - 1) * 127;
    }
    uint64_t& word = met[mark >> 6 & 3];
    const uint64_t bit = uint64_t{1} << (mark & 63);
    return !(std::exchange(word, word | bit) & bit);
  }

  std::string_view text_;
  const Keep keep_;
  size_t at_ = 0;
  const char* what_ = "";
};

}  // namespace

bool parse(std::string_view text, Keep keep, Value& out, Mistake& mistake) {
  Parser parser(text, keep);
  if (parser.all(out)) return true;
  mistake = parser.mistake();
  return false;
}

void append_code_point(uint32_t point, std::string& out) {
  if (point >= 0xD800 && (point < 0xE000 || point > 0x10FFFF)) point = 0xFFFD;
  if (point < 0x80) {
    out += static_cast<char>(point);
    return;
  }
  const int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  static constexpr uint8_t kLead[] = {0, 0xC0, 0xE0, 0xF0};
  out += static_cast<char>(kLead[more] | point >> (6 * more));
  for (int i = more - 1; i >= 0; --i) out += static_cast<char>(0x80 | ((point >> (6 * i)) & 0x3F));
}

void unescape(std::string_view inside, std::string& out) {
  for (size_t at = 0; at < inside.size();) {
    const size_t mark = std::min(inside.find('\\', at), inside.size());
    out.append(inside, at, mark - at);
    if (mark + 1 >= inside.size()) return;
    const char kind = inside[mark + 1];
    at = mark + 2;
    if (kind != 'u') {
      static constexpr std::string_view kNames = "bfnrt", kBytes = "\b\f\n\r\t";
      const size_t known = kNames.find(kind);
      out += known == std::string_view::npos ? kind : kBytes[known];
      continue;
    }
    int32_t point = unit(inside, at);
    at += 4;
    if (point >= 0xD800 && point < 0xDC00 && inside.substr(at, 2) == "\\u") {
      if (const int32_t low = unit(inside, at + 2); low >= 0xDC00 && low < 0xE000) {
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
        at += 6;
      }
    }
    append_code_point(static_cast<uint32_t>(point), out);
  }
}

void repair(std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    // The longest well-formed sequence at the front; where there is none, one U+FFFD for the bytes that began one.
    const auto lead = static_cast<unsigned char>(bytes[0]);
    const size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (size <= bytes.size() && text::utf8(bytes.substr(0, size))) {
      out.append(bytes, 0, size);
      bytes.remove_prefix(size);
      continue;
    }
    out += "\xEF\xBF\xBD";
    bytes.remove_prefix(1);
    if (lead < 0xC2 || lead > 0xF4) continue;
    for (size_t i = 1; i + 1 < size && !bytes.empty() && (bytes[0] & 0xC0) == 0x80; ++i) bytes.remove_prefix(1);
  }
}

}  // namespace leat::json
