// HandKeeper: a history's disk that does what it is told, when it is told.
// Owner:   the history; the Disk, which outlives the hub, is the test's.   Thread: one.   Blocks: never.   Fails: as fail() says.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/hub/broker/keeper.h"

namespace leat::test {

// A clock that stands still until it is set.
struct HandClock final : Clock {
  Instant time{std::chrono::hours(500'000)};
  Instant now() const override { return time; }
};

// What outlives the hub.
struct Disk {
  std::vector<std::string> frames;  // from number 1 on
};

class HandKeeper final : public hub::Keeper {
 public:
  explicit HandKeeper(Disk& disk) : disk_(disk) {}
  uint64_t first() const override { return 1; }
  uint64_t synced() const override { return disk_.frames.size() + 1; }
  uint64_t waiting() const override { return bytes_; }
  uint64_t bytes() const override { return 0; }
  bool settled() const override { return bytes_ == 0; }
  void remember(const std::string& key, std::optional<hub::log::Cursor> cursor) override { remembered[key] = std::move(cursor); }
  void put(const hub::Run& run, uint64_t number, int64_t) override {
    EXPECT_EQ(number, synced() + waiting_.size());
    waiting_.emplace_back(run.text());
    bytes_ += run.bytes();
  }
  void commit() override {}
  void read(uint64_t from, std::function<void(hub::Keeper::Kept)> then) override { readings.push_back({from, std::move(then)}); }
  uint64_t since(int64_t) const override { return 1; }
  const std::string& trouble() const override { return trouble_; }
  bool lost() const override { return lost_; }

  // So many messages, no more, are on the disk now.
  void sync(size_t most = SIZE_MAX) {
    for (; most > 0 && !waiting_.empty(); --most) {
      bytes_ -= waiting_.front().size();
      disk_.frames.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
  }
  size_t unsynced() const { return waiting_.size(); }
  void fail(std::string why, bool for_good) { trouble_ = std::move(why), lost_ = for_good; }
  void give_readings() {
    for (auto& [from, then] : std::exchange(readings, {})) {
      Kept kept;
      kept.first = from;
      std::string bytes;
      uint32_t count = 0;
      for (uint64_t at = from; at <= disk_.frames.size() && count < 7; ++at, ++count) bytes += disk_.frames[at - 1];
      if (count > 0) {
        const hub::BlockRef block = hub::BlockRef::make(static_cast<uint32_t>(bytes.size()));
        block->append(bytes);
        kept.run = {block, 0, block->used, count};
      }
      then(std::move(kept));
    }
  }
  std::vector<std::pair<uint64_t, std::function<void(hub::Keeper::Kept)>>> readings;
  std::map<std::string, std::optional<hub::log::Cursor>> remembered;

 private:
  Disk& disk_;
  std::deque<std::string> waiting_;
  uint64_t bytes_ = 0;
  std::string trouble_;
  bool lost_ = false;
};

}  // namespace leat::test
