#include "core/codec/packing.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/data/artifact.h"

namespace leat::packing {
namespace {

constexpr size_t kWord = 8;
constexpr size_t kRun = 255;

// A table: without a machine's own instruction, which not all have, std::popcount is a call.
constexpr auto kBits = [] {
  std::array<uint8_t, 256> bits{};
  for (size_t tag = 1; tag < bits.size(); ++tag) bits[tag] = static_cast<uint8_t>(bits[tag / 2] + tag % 2);
  return bits;
}();

struct Token {
  size_t size;     // 0: not whole yet
  uint64_t words;  // that it stands for
};

Token token(std::string_view at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(at[i]); };
  if (at.empty()) return {0, 0};
  if (byte(0) == 0) return at.size() < 2 ? Token{0, 0} : Token{2, 1u + byte(1)};
  const size_t size = size_t{1} + kBits[byte(0)];
  if (byte(0) != 0xFF) return at.size() < size ? Token{0, 0} : Token{size, 1};
  if (at.size() < size + 1) return {0, 0};
  const size_t all = size + 1 + byte(size) * kWord;
  return at.size() < all ? Token{0, 0} : Token{all, 1u + byte(size)};
}

char* spread(const char* in, const Token& token, char* out) {
  const auto tag = static_cast<unsigned char>(*in++);
  if (tag == 0) return static_cast<char*>(std::memset(out, 0, token.words * kWord)) + token.words * kWord;
  for (int bit = 0; bit < 8; ++bit) *out++ = tag >> bit & 1 ? *in++ : '\0';
  if (tag == 0xFF) std::memcpy(out, in + 1, (token.words - 1) * kWord);
  return out + (token.words - 1) * kWord;
}

size_t zeros(const char* word) { return static_cast<size_t>(std::count(word, word + kWord, '\0')); }

// How many words from `at` on, of at most a run, are alike.
template <class Alike>
size_t run(const char* at, const char* end, Alike alike) {
  size_t count = 0;
  while (count < kRun && at < end && alike(at)) ++count, at += kWord;
  return count;
}

void pack_piece(std::string_view words, std::string& out) {
  const char* end = words.data() + words.size();
  for (const char* at = words.data(); at < end;) {
    const size_t tag_at = out.size();
    unsigned char tag = 0;
    out += '\0';
    for (int bit = 0; bit < 8; ++bit)
      if (at[bit] != 0) tag |= static_cast<unsigned char>(1 << bit), out += at[bit];
    out[tag_at] = static_cast<char>(tag);
    at += kWord;
    if (tag != 0 && tag != 0xFF) continue;
    // One zero byte in a word costs as much as its tag: only from two on does packing pay.
    const size_t count = tag == 0 ? run(at, end, [](const char* word) { return zeros(word) == kWord; })
                                  : run(at, end, [](const char* word) { return zeros(word) < 2; });
    out += static_cast<char>(count);
    if (tag == 0xFF) out.append(at, count * kWord);
    at += count * kWord;
  }
}

}  // namespace

void pack(std::string_view message, std::string& out) {
  const auto number = [&](size_t at) {
    uint32_t value = 0;
    for (size_t i = 4; i-- > 0;) value = value << 8 | static_cast<unsigned char>(message[at + i]);
    return value;
  };
  const size_t segments = size_t{number(0)} + 1;
  size_t at = (4 + 4 * segments + 7) / kWord * kWord;
  pack_piece(message.substr(0, at), out);
  for (size_t i = 0; i < segments; ++i) {
    const size_t size = number(4 + 4 * i) * kWord;
    pack_piece(message.substr(at, size), out);
    at += size;
  }
}

uint64_t unpacked_size(std::string_view packed) {
  uint64_t words = 0;
  while (!packed.empty()) {
    const Token next = token(packed);
    words += next.words;
    packed.remove_prefix(next.size);
  }
  return words * kWord;
}

void unpack(std::string_view packed, char* out) {
  while (!packed.empty()) {
    const Token next = token(packed);
    out = spread(packed.data(), next, out);
    packed.remove_prefix(next.size);
  }
}

Skim::Step Skim::next(std::string_view text) {
  while (words_ == 0 || done_ < words_) {
    const std::string_view rest = text.substr(taken_);
    const Token token = packing::token(rest);
    if (token.size == 0) return Step::more;
    if (words_ == 0) {
      const size_t old = table_.size();
      table_.resize(old + token.words * kWord);
      spread(rest.data(), token, table_.data() + old);
      const uint64_t size = artifact::frame_size(table_);
      if (size == artifact::kNoFrame) return Step::broken;
      words_ = size / kWord;
      head_ = taken_ + token.size;
    }
    done_ += token.words;
    if (words_ != 0 && done_ > words_) return Step::broken;  // a run that does not end where the message does
    taken_ += token.size;
  }
  return Step::message;
}

}  // namespace leat::packing
