// Inspect: what an operator asks of a stream's folder while no hub has it open: is it sound, make it so, show me what is in it.
// Owner:   functions.   Thread: one at a time for a folder.
// Blocks:  for all of the folder.
// Fails:   verify and dump: a folder or a segment that cannot be opened. repair: also one that is in use, and a disk that cannot write.
//          Damage is what they answer.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/hub/log/log.h"
#include "core/hub/log/survey.h"

namespace leat::hub::log {

// Reads everything, changes nothing. A segment is sound unless `damaged` is set; a torn end is no damage, open() cuts it off.
Result<Survey> verify(Disk& disk, const std::string& dir);

struct Repaired {
  std::vector<std::string> segments;  // written anew, from what was whole in them; the old files stay as NUMBER.damaged
  std::vector<std::string> notes;     // a line each for what could not be helped
  std::vector<Gap> gaps;              // what is missing for good
};
// What is whole is written into sound segments, so that the folder verifies and no start has to look for it again. Nothing that can be
// read is lost by it, and no number comes free. Killed in between, it can be run again.
Result<Repaired> repair(Disk& disk, const std::string& dir, const Options& options, Random& random);

// Every record from the number `from` on until `frame` answers false, and the gaps between them.
Done dump(Disk& disk, const std::string& dir, FrameLength length, uint64_t from, const FrameVisitor& frame, const GapVisitor& gap);

}  // namespace leat::hub::log
