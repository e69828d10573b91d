// Crc32c: the Castagnoli checksum of RFC 3720, for everything leat writes to be read again after a crash.
// Owner:   pure functions.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <cstdint>
#include <string_view>

namespace leat {

// `before` is the checksum of the bytes in front of these. Uses the processor's own instruction where there is one.
uint32_t crc32c(std::string_view bytes, uint32_t before = 0);

uint32_t crc32c_portable(std::string_view bytes, uint32_t before = 0);  // the same, by tables

}  // namespace leat
