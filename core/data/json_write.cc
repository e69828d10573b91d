#include <array>
#include <cstring>

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

void compact(std::string_view text, std::string& out) {
  for (size_t at = 0; at < text.size();) {
    const size_t quote = std::min(text.find('"', at), text.size());
    for (; at < quote; ++at)
      if (static_cast<unsigned char>(text[at]) > ' ') out += text[at];
    size_t end = quote + 1;
    while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
    end = std::min(end + 1, text.size());
    if (quote < text.size()) out.append(text, quote, end - quote);
    at = std::max(end, quote);
  }
}

}  // namespace leat::json
