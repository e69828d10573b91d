// Quantile: the value below which a given share of many numbers lies, in bounded memory.
// Owner:   one aggregate's state; moves.   Thread: one.   Blocks: never.   Fails: cannot.
//
// Up to kExact numbers are kept as they are and the answer is exact. Beyond that they are counted in buckets of 1/64 of a power
// of two, so that an answer is within 0.8 % of a number of the right rank. The bucket of a number is the top 18 bits of its
// double: no logarithm. One sketch spans 64 powers of two (19 decades) at that accuracy; if the numbers spread further, the
// smallest magnitudes share the lowest bucket and only they lose accuracy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/base/meter.h"

namespace leat::window {

class Quantile {
 public:
  static constexpr size_t kExact = 64;
  static constexpr double kError = 1.0 / 128;  // relative; half a bucket

  void add(double value);
  void merge(const Quantile& other);
  // Of rank ceil(share * n), as SQL's percentile_disc; share in 0..1. Nothing was added: nothing.
  std::optional<double> at(double share) const;
  uint64_t count() const { return count_; }

 private:
  // Counts of the magnitudes of one sign.
  struct Side {
    meter::Vector<uint64_t> counts;  // of the buckets first, first + 1 ...
    uint32_t first = 0;
    uint64_t total = 0;

    void add(uint32_t bucket, uint64_t count);
    void raise(uint32_t floor);  // what lies below shares the bucket `floor`
  };

  void count(double value, uint64_t times);
  double of_rank(uint64_t rank) const;  // from 0

  meter::Vector<double> exact_;  // until there are more than kExact; then empty
  Side below_, above_;           // 0
  uint64_t zeros_ = 0, count_ = 0;
  double least_ = 0, most_ = 0;  // no answer lies outside what was seen
};

}  // namespace leat::window
