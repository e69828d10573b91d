// Checksum: the bytes that an envelope has of its payload, by the name of the algorithm.
// Owner:   pure function.   Thread: any.   Blocks: never.   Fails: the answer is empty for an algorithm that leat does not know.
#pragma once

#include <string>
#include <string_view>

namespace leat {

// crc32c: four bytes, the most significant first; sha256: the 32 of FIPS 180-4.
std::string checksum_of(std::string_view algorithm, std::string_view payload);

}  // namespace leat
