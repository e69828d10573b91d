#include "core/expr/base64.h"

#include <cstdint>

namespace leat::expr {
namespace {

constexpr std::string_view k64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view k32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

void write(std::string_view bytes, std::string_view letters, unsigned bits, size_t group, std::string& out) {
  uint32_t held = 0;
  unsigned count = 0;
  const size_t begin = out.size();
  for (char byte : bytes) {
    held = held << 8 | static_cast<unsigned char>(byte);
    for (count += 8; count >= bits; count -= bits) out += letters[(held >> (count - bits)) & ((1u << bits) - 1)];
  }
  if (count > 0) out += letters[(held << (bits - count)) & ((1u << bits) - 1)];
  while ((out.size() - begin) % group != 0) out += '=';
}

bool read(std::string_view text, std::string_view letters, unsigned bits, std::string& out) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  uint32_t held = 0;
  unsigned count = 0;
  for (char letter : text) {
    const size_t value = letters.find(letter);
    if (value == std::string_view::npos) return false;
    held = held << bits | static_cast<uint32_t>(value);
    if ((count += bits) < 8) continue;
    count -= 8;
    out += static_cast<char>(held >> count);
  }
  return count < bits;  // a letter of which nothing came is one too many
}

}  // namespace

void base64(std::string_view bytes, std::string& out) { write(bytes, k64, 6, 4, out); }
bool from_base64(std::string_view letters, std::string& out) { return read(letters, k64, 6, out); }
void base32(std::string_view bytes, std::string& out) { write(bytes, k32, 5, 8, out); }
bool from_base32(std::string_view letters, std::string& out) { return read(letters, k32, 5, out); }

}  // namespace leat::expr
