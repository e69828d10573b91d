#include "core/codec/cbor.h"

#include <cmath>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/items_bytes.h"
#include "core/codec/items_codec.h"
#include "core/data/number.h"

namespace leat {
namespace {

using items::Head;
using items::Look;
using Kind = Head::Kind;

constexpr Kind kMajor[] = {Kind::whole, Kind::minus, Kind::bytes, Kind::text, Kind::array, Kind::map, Kind::tag, Kind::word};
constexpr int kOpen = 31;  // in place of an argument: none is announced

double half(uint64_t value) {
  const auto exponent = static_cast<int>(value >> 10 & 0x1F);
  const double fraction = static_cast<double>(value & 0x3FF);
  const double size = exponent == 0    ? std::ldexp(fraction, -24)
                      : exponent == 31 ? (fraction == 0 ? HUGE_VAL : std::nan(""))
                                       : std::ldexp(fraction + 1024, exponent - 25);
  return value & 0x8000 ? -size : size;
}

// A float or a simple value: the argument is its bits or its number.
void simple(int size, Head& head) {
  if (size >= 2) {
    head.kind = Kind::real;
    head.real = size == 2   ? half(head.value)
                : size == 4 ? items::bits<float>(static_cast<uint32_t>(head.value))
                            : items::bits<double>(head.value);
  } else {
    head.word = head.value == 20 ? "false" : head.value == 21 ? "true" : "null";
  }
}

Look look(std::string_view bytes, Head& head) {
  const auto first = static_cast<unsigned char>(bytes.front());
  const int argument = first & 0x1F;
  head.kind = kMajor[first >> 5];
  if (argument == kOpen) {
    if (first == 0xFF) return head.kind = Kind::stop, Look::head;
    head.open = head.kind == Kind::bytes || head.kind == Kind::text || head.kind == Kind::array || head.kind == Kind::map;
    return head.open ? Look::head : Look::none;
  }
  if (argument > 27) return Look::none;
  const int size = argument < 24 ? 0 : 1 << (argument - 24);
  head.size = static_cast<uint32_t>(1 + size);
  if (bytes.size() < head.size) return Look::more;
  head.value = size == 0 ? static_cast<uint64_t>(argument) : items::load(bytes.substr(1, static_cast<size_t>(size)));
  if (head.kind == Kind::word) simple(size, head);
  return Look::head;
}

void put(int major, uint64_t value, std::string& out) {
  const int power = value < 24 ? -1 : value <= 0xFF ? 0 : value <= 0xFFFF ? 1 : value <= 0xFFFFFFFF ? 2 : 3;
  out += static_cast<char>(major << 5 | (power < 0 ? static_cast<int>(value) : 24 + power));
  if (power >= 0) items::store(value, 1 << power, out);
}

void write_head(Kind kind, uint64_t value, std::string& out) { put(kind == Kind::text ? 3 : kind == Kind::array ? 4 : 5, value, out); }

void write_word(char first, std::string& out) { out += first == 'n' ? '\xF6' : first == 'f' ? '\xF4' : '\xF5'; }

// Digits as a number of any size, highest byte first.
std::string binary(std::string_view digits) {
  std::string made;  // lowest byte first
  for (const char c : digits) {
    unsigned carry = static_cast<unsigned>(c - '0');
    for (char& byte : made) {
      carry += static_cast<unsigned char>(byte) * 10u;
      byte = static_cast<char>(carry & 0xFF);
      carry >>= 8;
    }
    if (carry > 0) made += static_cast<char>(carry);
  }
  return {made.rbegin(), made.rend()};
}

// n of -1 - n, for the digits of a number below 0.
std::string less_one(std::string bytes) {
  for (size_t i = bytes.size(); i-- > 0;)
    if (bytes[i]-- != 0) break;
  return bytes.front() == 0 ? bytes.substr(1) : bytes;
}

std::string write_whole(std::string_view text, std::string& out) {
  constexpr size_t kDigits = 2400;  // fewer than 1 KiB, which is what is read
  const bool negative = text.front() == '-';
  const std::string_view digits = text.substr(negative);
  if (digits.size() > kDigits) return fmt::format("a number of {} digits, more than {}", digits.size(), kDigits);
  std::string bytes = binary(digits);
  if (negative) bytes = less_one(std::move(bytes));
  if (bytes.size() <= 8) return put(negative, items::load(bytes), out), "";
  put(6, negative ? 3 : 2, out);
  put(2, bytes.size(), out);
  out += bytes;
  return {};
}

std::string write_number(std::string_view text, std::string& out) {
  if (int64_t value = 0; number::whole(text, value))
    return put(value < 0, value < 0 ? ~static_cast<uint64_t>(value) : static_cast<uint64_t>(value), out), "";
  if (text != "-0" && text.find_first_of(".eE") == text.npos) return write_whole(text, out);
  const double real = number::real(text);
  if (!std::isfinite(real)) return fmt::format("no float holds {}", text::quoted(text));
  out += '\xFB';
  items::store(items::bits<uint64_t>(real), 8, out);
  return {};
}

constexpr items::Codec kCbor{{"cbor", look}, {write_head, write_word, write_number}, {"cbor", "application/cbor"}};

}  // namespace

std::unique_ptr<Framer> cbor_framer(const CodecOptions& options) { return items::framer(kCbor, options); }
std::unique_ptr<Encoder> cbor_encoder(const CodecOptions&) { return items::encoder(kCbor); }

}  // namespace leat
