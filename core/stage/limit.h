// Limit: how much may be under way at a time.
// Owner:   whoever starts it.   Thread: one.   Blocks: never; who finds no room comes back when some of it has ended.
// Fails:   cannot.
#pragma once

#include <cstddef>
#include <cstdint>

namespace leat {

class Limit {
 public:
  explicit Limit(size_t most = SIZE_MAX) : most_(most) {}

  void most(size_t most) { most_ = most; }  // what is under way above it goes on
  size_t room() const { return most_ > under_way_ ? most_ - under_way_ : 0; }
  void begin(size_t n) { under_way_ += n; }  // no more than there is room for
  void end(size_t n) { under_way_ -= n; }
  void clear() { under_way_ = 0; }
  size_t under_way() const { return under_way_; }

 private:
  size_t most_;
  size_t under_way_ = 0;
};

}  // namespace leat
