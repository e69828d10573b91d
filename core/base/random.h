// SplitMix: a fast stream of 64-bit numbers from a seed, for drawing lots and for ids; never for secrets.
// Owner:   whoever draws; one per lane.   Thread: one.   Blocks: never.   Fails: cannot.
// Source:  Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
#pragma once

#include "core/base/clock.h"

namespace leat {

class SplitMix final : public Random {
 public:
  explicit SplitMix(uint64_t seed) : state_(seed) {}

  uint64_t next() override {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }

 private:
  uint64_t state_;
};

}  // namespace leat
