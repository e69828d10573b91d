// Profile: where the time of a run goes, asked for by RunOptions::stopwatch. Each thread keeps one account for each piece of work and
// books to one at a time, so that what a stage sends on while it works is booked to those below it.
// Owner:   the runner.   Thread: a Stopwatch is its thread's own; read once its thread is done.
// Blocks:  never.   Fails: cannot. Nobody asked: a Stint is one branch.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.h"

namespace leat {

class Stopwatch {
 public:
  struct Account {
    Duration time{};
    uint64_t records = 0, bytes = 0;
  };
  // What is no work on records comes first, then what the runner numbers.
  enum : uint32_t { kEngine, kIdle, kLoop, kTurn, kFirst, kNowhere = UINT32_MAX };

  Stopwatch(const Clock& clock, size_t accounts) : clock_(clock), accounts_(accounts) {}

  // Books the time since the last call to the account it named, and what follows to this one. Answers that account.
  uint32_t turn_to(uint32_t account) {
    const Instant now = clock_.now();
    if (current_ != kNowhere) accounts_[current_].time += std::max(now - since_, Duration());
    since_ = now;
    return std::exchange(current_, account);
  }
  void count(uint32_t account, uint64_t records, uint64_t bytes) {
    accounts_[account].records += records;
    accounts_[account].bytes += bytes;
  }
  const std::vector<Account>& accounts() const { return accounts_; }

  static inline constinit thread_local Stopwatch* mine = nullptr;  // of this thread, while it works for a run that is timed

 private:
  const Clock& clock_;
  std::vector<Account> accounts_;
  Instant since_{};
  uint32_t current_ = kNowhere;
};

// A piece of work of this thread, booked to `account`; what surrounds it goes on behind it.
class Stint {
 public:
  explicit Stint(uint32_t account) : watch_(Stopwatch::mine) {
    if (watch_) [[unlikely]]
      before_ = watch_->turn_to(account);
  }
  Stint(const Stint&) = delete;
  Stint& operator=(const Stint&) = delete;
  ~Stint() {
    if (watch_) [[unlikely]]
      watch_->turn_to(before_);
  }

 private:
  Stopwatch* const watch_;
  uint32_t before_ = 0;
};

struct Profile {
  // One kind of work of one part of the graph.
  struct Row {
    std::string id, kind;  // as in the ledger
    std::string_view work;
    uint64_t in = 0, out = 0, bytes = 0;  // the bytes that came in
    Duration time{};
    std::string note;
  };
  std::vector<Row> rows;
  Duration engine{};       // between the rows
  Duration waiting{};      // for input
  Duration turn{};         // of a thread for another, so that records keep their order
  Duration whole() const;  // of all of them
};

}  // namespace leat
