#include "core/data/checksum.h"

#include "core/base/crc32c.h"
#include "core/base/sha256.h"

namespace leat {

std::string checksum_of(std::string_view algorithm, std::string_view payload) {
  std::string out;
  if (algorithm == "crc32c") {
    const uint32_t sum = crc32c(payload);
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(sum >> shift);
  } else if (algorithm == "sha256") {
    Sha256 sum;
    sum.add(payload);
    for (const unsigned char byte : sum.end()) out += static_cast<char>(byte);
  }
  return out;
}

}  // namespace leat
