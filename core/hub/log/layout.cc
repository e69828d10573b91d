#include "core/hub/log/layout.h"

#include <cstring>

#include "core/base/crc32c.h"
#include "core/hub/log/little_endian.h"

namespace leat::hub::log {
namespace {

constexpr uint32_t kSegmentMagic = 0x47535F4C;  // L_SG
constexpr uint32_t kBatchMagic = 0x54425F4C;    // L_BT
constexpr uint32_t kVersion = 1;
constexpr size_t kSegmentHeader = 56;
constexpr size_t kSummed = 8;  // where what the checksum covers begins

uint32_t seed(uint64_t salt) { return static_cast<uint32_t>(salt ^ salt >> 32); }

std::optional<SegmentHeader> one_copy(std::string_view bytes) {
  if (bytes.size() < kSegmentHeader) return {};
  const char* at = bytes.data();
  if (get<uint32_t>(at) != kSegmentMagic || get<uint32_t>(at + 8) != kVersion || get<uint32_t>(at + 12) > 1) return {};
  if (get<uint32_t>(at + 4) != crc32c(bytes.substr(kSummed, kSegmentHeader - kSummed))) return {};
  const SegmentHeader header{.stream = get<uint64_t>(at + 16),
                             .bytes = get<uint64_t>(at + 24),
                             .base_seq = get<uint64_t>(at + 32),
                             .skipped_from = get<uint64_t>(at + 40),
                             .salt = get<uint64_t>(at + 48),
                             .repaired = get<uint32_t>(at + 12) == 1};
  if (header.skipped_from > header.base_seq || header.base_seq >= kMostSeq || header.bytes < kLeastSegment || header.bytes > kMostSegment)
    return {};
  return header;
}

}  // namespace

std::string encode(const SegmentHeader& header) {
  std::string out(kDataStart + kBatchHeader, '\0');
  char* at = out.data();
  put(at, kSegmentMagic);
  put(at + 8, kVersion);
  put(at + 12, uint32_t{header.repaired});
  put(at + 16, header.stream);
  put(at + 24, header.bytes);
  put(at + 32, header.base_seq);
  put(at + 40, header.skipped_from);
  put(at + 48, header.salt);
  put(at + 4, crc32c({at + kSummed, kSegmentHeader - kSummed}));
  std::memcpy(at + kSecondHeader, at, kSegmentHeader);
  return out;
}

std::optional<ReadHeader> segment_header(std::string_view front) {
  const auto first = one_copy(front);
  const auto second = front.size() < kSecondHeader ? std::nullopt : one_copy(front.substr(kSecondHeader));
  if (!first && !second) return {};
  return ReadHeader{first ? *first : *second, first && second ? 2 : 1};
}

void encode(const BatchHeader& header, char* to) {
  put(to, kBatchMagic);
  put(to + 8, header.salt);
  put(to + 16, header.base_seq);
  put(to + 24, header.count);
  put(to + 28, header.bytes);
  put(to + 32, header.synced);
  put(to + 40, header.min_ts);
  put(to + 48, header.max_ts);
  put(to + 56, header.body_crc);
  put(to + 60, uint32_t{0});
  put(to + 4, crc32c({to + kSummed, kBatchHeader - kSummed}, seed(header.salt)));
}

std::optional<BatchHeader> batch_header(std::string_view bytes, uint64_t salt) {
  if (bytes.size() < kBatchHeader || !batch_magic(bytes.data())) return {};
  const char* at = bytes.data();
  if (get<uint64_t>(at + 8) != salt || get<uint32_t>(at + 4) != crc32c(bytes.substr(kSummed, kBatchHeader - kSummed), seed(salt)))
    return {};
  const BatchHeader header{.salt = salt,
                           .base_seq = get<uint64_t>(at + 16),
                           .count = get<uint32_t>(at + 24),
                           .bytes = get<uint32_t>(at + 28),
                           .synced = get<uint64_t>(at + 32),
                           .min_ts = get<int64_t>(at + 40),
                           .max_ts = get<int64_t>(at + 48),
                           .body_crc = get<uint32_t>(at + 56)};
  const bool sound = header.count > 0 && header.bytes % 8 == 0 && header.count <= header.bytes / 8 && header.base_seq < kMostSeq &&
                     get<uint32_t>(at + 60) == 0;
  return sound ? std::optional(header) : std::nullopt;
}

std::optional<uint64_t> salt_of(std::string_view bytes) {
  return bytes.size() < kBatchHeader ? std::nullopt : std::optional(get<uint64_t>(bytes.data() + 8));
}

uint32_t body_crc(std::string_view body, uint64_t salt) { return crc32c(body, seed(salt)); }

bool batch_magic(const char* at) { return get<uint32_t>(at) == kBatchMagic; }

}  // namespace leat::hub::log
