#include "core/base/base64.h"

#include <array>
#include <cstdint>

namespace leat {
namespace {

struct Alphabet {
  static constexpr uint8_t kNone = 0xFF;

  std::string_view letters;
  unsigned bits;  // of a letter
  size_t group;   // letters to which padding fills up
  std::array<uint8_t, 256> values{};

  constexpr Alphabet(std::string_view all, unsigned bits_of, size_t group_of) : letters(all), bits(bits_of), group(group_of) {
    values.fill(kNone);
    for (size_t i = 0; i < all.size(); ++i) values[static_cast<unsigned char>(all[i])] = static_cast<uint8_t>(i);
  }
};

constexpr Alphabet k64("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 6, 4);
constexpr Alphabet k32("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 5, 8);

void write(std::string_view bytes, const Alphabet& alphabet, std::string& out) {
  const unsigned bits = alphabet.bits;
  const uint32_t mask = (1u << bits) - 1;
  const size_t begin = out.size();
  uint32_t held = 0;
  unsigned count = 0;
  out.reserve(begin + (bytes.size() * 8 / bits / alphabet.group + 1) * alphabet.group);
  for (char byte : bytes) {
    held = held << 8 | static_cast<unsigned char>(byte);
    for (count += 8; count >= bits; count -= bits) out += alphabet.letters[held >> (count - bits) & mask];
  }
  if (count > 0) out += alphabet.letters[held << (bits - count) & mask];
  while ((out.size() - begin) % alphabet.group != 0) out += '=';
}

// What is read, and whether it is spelled the one way that writing spells it.
struct Reading {
  bool good, exact;
};

Reading read(std::string_view text, const Alphabet& alphabet, std::string& out) {
  const size_t size = text.size();
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  uint32_t held = 0;
  unsigned count = 0;
  for (char letter : text) {
    const uint8_t value = alphabet.values[static_cast<unsigned char>(letter)];
    if (value == Alphabet::kNone) return {false, false};
    held = held << alphabet.bits | value;
    if ((count += alphabet.bits) < 8) continue;
    count -= 8;
    out += static_cast<char>(held >> count);
  }
  const bool good = count < alphabet.bits;  // a letter of which nothing came is one too many
  const bool padded = size == (text.size() + alphabet.group - 1) / alphabet.group * alphabet.group;
  return {good, good && padded && (held & ((1u << count) - 1)) == 0};
}

}  // namespace

void base64::encode(std::string_view bytes, std::string& out) { write(bytes, k64, out); }

std::optional<std::string> base64::decode(std::string_view text) {
  std::string out;
  return leat::read(text, k64, out).exact ? std::optional(std::move(out)) : std::nullopt;
}

bool base64::read(std::string_view text, std::string& out) { return leat::read(text, k64, out).good; }

void base32::encode(std::string_view bytes, std::string& out) { write(bytes, k32, out); }
bool base32::read(std::string_view text, std::string& out) { return leat::read(text, k32, out).good; }

}  // namespace leat
