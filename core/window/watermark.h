// Watermark: how far event time has come, so that a window is closed when no more of its records are expected.
// Owner:   the window stage.   Thread: one.   Blocks: never.
// Fails:   cannot; what comes behind the watermark is late, and the caller's to handle.
//
// Each input's mark is its highest time less `disorder`. The stage's is the lowest of its inputs', those left out that have brought
// nothing for `idle` of arrival time; if all are idle, the highest of theirs. An ended input is at the end of time. It never goes back.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "core/base/clock.h"

namespace leat::window {

inline constexpr Instant kBegin = Instant::min(), kEnd = Instant::max();

class Watermark {
 public:
  Watermark(std::span<const uint16_t> inputs, Duration disorder, Duration idle);

  void arrive(uint16_t input, Instant now);  // a batch of it: it is not idle
  bool see(uint16_t input, Instant time);    // one of its records; answers whether the watermark moved
  bool end(uint16_t input);
  bool wait(Instant now);  // time has passed; answers whether the watermark moved
  Instant at() const { return at_; }
  bool ahead(uint16_t input) const { return inputs_[input].mark > at_; }  // others hold it up; of one that was seen
  std::optional<Instant> deadline() const;  // when, if nothing comes, the next input counts as idle and that may matter

 private:
  struct Input {
    Instant mark = kBegin, heard{};
    bool idle = false, known = false;
  };
  Input& of(uint16_t input);
  bool settle();

  std::vector<Input> inputs_;  // by origin
  Duration disorder_, idle_;
  Instant at_ = kBegin;
  bool begun_ = false;  // `heard` counts from the first moment the stage was called
};

}  // namespace leat::window
