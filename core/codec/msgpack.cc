#include "core/codec/msgpack.h"

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

// What the bytes from 0xC0 to 0xDF begin: so many bytes of a number, a length or a count, and for an extension its type behind.
struct Row {
  Kind kind;
  uint8_t argument;   // bytes
  uint8_t fixed = 0;  // of an extension without a length of its own
  bool is_signed = false;
};
constexpr Row kRows[] = {
    {Kind::word, 0},
    {Kind::stop, 0},
    {Kind::word, 0},
    {Kind::word, 0},  // nil, none, false, true
    {Kind::bytes, 1},
    {Kind::bytes, 2},
    {Kind::bytes, 4},  // bin
    {Kind::extension, 1},
    {Kind::extension, 2},
    {Kind::extension, 4},  // ext
    {Kind::real, 4},
    {Kind::real, 8},  //
    {Kind::whole, 1},
    {Kind::whole, 2},
    {Kind::whole, 4},
    {Kind::whole, 8},  // uint
    {Kind::whole, 1, 0, true},
    {Kind::whole, 2, 0, true},
    {Kind::whole, 4, 0, true},
    {Kind::whole, 8, 0, true},
    {Kind::extension, 0, 1},
    {Kind::extension, 0, 2},
    {Kind::extension, 0, 4},
    {Kind::extension, 0, 8},
    {Kind::extension, 0, 16},
    {Kind::text, 1},
    {Kind::text, 2},
    {Kind::text, 4},
    {Kind::array, 2},
    {Kind::array, 4},
    {Kind::map, 2},
    {Kind::map, 4},
};

void whole(int64_t value, Head& head) {
  head.kind = value < 0 ? Kind::minus : Kind::whole;
  head.value = value < 0 ? ~static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
}

int64_t widened(uint64_t value, int size) {
  const int unused = 64 - 8 * size;
  return static_cast<int64_t>(value << unused) >> unused;
}

// The first byte holds it all.
bool short_form(unsigned char first, Head& head) {
  if (first < 0x80 || first >= 0xE0) return whole(static_cast<signed char>(first), head), true;
  if (first >= 0xC0) return false;
  head.kind = first < 0x90 ? Kind::map : first < 0xA0 ? Kind::array : Kind::text;
  head.value = first & (first < 0xA0 ? 0x0F : 0x1F);
  return true;
}

Look look(std::string_view bytes, Head& head) {
  const auto first = static_cast<unsigned char>(bytes.front());
  if (short_form(first, head)) return Look::head;
  const Row& row = kRows[first - 0xC0];
  head.kind = row.kind;
  if (row.kind == Kind::stop) return Look::none;
  if (row.kind == Kind::word) head.word = first == 0xC0 ? "null" : first == 0xC2 ? "false" : "true";
  const bool extension = row.kind == Kind::extension;
  head.size = 1u + row.argument + extension;
  if (bytes.size() < head.size) return Look::more;
  head.value = items::load(bytes.substr(1, row.argument));
  if (row.fixed > 0) head.value = row.fixed;
  if (extension) head.type = static_cast<int8_t>(bytes[1u + row.argument]);
  if (row.is_signed) whole(widened(head.value, row.argument), head);
  if (row.kind == Kind::real)
    head.real = row.argument == 4 ? items::bits<float>(static_cast<uint32_t>(head.value)) : items::bits<double>(head.value);
  return Look::head;
}

void put(int first, uint64_t value, int size, std::string& out) {
  out += static_cast<char>(first);
  items::store(value, size, out);
}

void write_head(Kind kind, uint64_t value, std::string& out) {
  const bool text = kind == Kind::text, map = kind == Kind::map;
  if (value < (text ? 32 : 16)) return put((text ? 0xA0 : map ? 0x80 : 0x90) + static_cast<int>(value), 0, 0, out);
  if (text && value <= 0xFF) return put(0xD9, value, 1, out);
  const bool small = value <= 0xFFFF;
  put((text ? 0xDA : map ? 0xDE : 0xDC) + !small, value, small ? 2 : 4, out);
}

void write_word(char first, std::string& out) { out += first == 'n' ? '\xC0' : first == 'f' ? '\xC2' : '\xC3'; }

void write_whole(uint64_t value, std::string& out) {
  if (value < 0x80) return put(static_cast<int>(value), 0, 0, out);
  const int power = value <= 0xFF ? 0 : value <= 0xFFFF ? 1 : value <= 0xFFFFFFFF ? 2 : 3;
  put(0xCC + power, value, 1 << power, out);
}

void write_minus(int64_t value, std::string& out) {
  if (value >= -32) return put(static_cast<int>(value) & 0xFF, 0, 0, out);
  const int power = value >= INT8_MIN ? 0 : value >= INT16_MIN ? 1 : value >= INT32_MIN ? 2 : 3;
  put(0xD0 + power, static_cast<uint64_t>(value), 1 << power, out);
}

std::string write_number(std::string_view text, std::string& out) {
  if (int64_t value = 0; number::whole(text, value))
    return value < 0 ? write_minus(value, out) : write_whole(static_cast<uint64_t>(value), out), "";
  if (const auto value = text::whole(text)) return write_whole(*value, out), "";
  if (text != "-0" && text.find_first_of(".eE") == text.npos) return fmt::format("{} does not fit 64 bits", text::quoted(text));
  const double real = number::real(text);
  if (!std::isfinite(real)) return fmt::format("no float holds {}", text::quoted(text));
  put(0xCB, items::bits<uint64_t>(real), 8, out);
  return {};
}

constexpr items::Codec kMsgpack{{"msgpack", look}, {write_head, write_word, write_number}, {"msgpack", "application/vnd.msgpack"}};

}  // namespace

std::unique_ptr<Framer> msgpack_framer(const CodecOptions& options) { return items::framer(kMsgpack, options); }
std::unique_ptr<Encoder> msgpack_encoder(const CodecOptions&) { return items::encoder(kMsgpack); }

}  // namespace leat
