// Frames for tests of the log: framed as Cap'n Proto frames a message of one segment, filled with noise that their seed decides.
// Owner:   pure functions.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "core/base/random.h"

namespace leat::test {

inline size_t frame_length(std::string_view bytes) {
  uint32_t head[2];
  if (bytes.size() < sizeof head) return 0;
  std::memcpy(head, bytes.data(), sizeof head);
  const uint64_t length = 8 + 8 * uint64_t{head[1]};
  return head[0] == 0 && length <= bytes.size() ? static_cast<size_t>(length) : 0;
}

inline std::string frame(uint64_t seed, uint32_t words) {
  SplitMix noise(seed);
  std::string out(8 + 8 * size_t{words}, '\0');
  std::memcpy(out.data() + 4, &words, sizeof words);
  for (size_t at = 8; at < out.size(); at += 8) {
    const uint64_t word = noise.next();
    std::memcpy(out.data() + at, &word, sizeof word);
  }
  return out;
}

}  // namespace leat::test
