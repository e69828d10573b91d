// Frames: a run of messages, cut into them.
// Owner:   pure functions.   Thread: any.   Blocks: never.   Fails: cannot: runs hold whole frames.
#pragma once

#include <cstdint>
#include <vector>

#include "core/data/artifact.h"
#include "core/hub/broker/block.h"

namespace leat::hub {

inline uint32_t frame_at(const Run& run, uint32_t begin) {
  return static_cast<uint32_t>(artifact::frame_size({run.block->data() + begin, run.end - begin}));
}

// f(begin, end) for each message, in the run's block.
template <class F>
void each_frame(const Run& run, F&& f) {
  for (uint32_t at = run.begin; at < run.end;) {
    const uint32_t begin = std::exchange(at, at + frame_at(run, at));
    f(begin, at);
  }
}

inline std::vector<uint32_t> ends_of(const Run& run) {
  std::vector<uint32_t> ends;
  ends.reserve(run.count);
  if (run.count > 0) each_frame(run, [&](uint32_t, uint32_t end) { ends.push_back(end); });
  return ends;
}

}  // namespace leat::hub
