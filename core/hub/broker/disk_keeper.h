// DiskKeeper: a history in a log on the disk. One group of messages is written and synced while the next one gathers.
// Owner:   its history.   Thread: the hub's loop; the log is used on the loop's pool, by one job that
//          writes, one that prepares, and any that read.
// Blocks:  never; open() as the log's.
// Fails:   open: as the log's. Later by trouble(): a full disk is tried again until there is room, a broken one is not.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "core/hub/broker/history.h"
#include "core/hub/broker/keeper.h"
#include "core/hub/log/cursors.h"
#include "core/hub/log/log.h"
#include "core/io/loop.h"

namespace leat::hub {

class DiskKeeper final : public Keeper {
 public:
  // What passes through the hands of several threads.
  struct Shelf {
    std::shared_ptr<log::Disk> disk;
    std::unique_ptr<Random> random;
    std::unique_ptr<log::Cursors> cursors;
    std::unique_ptr<log::Log> log;
  };
  // `settled` is called when synced() or trouble() has changed.
  DiskKeeper(Loop& loop, std::shared_ptr<Shelf> shelf, const History::Options& keep, std::function<void()> settled);
  ~DiskKeeper() override;

  uint64_t first() const override { return first_; }
  uint64_t synced() const override { return synced_; }
  uint64_t waiting() const override { return waiting_; }
  void put(const Run& run, uint64_t number, int64_t time) override;
  void commit() override;
  void read(uint64_t from, std::function<void(Kept)> then) override;
  uint64_t since(int64_t time) const override { return shelf_->log->seek_time(time); }
  uint64_t bytes() const override { return bytes_; }
  bool settled() const override { return waiting_ == 0 && remembered_.empty() && !busy_; }
  void remember(const std::string& key, std::optional<log::Cursor> cursor) override;
  const std::string& trouble() const override { return trouble_; }
  bool lost() const override { return broken_; }
  const Syncs* syncs() const override { return &syncs_; }

 private:
  static constexpr uint64_t kGroup = 2u << 20;  // of more the sync takes longer than is good for those who wait (p99 past 100 ms)
  static constexpr size_t kRead = 1024 * 1024;  // a quarter of that makes it half as fast (1 KiB messages)
  struct Group {
    std::deque<Run> runs;
    uint64_t first = 0, bytes = 0;
    log::Stamps stamps;
  };
  using Remembered = std::map<std::string, std::optional<log::Cursor>>;
  struct Job {
    Group group;  // may be empty
    Remembered cursors;
    std::vector<std::string_view> texts;
    log::Retention keep;
    bool until_acknowledged = false;
    int64_t now = 0;
    uint64_t synced = 0, first = 0, bytes = 0;
    std::string failed;
    bool lasting = false;  // the failure
    Duration took{};       // to append and sync
    void run(Shelf& shelf);

   private:
    void write(log::Log& log);
    void put(log::Cursors& known);
  };
  void start(Group group);
  void done(const std::shared_ptr<Job>& job);
  void prepare();

  Loop& loop_;
  const std::shared_ptr<Shelf> shelf_;  // shared with the jobs under way, which may outlive us
  const log::Retention keep_;
  const bool until_acknowledged_;
  const std::function<void()> settled_;
  std::unique_ptr<Timer> again_;
  std::deque<Group> groups_;  // that wait; the first one is full, or the last
  Remembered remembered_;     // and not handed on yet
  uint64_t first_, synced_, bytes_, waiting_ = 0;
  int64_t stamp_ = 0;   // of the youngest message
  std::string buffer_;  // of the read before, for the next one: its pages are there already
  bool busy_ = false, broken_ = false, preparing_ = false;
  std::string trouble_;
  Syncs syncs_;
  const std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace leat::hub
