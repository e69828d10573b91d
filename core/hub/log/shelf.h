// Shelf: the segments of a stream as readers see them.
// Owner:   the Log.
// Thread:  read, seek_time, stats and gaps: any, at any time, side by side. The others: the writer's alone. What they share stands
//          behind one mutex, which is never held over a read or a write of the disk.
// Blocks:  read: for the device.
// Fails:   read: when a segment cannot be opened, for want of descriptors, say. What then cannot be read is a gap, and stays one until
//          the stream is opened again.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/hub/log/segment.h"

namespace leat::hub::log {

// The length of the frame these bytes begin with, a multiple of 8; 0: they do not begin with a whole one. Frames say how long they
// are, so the log keeps no second account of it: what is on the disk is what goes over the wire, and nothing more.
using FrameLength = size_t (*)(std::string_view bytes);

// A stretch of the stream: frames, or why there are none.
struct Chunk {
  uint64_t first_seq = 0;
  uint64_t count = 0;
  std::string_view frames;  // verbatim, one behind the other; in the buffer that was lent
  std::optional<Gap> gap;   // instead of frames; go on at its `to`

  bool at_end() const { return count == 0 && !gap; }
};

struct Stats {
  uint64_t first_seq = 0, next_seq = 0, records = 0;
  uint64_t bytes = 0;  // of batches; files are pre-written and so larger
  uint64_t segments = 0, damaged_segments = 0, gaps = 0;
};

using FrameVisitor = std::function<bool(uint64_t seq, std::string_view frame)>;
using GapVisitor = std::function<void(const Gap&)>;

class Shelf {
 public:
  Shelf(Disk& disk, std::string dir, FrameLength length) : disk_(disk), dir_(std::move(dir)), length_(length) {}

  // Frames from the number `from` on, `most` bytes of them or one that is longer. Every batch is checked each time it is read.
  // `into` keeps its size from call to call, so that a cursor's buffer is made once.
  Result<Chunk> read(uint64_t from, size_t most, std::string& into);
  // Every record from that number on until `frame` answers false, and the gaps between them.
  Done each(uint64_t from, const FrameVisitor& frame, const GapVisitor& gap = {});
  // A number at or before the first record stamped `ts` or later, by at most a stretch of 64 KiB or one append; next_seq: there is none.
  uint64_t seek_time(int64_t ts) const;
  Stats stats() const;
  std::vector<Gap> gaps() const;
  uint64_t next_seq() const;

  void open(std::deque<Segment> segments, std::vector<Gap> gaps, uint64_t next_seq);
  void add(std::span<const BatchHeader> batches);  // to the last segment
  // A new segment behind the others, with the batches it already has: so many `records` of the last one moved there, which ends now
  // at `end_offset`.
  void add(Segment segment, uint64_t records, uint64_t end_offset);
  Segment take_first();
  // Only the writer adds and takes, so the writer may look; `damaged` and `marks` are the readers' too.
  const std::deque<Segment>& segments() const { return segments_; }

 private:
  struct Stretch {
    uint32_t number = 0;
    std::string name;
    std::shared_ptr<File> file;
    uint64_t salt = 0;
    uint64_t seq = 0, offset = 0;          // where to begin
    uint64_t end_seq = 0, end_offset = 0;  // where to end
  };
  class Reading;

  std::optional<Chunk> outside(uint64_t from) const;  // behind the end, or in a gap
  Stretch stretch_of(uint64_t from) const;
  int open(Stretch& at);
  void opened(uint32_t number);
  void damage(const Stretch& at);  // no batch stands where it begins
  void add_gap(const Gap& gap);
  Segment* find(uint32_t number);

  Disk& disk_;
  const std::string dir_;
  const FrameLength length_;
  mutable std::mutex mutex_;
  std::deque<Segment> segments_;
  std::vector<Gap> gaps_;        // in order
  std::deque<uint32_t> opened_;  // segments with an open file, the last one excepted
  uint64_t first_seq_ = 1, next_seq_ = 1;
};

}  // namespace leat::hub::log
