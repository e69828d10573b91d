#include "tests/support/log_model.h"

#include <fmt/format.h>

namespace leat::test {

using hub::log::Gap;

void LogModel::synced(uint64_t below) {
  for (auto it = unsynced_.begin(); it != unsynced_.end() && it->first < below; it = unsynced_.erase(it)) sure_[it->first] = it->second;
  promised_ = std::max(promised_, below);
}

std::string LogModel::check_frame(uint64_t seq, std::string_view frame) const {
  const auto sure = sure_.find(seq);
  if (sure != sure_.end()) return frame == sure->second ? "" : fmt::format("record {} is not what was synced", seq);
  const auto tried = tried_.find(seq);
  return tried != tried_.end() && tried->second.count(std::string(frame)) ? "" : fmt::format("record {} is invented", seq);
}

std::string LogModel::check_gap(const Gap& gap, bool calm) const {
  if (gap.from >= gap.to) return fmt::format("an empty gap at {}", gap.from);
  if (calm && !rough_ && gap.why == Gap::Why::damaged) return fmt::format("damage to {}..{} that nobody did", gap.from, gap.to);
  const auto sure = sure_.lower_bound(gap.why == Gap::Why::dropped || !calm ? std::max(gap.from, dropped_) : gap.from);
  const bool lost = sure != sure_.end() && sure->first < gap.to && sure->first >= dropped_;
  if (lost && (calm || gap.why == Gap::Why::dropped))
    return fmt::format("record {} was synced and is gone, in a gap {}..{} of kind {}", sure->first, gap.from, gap.to,
                       static_cast<int>(gap.why));
  return {};
}

std::string LogModel::check(hub::log::Log& log, bool calm) const {
  uint64_t next = 1;
  std::string wrong;
  const auto keep = [&](std::string what) {
    if (wrong.empty()) wrong = std::move(what);
  };
  const auto done = log.each(
      1,
      [&](uint64_t seq, std::string_view frame) {
        if (seq != next) keep(fmt::format("record {} where {} should be", seq, next));
        next = seq + 1;
        keep(check_frame(seq, frame));
        return wrong.empty();
      },
      [&](const Gap& gap) {
        if (gap.from != next) keep(fmt::format("a gap from {} where {} should be", gap.from, next));
        next = gap.to;
        keep(check_gap(gap, calm));
      });
  if (!done && calm) keep(done.error().text);
  if (wrong.empty() && done && next != log.next_seq()) keep(fmt::format("it ends at {} and says {}", next, log.next_seq()));
  if (log.next_seq() < promised_) keep(fmt::format("{} would be given again, below {}", log.next_seq(), promised_));
  return wrong;
}

void LogModel::reopened(hub::log::Log& log, bool calm) {
  unsynced_.clear();
  rough_ = rough_ || !calm;
  if (rough_) return;
  for (auto it = tried_.lower_bound(promised_); it != tried_.end();) it = tried_.erase(it);
  (void)log.each(1, [&](uint64_t seq, std::string_view frame) {
    sure_[seq] = std::string(frame);
    promised_ = std::max(promised_, seq + 1);
    return true;
  });
}

}  // namespace leat::test
