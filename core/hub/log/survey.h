// Survey: what a stream's folder holds, found by reading all of it and changing nothing.
// Owner:   a value, but for the open file of its last segment.   Thread: one at a time.
// Blocks:  for every segment of the folder.
// Fails:   a folder that cannot be listed. Damage is no failure: it is what a survey is for.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "core/hub/log/segment.h"

namespace leat::hub::log {

struct Survey {
  // In order; a file whose header is gone is an empty one with `damaged` set. Only the last is left open.
  std::deque<Segment> segments;
  std::vector<Gap> gaps;  // in order, not touching
  uint64_t stream = 0;    // of the first segment that can be read; 0: of none

  uint64_t end_seq = 0;      // the number behind the last record there is; 0: there never was a segment
  uint64_t next_seq = 0;     // the first number that was certainly never given to anybody
  bool torn = false;         // the last segment ends in something that is no batch
  uint64_t torn_offset = 0;  // where
  bool whole_end = false;    // one may go on writing at the end of the last segment

  std::vector<uint32_t> spares, set_aside;  // numbers of their files
  uint32_t next_number = 1;                 // no file of ours has it, or one above
  std::vector<std::string> notes;           // a line each, for whoever looks after the folder
};

// `stream` 0: any. Files are opened as `how` says, create excepted.
Result<Survey> survey(Disk& disk, const std::string& dir, uint64_t stream, Disk::Open how);

}  // namespace leat::hub::log
