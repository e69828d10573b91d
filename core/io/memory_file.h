// MemoryFile: a file without a name, kept in memory; what is added can be read behind what was there, as of one that grows.
// Owner:   who adds to it; reader() gives the reading end away, which may outlive it.
// Thread:  one.   Blocks: never.
// Fails:   make() and add() with io, where the system has no memory for it.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/result.h"
#include "core/io/descriptor.h"

namespace leat {

class MemoryFile {
 public:
  static Result<MemoryFile> make();
  Descriptor reader();  // from its beginning; once
  Done add(std::string_view bytes);

 private:
  explicit MemoryFile(int fd) : writing_(fd, Descriptor::Kind::file, true) {}
  Descriptor writing_;
  uint64_t size_ = 0;
};

}  // namespace leat
