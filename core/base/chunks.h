// Chunks: rows that never move. They grow by a piece of them at a time, so that what is held is what is used: a vector of a hundred
// megabytes takes three hundred while it grows.
// Owner:   whoever holds it.   Thread: one.   Blocks: never.
// Fails:   as the allocation below it, which the meter counts.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "core/base/meter.h"

namespace leat {

template <class T>
class Chunks {
 public:
  explicit Chunks(size_t width = 1) : width_(width) {}

  // The `width` elements of a row stand side by side.
  T* at(size_t row) { return chunks_[row >> kShift].data() + (row & kMask) * width_; }
  const T* at(size_t row) const { return chunks_[row >> kShift].data() + (row & kMask) * width_; }
  T& operator[](size_t row) { return *at(row); }
  const T& operator[](size_t row) const { return *at(row); }

  size_t size() const { return size_; }
  // Another row; `make(i)` answers its i-th element.
  template <class Make>
  void add(Make&& make) {
    if ((size_ & kMask) == 0) {
      chunks_.emplace_back();
      if (chunks_.size() > 1) chunks_.back().reserve((kMask + 1) * width_);  // the first grows by itself: most tables are small
    }
    for (size_t i = 0; i < width_; ++i) chunks_.back().push_back(make(i));
    ++size_;
  }
  void push_back(T made) {
    add([&](size_t) { return std::move(made); });
  }
  void grow(size_t rows) {
    while (size_ < rows) add([](size_t) { return T(); });
  }

 private:
  static constexpr size_t kShift = 12, kMask = (size_t{1} << kShift) - 1;

  size_t width_;
  size_t size_ = 0;
  std::vector<meter::Vector<T>> chunks_;
};

}  // namespace leat
