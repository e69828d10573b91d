// Segment: one file of a stream as memory knows it, and where in it to look for a number or a time.
// Owner:   the Shelf, a Survey; a plain value but for its file.
// Thread:  as its owner's.   Blocks: never.   Fails: cannot.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/hub/log/scan.h"

namespace leat::hub::log {

// A batch every 64 KiB or so: reading begins there.
struct Mark {
  uint64_t seq = 0;
  uint64_t offset = 0;
  int64_t max_ts = 0;  // up to the next mark
};

struct Segment {
  static constexpr uint64_t kStride = 64 * 1024;

  uint32_t number = 0;         // its order among the others
  std::string name;            // of the file
  std::shared_ptr<File> file;  // shared with readers, who may hold it when retention lets it go; null: not open
  SegmentHeader header;
  uint64_t size = 0;  // of the file
  uint64_t end_seq = 0, end_offset = kDataStart;
  uint64_t records = 0;
  uint64_t synced = 0;  // records below this number were known to be on the disk when the last batch was written
  int64_t min_ts = INT64_MAX, max_ts = INT64_MIN;
  std::vector<Mark> marks;
  bool damaged = false;  // it is read around the damage, and never written again

  uint64_t bytes() const { return end_offset - kDataStart; }
  bool headless() const { return header.bytes == 0; }  // nothing in it can be read
  void note(const BatchHeader& batch, uint64_t offset);
  void cut(uint64_t seq, uint64_t offset, uint64_t records);  // forget what stands behind
  const Mark* mark_of(uint64_t seq) const;                    // the last one at or below it; null: none
};

// A segment's first number stands in its name too: where the next record's number begins must outlive both copies of the header.
std::string segment_name(uint32_t number, uint64_t base_seq);
std::string spare_name(uint32_t number);
std::string damaged_name(uint32_t number);

// What a file of a stream's folder is, by its name; nothing for names that are not ours.
struct Named {
  enum class Kind : uint8_t { segment, spare, damaged } kind;
  uint32_t number;
  uint64_t base_seq;  // of a segment
};
std::optional<Named> named(std::string_view name);

}  // namespace leat::hub::log
