// Splitter: the frames of a stream, cut from whatever pieces it comes in.
// Owner:   a Session.   Thread: one.   Blocks: never.
// Fails:   next: a frame that is longer than it may be, or none at all. It holds no more than one such frame and a read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace leat::hub::client {

class Splitter {
 public:
  static constexpr size_t kRead = 256 * 1024;

  void restart() { begin_ = end_ = 0; }
  void most(uint64_t frame) { most_ = frame; }

  // Room for at least a byte: who fills it says with got() how far. What next() has given is no more.
  char* room(size_t& size);
  void got(size_t bytes) { end_ += bytes; }

  // The next whole frame; empty: it has not come yet.
  Result<std::string_view> next();

 private:
  std::string bytes_;
  size_t begin_ = 0, end_ = 0;  // of what has not been given
  uint64_t most_ = 0;
};

}  // namespace leat::hub::client
