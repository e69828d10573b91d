// LogModel: what a log promised, and whether it holds it.
// Owner:   the test.   Thread: one.   Blocks: for the log.   Fails: answers the first broken promise; empty: none.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/hub/log/log.h"

namespace leat::test {

class LogModel {
 public:
  void offered(uint64_t seq, std::string frame) { tried_[seq].insert(std::move(frame)); }  // to append(), whatever came of it
  void accepted(uint64_t seq, std::string frame) { unsynced_[seq] = std::move(frame); }
  void synced(uint64_t below);                                            // as sync() answered
  void dropped(uint64_t below) { dropped_ = std::max(dropped_, below); }  // as retention was asked
  bool holds_any(uint64_t from, uint64_t to) const {                      // synced and not asked to go
    const auto first = sure_.lower_bound(std::max(from, dropped_));
    return first != sure_.end() && first->first < to;
  }
  uint64_t promised() const { return promised_; }

  // Everything the log serves. `calm`: nothing but crashes happened to it, so nothing may be damaged; with faults, what cannot be
  // read just now must be told.
  std::string check(hub::log::Log& log, bool calm) const;
  // The log was opened again: what it has now is what there is. False: it went away behind what was promised.
  void reopened(hub::log::Log& log, bool calm);

 private:
  std::string check_frame(uint64_t seq, std::string_view frame) const;
  std::string check_gap(const hub::log::Gap& gap, bool calm) const;

  std::map<uint64_t, std::set<std::string>> tried_;
  std::map<uint64_t, std::string> unsynced_, sure_;
  uint64_t promised_ = 1;  // numbers below are given for good
  uint64_t dropped_ = 1;
  bool rough_ = false;  // it was opened on a failing disk: what was found then, and never synced, may be gone and be called damaged
};

}  // namespace leat::test
