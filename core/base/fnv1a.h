// FNV-1a of 64 bits: the same in every run, on every machine and in every other program that knows it, so what goes by it stays where it
// is. For tables there is window/hash.h, which nobody can make collide. Owner:   pure function.   Thread: any.   Blocks: never.   Fails:
// cannot. Source:  Fowler, Noll, Vo, "The FNV Non-Cryptographic Hash Algorithm".
#pragma once

#include <cstdint>
#include <string_view>

namespace leat {

constexpr uint64_t fnv1a(std::string_view bytes) {
  uint64_t hash = 0xCBF29CE484222325;
  for (char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3;
  return hash;
}

}  // namespace leat
