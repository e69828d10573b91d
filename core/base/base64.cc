#include "core/base/base64.h"

#include <array>
#include <cstdint>

namespace leat::base64 {
namespace {

constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr uint8_t kNone = 64;

constexpr std::array<uint8_t, 256> kValues = [] {
  std::array<uint8_t, 256> values{};
  values.fill(kNone);
  for (uint8_t i = 0; i < 64; ++i) values[static_cast<unsigned char>(kLetters[i])] = i;
  return values;
}();

}  // namespace

void encode(std::string_view bytes, std::string& out) {
  const auto at = [&](size_t i) { return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u; };
  out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const uint32_t word = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
    out += kLetters[word >> 18];
    out += kLetters[word >> 12 & 63];
    out += i + 1 < bytes.size() ? kLetters[word >> 6 & 63] : '=';
    out += i + 2 < bytes.size() ? kLetters[word & 63] : '=';
  }
}

std::optional<std::string> decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  std::string out;
  out.reserve(text.size() / 4 * 3);
  for (size_t i = 0; i < text.size(); i += 4) {
    uint32_t word = 0;
    const size_t letters = i + 4 == text.size() ? 4 - padding : 4;
    for (size_t k = 0; k < letters; ++k) {
      const uint8_t value = kValues[static_cast<unsigned char>(text[i + k])];
      if (value == kNone) return std::nullopt;
      word |= uint32_t{value} << (18 - 6 * k);
    }
    for (size_t k = 0; k + 1 < letters; ++k) out += static_cast<char>(word >> (16 - 8 * k));
    if ((word & (0xFFFFFFu >> 8 * (letters - 1))) != 0) return std::nullopt;  // bits behind the last byte that encoding leaves 0
  }
  return out;
}

}  // namespace leat::base64
