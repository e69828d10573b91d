// Layout: the bytes of a segment file, little-endian.
// Owner:   plain values.   Thread: any.   Blocks: never.
// Fails:   nothing is answered for bytes that are not, in every bit, what was written.
//
//   a segment = header | zeros to 4096 | the same header | zeros to 8192 | batches | end mark | anything
//   header    = magic u32 | crc u32 | version u32 | repaired u32 | stream u64 | bytes u64 | base_seq u64 | skipped_from u64 |
//               salt u64
//   a batch   = magic u32 | crc u32 | salt u64 | base_seq u64 | count u32 | bytes u32 | synced u64 | min_ts i64 | max_ts i64 |
//               crc of the body u32 | 0 u32 | the body: `bytes` of whole frames, verbatim
//   end mark  = as many zeros as a batch's header is long; it is written with every batch, and the next batch takes its place
//
// A file is pre-written and used again, so behind the end mark stand zeros or what an earlier life of the file left. Every life draws
// a salt; it stands in each batch and begins its checksums, so a stale batch is none. The header is there twice, in pages of their own,
// because without its salt no batch of the segment could be told from a stale one. Frames, headers and bodies are multiples of 8 long.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leat::hub::log {

constexpr uint64_t kSecondHeader = 4096;
constexpr uint64_t kDataStart = 8192;
constexpr size_t kBatchHeader = 64;
constexpr uint64_t kLeastSegment = 16 * 1024, kMostSegment = uint64_t{1} << 30;
constexpr uint64_t kMostSeq = uint64_t{1} << 63;  // nobody gets there; what says so is wrong

struct SegmentHeader {
  uint64_t stream = 0;
  uint64_t bytes = 0;  // of the file, so that one that was cut is known for it
  uint64_t base_seq = 0;
  uint64_t skipped_from = 0;  // numbers from here to base_seq were left out, so that none is given twice; base_seq: none were
  uint64_t salt = 0;
  bool repaired = false;  // what is missing at its end is known to be
};
std::string encode(const SegmentHeader& header);  // all that stands in front of the first batch, and an end mark
struct ReadHeader : SegmentHeader {
  int copies = 0;  // that are whole
};
std::optional<ReadHeader> segment_header(std::string_view front);  // from the first kDataStart bytes

struct BatchHeader {
  uint64_t salt = 0;
  uint64_t base_seq = 0;
  uint32_t count = 0;
  uint32_t bytes = 0;
  uint64_t synced = 0;  // when this was written, everything below was synced
  int64_t min_ts = 0, max_ts = 0;
  uint32_t body_crc = 0;

  uint64_t end_seq() const { return base_seq + count; }
  uint64_t size() const { return kBatchHeader + bytes; }
};
void encode(const BatchHeader& header, char* to);
std::optional<BatchHeader> batch_header(std::string_view bytes, uint64_t salt);
std::optional<uint64_t> salt_of(std::string_view bytes);  // what stands where a batch has its salt
uint32_t body_crc(std::string_view body, uint64_t salt);

// Whether a batch may begin here, at little cost: most places of a file are none.
bool batch_magic(const char* at);

}  // namespace leat::hub::log
