#include "core/hub/client/splitter.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "core/data/artifact.h"

namespace leat::hub::client {

char* Splitter::room(size_t& size) {
  if (begin_ > 0) std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (bytes_.size() - end_ < kRead / 2) bytes_.resize(end_ + kRead);
  // One long frame is no reason to keep its room for good.
  if (bytes_.size() > 4 * kRead && end_ < kRead) bytes_.resize(2 * kRead), bytes_.shrink_to_fit();
  size = bytes_.size() - end_;
  return bytes_.data() + end_;
}

Result<std::string_view> Splitter::next() {
  const std::string_view left = std::string_view(bytes_).substr(begin_, end_ - begin_);
  const uint64_t size = artifact::frame_size(left);
  if (size == artifact::kNoFrame) return Error{Error::Kind::io, "what came is no frame", {}};
  if (size > most_) return Error{Error::Kind::io, fmt::format("a frame of {} bytes is longer than {}", size, most_), {}};
  if (size == 0 || size > left.size()) return std::string_view();
  begin_ += size;
  return left.substr(0, size);
}

}  // namespace leat::hub::client
