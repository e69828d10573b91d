// Masks: where a byte occurs in a text, as one bit per byte, 64 at a time; what line and CSV framing count with.
// Owner:   pure function; picks AVX2 at run time where the machine has it.
// Thread:  any.   Blocks: never.   Fails: cannot.
#pragma once

#include <cstddef>
#include <cstdint>

namespace leat {

inline constexpr size_t kMaskBlock = 64;

// masks[i] bit j: text[64 i + j] == byte, for `blocks` blocks. All of them must be readable, as Slab::kPadding makes them.
void find_byte(const char* text, size_t blocks, char byte, uint64_t* masks);

// Two kinds at once: `byte`, and what cannot stand in a JSON string as it is or is no ASCII: quotes, backslashes, control bytes,
// the high half.
void find_odd(const char* text, size_t blocks, char byte, uint64_t* masks, uint64_t* odd);

// f(position) for each `byte` in text[from, to), in order.
template <class F>
void each_byte(const char* text, uint32_t from, uint32_t to, char byte, F&& f) {
  constexpr uint32_t kBlocks = 64;
  uint64_t masks[kBlocks];
  for (uint32_t at = from; at < to;) {
    const uint32_t left = to - at;
    const uint32_t blocks = left >= kBlocks * kMaskBlock ? kBlocks : (left + kMaskBlock - 1) / kMaskBlock;
    find_byte(text + at, blocks, byte, masks);
    if (left < blocks * kMaskBlock) masks[blocks - 1] &= ~uint64_t{0} >> (blocks * kMaskBlock - left);
    for (uint32_t i = 0; i < blocks; ++i)
      for (uint64_t mask = masks[i]; mask != 0; mask &= mask - 1)
        f(at + i * static_cast<uint32_t>(kMaskBlock) + static_cast<uint32_t>(__builtin_ctzll(mask)));
    at += blocks * static_cast<uint32_t>(kMaskBlock);
  }
}

}  // namespace leat
