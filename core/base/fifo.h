// Fifo: a queue that costs nothing while it is empty, where std::deque takes 600 bytes: one hub has ten thousand clients with five each.
// Owner:   a value.   Thread: one.   Blocks: never.   Fails: as std::vector does, without memory.
//
// What was taken from the front is let go of at once; its place, when there is no other room.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace leat {

template <class T>
class Fifo {
 public:
  bool empty() const { return head_ == all_.size(); }
  size_t size() const { return all_.size() - head_; }
  T& front() { return all_[head_]; }
  const T& front() const { return all_[head_]; }
  T& back() { return all_.back(); }
  const T& back() const { return all_.back(); }
  auto begin() { return all_.begin() + static_cast<std::ptrdiff_t>(head_); }
  auto begin() const { return all_.begin() + static_cast<std::ptrdiff_t>(head_); }
  auto end() { return all_.end(); }
  auto end() const { return all_.end(); }

  void push_back(T one) {
    if (all_.size() == all_.capacity() && head_ > all_.size() / 2) {  // else each of them would be moved again and again
      all_.erase(all_.begin(), begin());
      head_ = 0;
    }
    all_.push_back(std::move(one));
  }
  void pop_front() {
    all_[head_++] = T();
    if (empty()) clear();
  }
  void remove(const T& one) {
    all_.erase(std::remove(begin(), end(), one), end());
    if (empty()) clear();
  }
  void clear() {
    head_ = 0;
    if (all_.capacity() > kKept)
      all_ = {};
    else
      all_.clear();
  }

 private:
  static constexpr size_t kKept = 32;  // places, for what comes next
  std::vector<T> all_;
  size_t head_ = 0;
};

}  // namespace leat
