// Meter: how many bytes this thread has taken for what is counted, less what it gave back. Who must keep to a bound adds up the
// differences over its own work: the sum is what it holds, also where the work moves from thread to thread.
// Owner:   the thread.   Thread: one counter each.   Blocks: never.   Fails: as the allocation below it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace leat::meter {

inline constinit thread_local int64_t taken = 0;

inline void count(int64_t bytes) { taken += bytes; }

// What is done meanwhile is somebody else's.
class Aside {
 public:
  Aside() = default;
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;
  ~Aside() { taken = before_; }

 private:
  const int64_t before_ = taken;
};

template <class T>
struct Allocator {
  using value_type = T;
  Allocator() = default;
  template <class U>
  Allocator(const Allocator<U>&) {}

  T* allocate(size_t n) {
    T* made = std::allocator<T>().allocate(n);
    return count(static_cast<int64_t>(n * sizeof(T))), made;
  }
  void deallocate(T* given, size_t n) {
    count(-static_cast<int64_t>(n * sizeof(T)));
    std::allocator<T>().deallocate(given, n);
  }
  bool operator==(const Allocator&) const = default;
};

template <class T>
using Vector = std::vector<T, Allocator<T>>;
using String = std::basic_string<char, std::char_traits<char>, Allocator<char>>;

}  // namespace leat::meter
