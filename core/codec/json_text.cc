#include "core/codec/json_text.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/data/json_scan.h"

namespace leat::json {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

int hex(char c) {
  if (digit(c)) return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Bytes of the number at the front of `text`; none when there is no whole one.
size_t number_size(std::string_view text) {
  size_t i = 0;
  const auto digits = [&] {
    const size_t from = i;
    while (i < text.size() && digit(text[i])) ++i;
    return i > from;
  };
  if (i < text.size() && text[i] == '-') ++i;
  if (i < text.size() && text[i] == '0') {
    ++i;
  } else if (!digits()) {
    return 0;
  }
  if (i < text.size() && text[i] == '.' && (++i, !digits())) return 0;
  if (i < text.size() && (text[i] | 0x20) == 'e') {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (!digits()) return 0;
  }
  return i;
}

// Bytes of the UTF-8 character at the front of `text`; none when it is not one.
size_t character_size(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80, high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < low || byte(1) > high) return 0;
  for (size_t i = 2; i < size; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  return size;
}

// Judges a text byte by byte, so that it can say where it went wrong.
class Judge {
 public:
  explicit Judge(std::string_view text) : text_(text) {}

  std::optional<Fault> run() {
    space();
    if (at_ == text_.size()) return Fault{0, "there is no value", "malformed"};
    do {
      if (!value() || !closings()) return fault_;
    } while (!open_.empty());
    if (at_ < text_.size()) fail(at_, "expected nothing after the value");
    return fault_;
  }

 private:
  bool fail(size_t at, std::string_view what, std::string_view code = "malformed") {
    fault_ = Fault{at, what, code};
    return false;
  }
  void space() {
    while (at_ < text_.size() && json::space(text_[at_])) ++at_;
  }
  bool take(char c) {
    space();
    if (at_ == text_.size() || text_[at_] != c) return false;
    return ++at_, true;
  }

  // A scalar, or the opening of a container as far as its first value.
  bool value() {
    space();
    const char c = at_ < text_.size() ? text_[at_] : '\0';
    if (c == '"') return string();
    if (c == '{' || c == '[') return open(c);
    if (c == '-' || digit(c)) return number();
    for (std::string_view word : {"true", "false", "null"})
      if (text_.substr(at_, word.size()) == word) return at_ += word.size(), ends("expected a value");
    return fail(at_, at_ == text_.size() ? "the text ends where a value should be" : "expected a value");
  }

  // What stands right behind a bare word or a number must not be part of it.
  bool ends(std::string_view what) {
    if (at_ == text_.size() || json::space(text_[at_]) || std::string_view("{}[]:,\"").find(text_[at_]) != std::string_view::npos)
      return true;
    return fail(at_, what);
  }

  bool open(char c) {
    if (open_.size() == kDepth) return fail(at_, "more than 1024 arrays and objects inside each other", "limit");
    ++at_;
    if (take(c == '{' ? '}' : ']')) return true;
    open_ += c;
    return (c == '[' || key()) && value();
  }

  bool key() {
    space();
    if (at_ == text_.size()) return fail(at_, "the text ends inside an object");
    if (text_[at_] != '"') return fail(at_, "expected a key in double quotes");
    if (!string()) return false;
    return take(':') || fail(at_, at_ == text_.size() ? "the text ends inside an object" : "expected ':'");
  }

  // After a value: the brackets that close, then the comma before the next value.
  bool closings() {
    for (; !open_.empty(); open_.pop_back()) {
      const bool object = open_.back() == '{';
      if (take(',')) return !object || key();
      if (take(object ? '}' : ']')) continue;
      if (at_ == text_.size()) return fail(at_, object ? "the text ends inside an object" : "the text ends inside an array");
      return fail(at_, object ? "expected ',' or '}'" : "expected ',' or ']'");
    }
    space();
    return true;
  }

  bool number() {
    const size_t size = number_size(text_.substr(at_));
    if (size == 0) return fail(at_, "expected a number");
    at_ += size;
    return ends("expected the number to end");
  }

  bool string() {
    const size_t begin = at_++;
    for (; at_ < text_.size();) {
      const char c = text_[at_];
      if (c == '"') return ++at_, true;
      if (static_cast<unsigned char>(c) < 0x20) return fail(at_, "a control character stands in a string");
      if (c == '\\') {
        if (!escape()) return false;
        continue;
      }
      const size_t size = character_size(text_.substr(at_));
      if (size == 0) return fail(at_, "not UTF-8");
      at_ += size;
    }
    return fail(begin, "the string that begins here has no end");
  }

  bool escape() {
    const char c = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (c == 'u') {
      for (size_t i = at_ + 2; i < at_ + 6; ++i)
        if (i >= text_.size() || hex(text_[i]) < 0) return fail(at_, "expected \\u and four hexadecimal digits");
      return at_ += 6, true;
    }
    if (c == '\0' || std::string_view("\"\\/bfnrt").find(c) == std::string_view::npos) return fail(at_, "no such escape in JSON");
    return at_ += 2, true;
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string open_;
  std::optional<Fault> fault_;
};

}  // namespace

std::optional<Fault> fault(std::string_view text) { return Judge(text).run(); }

std::string reason(const Fault& fault) { return fmt::format("not JSON at byte {}: {}", fault.at, fault.what); }

bool number(std::string_view word) { return !word.empty() && number_size(word) == word.size(); }

size_t not_utf8(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const size_t size = character_size(text.substr(at));
    if (size == 0) break;
    at += size;
  }
  return at;
}

void quote(std::string_view text, std::string& out) {
  out += '"';
  size_t from = 0, i = 0;
  const auto replace = [&](size_t size, std::string_view by) {
    out.append(text, from, i - from);
    out += by;
    from = i += size;
  };
  while ((i = plain_end<Stop::foreign>(text, i)) < text.size()) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '"' || c == '\\') {
      replace(1, c == '"' ? "\\\"" : "\\\\");
    } else if (c < 0x20) {
      static constexpr std::array<std::string_view, 6> kShort{"\\b", "\\t", "\\n", "", "\\f", "\\r"};
      if (c >= 8 && c <= 13 && c != 11)
        replace(1, kShort[c - 8u]);
      else
        replace(1, fmt::format("\\u{:04x}", c));
    } else if (const size_t size = character_size(text.substr(i)); size != 0) {
      i += size;
    } else {
      replace(1, "\xEF\xBF\xBD");
    }
  }
  out.append(text, from, text.size() - from);
  out += '"';
}

}  // namespace leat::json
