// Scan: finds the batches of a segment file, whatever has become of it.
// Owner:   whoever looks; a Peek holds one buffer, as large as the largest batch or a MiB.
// Thread:  one at a time.   Blocks: for the device.
// Fails:   cannot. What cannot be read or is not what was written is no batch, and its numbers become a hole. One pass: its time is
//          bounded by the file, whatever stands in it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/hub/log/disk.h"
#include "core/hub/log/layout.h"

namespace leat::hub::log {

// Numbers nobody can read, from `from` up to but without `to`.
struct Gap {
  enum class Why : uint8_t {
    dropped,  // by retention
    skipped,  // a write that a crash cut short: as far as can be known nothing of it was ever synced
    damaged,  // it was synced, and the disk has lost it
  };
  uint64_t from = 0, to = 0;
  Why why = Why::dropped;
};

// A file, a large piece at a time.
class Peek {
 public:
  Peek(File& file, uint64_t size) : file_(file), size_(size) {}
  uint64_t size() const { return size_; }
  bool failed() const { return failed_; }  // some read did: what there is behind it nobody knows
  // What is there from `offset` on, `want` bytes or more; fewer: the file ends, or cannot be read, behind these. Until the next at().
  std::string_view at(uint64_t offset, size_t want);

 private:
  File& file_;
  uint64_t size_;
  uint64_t begin_ = 0;
  std::string buffer_;
  bool failed_ = false;
};

struct Batch {
  BatchHeader header;
  uint64_t offset = 0;
  std::string_view body;  // until the Peek is used again
  uint64_t end() const { return offset + header.size(); }
};
std::optional<Batch> batch_at(Peek& peek, uint64_t salt, uint64_t offset);
// The first whole one at `from` or behind it that begins at the number `seq` or above.
std::optional<Batch> next_batch(Peek& peek, uint64_t salt, uint64_t from, uint64_t seq);

// How a segment ends.
struct Ending {
  uint64_t seq = 0;     // what comes next, as far as whole batches say
  uint64_t offset = 0;  // where it would stand
  bool torn = false;    // there is something there that is no batch, and no whole batch behind it
  uint64_t most = 0;    // no number at or above this one was ever written; `seq` unless torn
};

struct Visitor {
  std::function<void(const Batch&)> batch;
  // In front of the next batch; `fresh`: there are bytes that should be batches. Else repair() knew of it.
  std::function<void(const Gap&, bool fresh)> hole;
};

// All batches up to the number `limit`, where the next segment begins; what stands behind that was never acknowledged.
Ending scan(Peek& peek, const SegmentHeader& segment, uint64_t limit, const Visitor& visitor);

}  // namespace leat::hub::log
