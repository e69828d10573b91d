// Distinct: how many different values there were, in at most 4 KiB.
// Owner:   one aggregate's state; moves.   Thread: one.   Blocks: never.   Fails: cannot.
//
// Up to kExact different values the answer is exact (their 64-bit hashes are kept). Beyond that it is an estimate by HyperLogLog
// with 4096 registers and the estimator of Ertl (2017, algorithm 6), whose standard error is 1.04 / sqrt(4096) = 1.6 %.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/meter.h"

namespace leat::window {

class Distinct {
 public:
  static constexpr size_t kExact = 256;
  static constexpr double kError = 0.01625;  // one standard deviation, relative

  void add(uint64_t hash);
  void merge(const Distinct& other);
  uint64_t count() const;

 private:
  void note(uint64_t hash);
  void give_up_exactness();

  meter::Vector<uint64_t> exact_;     // sorted, until it would hold more than kExact
  meter::Vector<uint8_t> registers_;  // then: by the top 12 bits, the longest run of zeros seen behind them, plus one
};

}  // namespace leat::window
