// Turnstile: the turn token. Whoever holds it owns everything stateful: serial stages, sinks, outboxes, receipts, timers.
// Owner:   the runner.
// Thread:  any.
// Blocks:  enter() until its number comes; post() never.
// Fails:   enter() answers false once aborted.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

namespace leat {

class Turnstile {
 public:
  using Job = std::function<void()>;

  bool enter(uint64_t number);  // waits until every smaller number has left
  void leave();                 // runs what was posted meanwhile, then lets the next number in
  void post(Job job);           // runs it under the token: by the holder when it leaves, else here and now
  void abort();

  uint64_t next() const;  // the number that may enter

 private:
  void run_jobs(std::unique_lock<std::mutex>& lock);

  mutable std::mutex mutex_;
  std::condition_variable moved_;
  std::vector<Job> jobs_;
  uint64_t next_ = 0;
  bool held_ = false;
  bool aborted_ = false;
};

}  // namespace leat
