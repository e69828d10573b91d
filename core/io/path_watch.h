// PathWatch: tells when the file at a path grows, or when another takes its name.
// Owner:   its source; gone before the loop.   Thread: the loop's.   Blocks: never.
// Fails:   never loudly: where the system cannot tell, it looks once a second.
#pragma once

#include <functional>
#include <string>

namespace leat {

class Loop;

class PathWatch {
 public:
  PathWatch(Loop& loop, const std::string& path, std::function<void()> on_change);
  ~PathWatch();
  PathWatch(const PathWatch&) = delete;
  PathWatch& operator=(const PathWatch&) = delete;

 private:
  struct State;
  State* state_;  // outlives this until libuv has closed it
};

}  // namespace leat
