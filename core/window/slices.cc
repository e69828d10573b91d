// Slices: tumbling and hopping windows. Time is cut at every point where some window begins or ends, and a record is added to one
// slice only; a window's answer joins its slices. So a hop of 1m in a window of 1h costs a record one addition and not sixty.
#include <cassert>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "core/window/windows.h"

namespace leat::window {
namespace {

int64_t floor_to(int64_t time, int64_t step) {
  const int64_t over = time % step;
  return time - (over < 0 ? over + step : over);
}

int64_t ceil_to(int64_t time, int64_t step) { return -floor_to(-time, step); }

Instant instant(int64_t ns) { return Instant(Duration(ns)); }
int64_t ns(Instant time) { return time.time_since_epoch().count(); }

struct Slice {
  explicit Slice(const std::vector<Aggregate>& what) : groups(what) {}

  struct Tally {
    uint64_t records = 0;
    bool changed = false;  // since the last early answer
  };
  Keys keys;
  Groups groups;
  Chunks<Tally> tallies;  // by row
  Receipts owed;

  uint32_t add(const Key& key) {
    const uint32_t row = keys.add(key);
    groups.start(row);
    tallies.grow(keys.end());
    return row;
  }
};

class Slices final : public Windows {
 public:
  Slices(const std::vector<Aggregate>& what, const Bounds& bounds, Duration size, Duration every)
      : Windows(what, bounds),
        size_(size.count()),
        every_(every.count()),
        width_(std::gcd(size_, every_)),
        update_(bounds.update.count()) {}

  Entry enter(const Key& key, Instant time, const Receipt& receipt) override {
    assert(!closing_);
    time_ = ns(time);
    const Instant gone = turn_to(time_);
    if (gone <= answered_) return Entry::late;
    row_ = slice_ ? slice_->keys.find(key) : Keys::kNone;
    if (row_ == Keys::kNone) {
      if (groups_ >= bounds_.max_keys) return Entry::full;
      if (!slice_) make(floor_to(time_, width_));
      row_ = slice_->add(key);
      ++groups_;
    }
    key_ = key;
    slice_->owed.keep(receipt);
    entered_ = slice_->groups.at(row_);
    return Entry::kept;
  }

  void entered(Answers& answers) override {
    if (update_ > 0 || bounds_.update_count > 0) tally(answers);
    if (bounds_.lateness.count() == 0) return;
    for (int64_t end = first_end(floor_to(time_, width_)); end - size_ <= time_ && instant(end) <= answered_; end += every_)
      if (later(instant(end), bounds_.lateness) > answered_) answer_one(end, Mark::late, answers);
  }

  bool advance(Instant now, Answers& answers, size_t limit) override {
    if (update_ > 0 && !changed_ && now > kBegin && now < kEnd && next_update_ <= now) {  // a moment for updates with nothing to tell
      next_update_ = instant(floor_to(ns(now), update_) + update_);
      plan();
    }
    if (now >= due_ || closing_) {
      if (!answer_until(now, Mark::on_time, answers, limit)) return false;
      retire(now);
      if (update_ > 0 && now < kEnd) next_update_ = std::max(next_update_, instant(floor_to(ns(now), update_) + update_));
      plan();
    }
    answered_ = std::max(answered_, now);
    return true;
  }

  std::optional<Instant> due() const override {
    if (closing_) return kBegin;
    return due_ == kEnd ? std::nullopt : std::optional(due_);
  }

  void close(bool complete, Answers& answers) override {
    answer_until(kEnd, complete ? Mark::on_time : Mark::partial, answers, SIZE_MAX);
    retire(kEnd);
    plan();
  }

  size_t groups() const override { return groups_; }

 private:
  // The answer of one window on its way out, key by key; early, only of the keys that have changed.
  struct Closing {
    int64_t end;
    Mark mark;
    std::unique_ptr<Slice> joined;  // unless the window has but one slice
    Slice* groups;
    std::vector<uint32_t> order;
    Receipts owed;
    uint64_t batch;
    size_t next = 0;
  };

  int64_t last_end(int64_t time) const { return floor_to(time, every_) + size_; }  // of the windows that hold it
  int64_t first_end(int64_t slice) const { return ceil_to(slice + width_ - size_, every_) + size_; }

  // Makes slice_ the one for this time, null if there is none yet, and answers when it will be gone. Records come in order
  // mostly, and in the slice of the one before nothing has to be divided or looked up.
  Instant turn_to(int64_t time) {
    if (slice_ && time >= slice_start_ && time - slice_start_ < width_) return slice_gone_;
    slice_start_ = floor_to(time, width_);
    slice_gone_ = later(instant(last_end(time)), bounds_.lateness);
    const auto at = slices_.find(slice_start_);
    slice_ = at == slices_.end() ? nullptr : &at->second;
    return slice_gone_;
  }

  void make(int64_t start) {
    slice_ = &slices_.try_emplace(start, what_).first->second;
    plan();
  }

  void tally(Answers& answers) {
    Slice::Tally& tally = slice_->tallies[row_];
    tally.changed = changed_ = true;
    if (next_update_ > kBegin) due_ = std::min(due_, next_update_);
    if (bounds_.update_count > 0 && ++tally.records % bounds_.update_count == 0 && instant(last_end(time_)) > answered_)
      answer_one(last_end(time_), Mark::early, answers);
  }

  auto begin_of(int64_t end) { return slices_.lower_bound(end - size_); }

  // The end of the next window that has records and no answer.
  std::optional<int64_t> next_end() const {
    for (const auto& [start, slice] : slices_) {
      int64_t end = first_end(start);
      if (instant(end) <= answered_) end = floor_to(ns(answered_) - size_, every_) + every_ + size_;
      if (end - size_ <= start) return end;
    }
    return std::nullopt;
  }

  void plan() {
    due_ = changed_ && next_update_ > kBegin ? next_update_ : kEnd;
    if (slices_.empty()) return;
    due_ = std::min(due_, later(instant(last_end(slices_.begin()->first)), bounds_.lateness));
    if (const auto end = next_end()) due_ = std::min(due_, instant(*end));
  }

  bool answer_until(Instant now, Mark mark, Answers& answers, size_t limit) {
    for (;;) {
      if (closing_ && !drain(answers, limit)) return false;
      if (!early_.empty()) {
        begin(early_.extract(early_.begin()).value(), Mark::early);
        continue;
      }
      const auto end = next_end();
      const bool over = end && instant(*end) <= now;
      // At the end of all input an early answer would only repeat the last one.
      if (changed_ && next_update_ > kBegin && now < kEnd && next_update_ <= now && !(over && instant(*end) <= next_update_)) {
        begin_update();
        continue;
      }
      if (!over) break;
      begin(*end, mark);
    }
    answered_ = std::max(answered_, now);
    return true;
  }

  // All windows that go on and have changed answer early, in order.
  void begin_update() {
    for (const auto& [start, slice] : slices_)
      for (int64_t end = first_end(start); end - size_ <= start; end += every_)
        if (instant(end) > answered_) early_.insert(end);
    changed_ = false;
    refresh_ = true;
  }

  void begin(int64_t end, Mark mark) {
    closing_ = std::make_unique<Closing>();
    closing_->end = end;
    closing_->mark = mark;
    closing_->batch = ++batches_;
    const auto first = begin_of(end), last = slices_.lower_bound(end);
    for (auto at = first; at != last; ++at) {
      at->second.owed.fold();
      at->second.owed.share_into(closing_->owed);
    }
    closing_->owed.fold();
    if (std::next(first) == last) {
      closing_->groups = &first->second;
    } else {
      closing_->joined = std::make_unique<Slice>(what_);
      closing_->groups = closing_->joined.get();
      for (auto at = first; at != last; ++at) join(at->second, *closing_->joined);
    }
    closing_->order = closing_->groups->keys.sorted();
  }

  static void join(const Slice& from, Slice& into) {
    for (uint32_t row = 0; row < from.keys.end(); ++row) {
      const Key key = from.keys.key(row);
      uint32_t to = into.keys.find(key);
      if (to == Keys::kNone) to = into.add(key);
      into.groups.merge(to, from.groups.at(row));
      into.tallies[to].changed |= from.tallies[row].changed;
    }
  }

  // Answers up to `limit` groups of the window that is closing; false if some are left.
  bool drain(Answers& answers, size_t& limit) {
    Closing& closing = *closing_;
    const Slice& groups = *closing.groups;
    for (; closing.next < closing.order.size(); ++closing.next) {
      const uint32_t row = closing.order[closing.next];
      if (closing.mark == Mark::early && !groups.tallies[row].changed) continue;
      if (limit == 0) return false;
      --limit;
      answers.take({instant(closing.end - size_), instant(closing.end), groups.keys.key(row).text, groups.groups.at(row), closing.mark,
                    &closing.owed, closing.batch});
    }
    closing.owed.deliver();  // each answer has its share
    if (closing.mark != Mark::early) answered_ = instant(closing.end);
    closing_.reset();
    if (early_.empty() && std::exchange(refresh_, false))
      for (auto& [start, slice] : slices_)
        for (size_t row = 0; row < slice.tallies.size(); ++row) slice.tallies[row].changed = false;
    return true;
  }

  // One group of one window, with the record that has just come.
  void answer_one(int64_t end, Mark mark, Answers& answers) {
    Groups joined(what_);
    Receipts owed;
    joined.start(0);
    const auto last = slices_.lower_bound(end);
    for (auto at = begin_of(end); at != last; ++at) {
      const uint32_t row = at->second.keys.find(key_);
      if (row == Keys::kNone) continue;
      joined.merge(0, at->second.groups.at(row));
      at->second.owed.fold();
      at->second.owed.share_into(owed);
    }
    answers.take({instant(end - size_), instant(end), key_.text, joined.at(0), mark, &owed, ++batches_});
    owed.deliver();
  }

  // Lets go of the slices that no window will ask for again.
  void retire(Instant now) {
    for (auto at = slices_.begin(); at != slices_.end() && later(instant(last_end(at->first)), bounds_.lateness) <= now;) {
      groups_ -= at->second.keys.size();
      at->second.owed.deliver();
      at = slices_.erase(at);
      slice_ = nullptr;
    }
  }

  const int64_t size_, every_, width_, update_;
  std::map<int64_t, Slice> slices_;  // by start
  size_t groups_ = 0;

  Instant answered_ = kBegin;  // how far time has come: every window that ends until then has its answer
  Instant due_ = kEnd, next_update_ = kBegin;
  bool changed_ = false, refresh_ = false;
  std::unique_ptr<Closing> closing_;
  std::set<int64_t> early_;  // ends of windows that still have to answer early
  uint64_t batches_ = 0;

  // The record that has entered.
  Slice* slice_ = nullptr;
  int64_t slice_start_ = 0;
  Instant slice_gone_{};
  uint32_t row_ = 0;
  int64_t time_ = 0;
  Key key_{};
};

}  // namespace

std::unique_ptr<Windows> make_slices(const std::vector<Aggregate>& what, const Bounds& bounds, Duration size, Duration every) {
  return std::make_unique<Slices>(what, bounds, size, every);
}

}  // namespace leat::window
