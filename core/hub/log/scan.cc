#include "core/hub/log/scan.h"

#include <algorithm>

namespace leat::hub::log {
namespace {

constexpr size_t kPiece = size_t{1} << 20;
constexpr uint64_t kPage = 4096;  // what a device that cannot read loses at least
constexpr uint64_t kLeastFrame = 8;

// A file that was cut has none: it is shorter than it says itself. Nor has one that could not be read to its end.
bool end_mark(Peek& peek, const SegmentHeader& segment, uint64_t offset) {
  const uint64_t left = offset < segment.bytes ? segment.bytes - offset : 0;
  const auto bytes = peek.at(offset, kBatchHeader).substr(0, kBatchHeader);
  return !peek.failed() && bytes.size() == std::min<uint64_t>(left, kBatchHeader) &&
         bytes.find_first_not_of('\0') == std::string_view::npos;
}

// The headers behind the last whole batch may have survived their bodies; each says how many numbers it took. Where even that is
// gone, there cannot have been more frames than fit.
uint64_t most_written(Peek& peek, const SegmentHeader& segment, uint64_t offset, uint64_t seq) {
  while (const auto header = batch_header(peek.at(offset, kBatchHeader), segment.salt)) {
    if (header->base_seq != seq) break;
    seq = header->end_seq();
    offset += header->size();
  }
  if (end_mark(peek, segment, offset) || offset >= segment.bytes) return seq;
  return seq + (segment.bytes - offset + kLeastFrame - 1) / kLeastFrame;
}

}  // namespace

std::string_view Peek::at(uint64_t offset, size_t want) {
  if (offset >= size_) return {};
  want = static_cast<size_t>(std::min<uint64_t>(want, size_ - offset));
  if (offset < begin_ || offset + want > begin_ + buffer_.size()) {
    const auto piece = static_cast<size_t>(std::min<uint64_t>(std::max(want, kPiece), size_ - offset));
    buffer_.resize(piece);
    const Io got = read_all(file_, offset, buffer_.data(), piece);
    buffer_.resize(got.bytes);
    failed_ = failed_ || got.error != 0;
    begin_ = offset;
  }
  return std::string_view(buffer_).substr(static_cast<size_t>(offset - begin_));
}

std::optional<Batch> batch_at(Peek& peek, uint64_t salt, uint64_t offset) {
  const auto header = batch_header(peek.at(offset, kBatchHeader), salt);
  if (!header || header->size() > peek.size() - offset) return {};
  const auto bytes = peek.at(offset, header->size());
  if (bytes.size() < header->size()) return {};
  const Batch batch{*header, offset, bytes.substr(kBatchHeader, header->bytes)};
  return body_crc(batch.body, salt) == header->body_crc ? std::optional(batch) : std::nullopt;
}

std::optional<Batch> next_batch(Peek& peek, uint64_t salt, uint64_t from, uint64_t seq) {
  while (from < peek.size()) {
    const auto bytes = peek.at(from, kBatchHeader);
    if (bytes.size() < kBatchHeader) {
      from = (from / kPage + 1) * kPage;
      continue;
    }
    std::optional<BatchHeader> header;
    for (size_t at = 0; !header && at + kBatchHeader <= bytes.size(); at += 8, from += 8)
      if (batch_magic(bytes.data() + at)) header = batch_header(bytes.substr(at), salt);
    if (!header) continue;
    from -= 8;
    if (header->base_seq >= seq)
      if (auto batch = batch_at(peek, salt, from)) return batch;
    from += header->size();  // its word is good: no batch begins inside another
  }
  return {};
}

Ending scan(Peek& peek, const SegmentHeader& segment, uint64_t limit, const Visitor& visitor) {
  Ending end{segment.base_seq, kDataStart, false, segment.base_seq};
  while (end.seq < limit) {
    const auto batch = next_batch(peek, segment.salt, end.offset, end.seq);
    if (!batch || batch->header.end_seq() > limit) break;
    if (batch->header.base_seq > end.seq)
      visitor.hole({end.seq, batch->header.base_seq, batch->header.synced > end.seq ? Gap::Why::damaged : Gap::Why::skipped},
                   batch->offset != end.offset);
    visitor.batch(*batch);
    end.seq = batch->header.end_seq();
    end.offset = batch->end();
  }
  end.torn = end.seq < limit && !end_mark(peek, segment, end.offset);
  end.most = end.torn ? most_written(peek, segment, end.offset, end.seq) : end.seq;
  return end;
}

}  // namespace leat::hub::log
