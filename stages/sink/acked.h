// Acked: on standard output, a line for the highest number that has been acknowledged, as it grows.
// Owner:   its sink.   Thread: under the turn.
// Blocks:  never: while standard output takes no more, only the newest number waits.
// Fails:   open: standard output is closed. A reader that leaves is no matter.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/io/channel.h"
#include "core/stage/end.h"

namespace leat {

class Acked {
 public:
  Done open(SinkHost& host);
  void upto(uint64_t number);
  bool idle() const { return line_.empty() && !next_; }
  void when_idle(std::function<void()> job) { when_idle_ = std::move(job); }  // under the turn

 private:
  void write();

  SinkHost* host_ = nullptr;
  Channel channel_;
  std::string line_;   // what is left of one that was begun
  uint64_t next_ = 0;  // 0: none waits
  bool waits_ = false, gone_ = false;
  std::function<void()> when_idle_;
};

}  // namespace leat
