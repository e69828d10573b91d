// LittleEndian: whole numbers in bytes, as everything the log writes has them.
// Owner:   pure functions.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <cstddef>
#include <cstdint>

namespace leat::hub::log {

template <class Number>
void put(char* to, Number number) {
  for (size_t i = 0; i < sizeof number; ++i) to[i] = static_cast<char>(static_cast<uint64_t>(number) >> (8 * i));
}

template <class Number>
Number get(const char* from) {
  uint64_t number = 0;
  for (size_t i = 0; i < sizeof(Number); ++i) number |= static_cast<uint64_t>(static_cast<unsigned char>(from[i])) << (8 * i);
  return static_cast<Number>(number);
}

}  // namespace leat::hub::log
