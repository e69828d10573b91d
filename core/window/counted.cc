// Counted: of each key, every N records make a window; or one window for all there are, the global one. Its answers say from when
// to when their records were: start and end are the times of the first and the last.
#include <algorithm>
#include <utility>

#include "core/window/windows.h"

namespace leat::window {
namespace {

class Counted final : public Windows {
 public:
  Counted(const std::vector<Aggregate>& what, const Bounds& bounds, uint64_t count)
      : Windows(what, bounds), count_(count == 0 ? UINT64_MAX : count), groups_of_(what) {}

  Entry enter(const Key& key, Instant time, const Receipt& receipt) override {
    row_ = keys_.find(key);
    if (row_ == Keys::kNone) {
      if (keys_.size() >= bounds_.max_keys) return Entry::full;
      row_ = keys_.add(key);
      groups_of_.start(row_);
      tallies_.grow(keys_.end());
      tallies_[row_].start = tallies_[row_].end = time;
    }
    Tally& tally = tallies_[row_];
    tally.start = std::min(tally.start, time);
    tally.end = std::max(tally.end, time);
    owed(row_).keep(receipt);
    entered_ = groups_of_.at(row_);
    return Entry::kept;
  }

  void entered(Answers& answers) override {
    Tally& tally = tallies_[row_];
    tally.changed = changed_ = true;
    if (++tally.records == count_) {
      answer(row_, Mark::on_time, answers, ++batches_);
      erase(row_);
    } else if (bounds_.update_count > 0 && tally.records % bounds_.update_count == 0) {
      answer(row_, Mark::early, answers, ++batches_);
    }
  }

  bool advance(Instant now, Answers& answers, size_t limit) override {
    if (closing_.empty()) {
      const int64_t update = bounds_.update.count(), at = now.time_since_epoch().count();
      if (update == 0 || now == kBegin || now == kEnd || now < next_update_) return true;
      const bool begun = std::exchange(next_update_, Instant(Duration(at - at % update + update))) > kBegin;
      if (!begun || !std::exchange(changed_, false)) return true;
      closing_ = keys_.sorted();
      order();
    }
    for (; closed_ < closing_.size(); ++closed_) {
      if (!tallies_[closing_[closed_]].changed) continue;
      if (limit-- == 0) return false;
      tallies_[closing_[closed_]].changed = false;
      answer(closing_[closed_], Mark::early, answers, ++batches_);
    }
    closing_.clear();
    closed_ = 0;
    return true;
  }

  std::optional<Instant> due() const override {
    if (!closing_.empty()) return kBegin;
    return changed_ && next_update_ > kBegin ? std::optional(next_update_) : std::nullopt;
  }

  void close(bool complete, Answers& answers) override {
    closing_ = keys_.sorted();
    order();
    const bool together = count_ == UINT64_MAX;
    ++batches_;
    for (uint32_t row : closing_) answer(row, complete ? Mark::on_time : Mark::partial, answers, together ? batches_ : ++batches_);
    for (uint32_t row : closing_) tallies_[row].owed.deliver();
    all_.deliver();
    closing_.clear();
    closed_ = 0;
    keys_ = Keys(), groups_of_ = Groups(what_), tallies_ = Chunks<Tally>();  // one by one, a million take as long as to find them
  }

  size_t groups() const override { return keys_.size(); }

 private:
  struct Tally {
    Instant start, end;
    uint64_t records = 0;
    bool changed = false;  // since the last early answer
    Receipts owed;
  };

  // Nothing settles before the end of a global window, so its groups may as well owe together.
  Receipts& owed(uint32_t row) { return count_ == UINT64_MAX ? all_ : tallies_[row].owed; }

  void answer(uint32_t row, Mark mark, Answers& answers, uint64_t batch) {
    const Tally& tally = tallies_[row];
    owed(row).fold();
    answers.take({tally.start, tally.end, keys_.key(row).text, groups_of_.at(row), mark, &owed(row), batch});
  }

  void erase(uint32_t row) {
    tallies_[row].owed.deliver();
    tallies_[row] = {};
    groups_of_.start(row);
    keys_.erase(row);
  }

  void order() {  // by end; sorted by key they are already
    std::stable_sort(closing_.begin(), closing_.end(), [&](uint32_t a, uint32_t b) { return tallies_[a].end < tallies_[b].end; });
  }

  const uint64_t count_;
  Keys keys_;
  Groups groups_of_;  // by row, as
  Chunks<Tally> tallies_;
  Receipts all_;
  std::vector<uint32_t> closing_;  // early answers on their way out; closed_ of them are
  size_t closed_ = 0;
  Instant next_update_ = kBegin;
  bool changed_ = false;
  uint64_t batches_ = 0;
  uint32_t row_ = 0;  // of the record that has entered
};

}  // namespace

std::unique_ptr<Windows> make_counted(const std::vector<Aggregate>& what, const Bounds& bounds, uint64_t count) {
  return std::make_unique<Counted>(what, bounds, count);
}

}  // namespace leat::window
