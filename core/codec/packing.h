// Packing: Cap'n Proto's packed form of words, and where packed messages end in a stream that comes in pieces.
// Owner:   pure functions; a Skim belongs to its framer.
// Thread:  one.   Blocks: never.
// Fails:   Skim answers broken; pack() and unpack() are only for what is whole.
//
// A packed stream is tokens: a tag byte whose bits say which of the next word's eight bytes are not 0, then those bytes.
// Behind tag 0 stands how many more words are 0, behind tag 255 and its word how many more words follow as they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace leat::packing {

void pack(std::string_view message, std::string& out);  // appends; cut where the library cuts, so its stream reader takes it
uint64_t unpacked_size(std::string_view packed);        // of whole tokens
void unpack(std::string_view packed, char* out);        // of whole tokens, into unpacked_size() bytes

// Skim: finds the end of one message after the other. No byte is unpacked but the segment table's.
class Skim {
 public:
  enum class Step : uint8_t { more, message, broken };

  // `text` begins where the message does, or where forget() left off, and holds all that was given before.
  Step next(std::string_view text);
  size_t taken() const { return taken_; }           // bytes of `text` that are whole tokens of this message
  uint64_t unpacked() const { return words_ * 8; }  // the message's size; 0 while not known
  size_t head() const { return head_; }             // bytes that tell its size; 0 while they have not come
  bool inside() const { return done_ > 0 || taken_ > 0; }
  void forget() { taken_ = 0; }  // the caller dropped the bytes taken
  void restart() { *this = {}; }

 private:
  std::string table_;  // unpacked, while the size is not known
  uint64_t words_ = 0, done_ = 0;
  size_t taken_ = 0, head_ = 0;
};

}  // namespace leat::packing
