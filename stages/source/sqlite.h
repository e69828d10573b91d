// SqliteSource: the rows of a query, each an object with its columns' names in their order: sqlite:FILE --query 'SELECT ...'.
// Owner:   the runner.   Thread: as core/stage/end.h says; the query runs on a thread of its own, a slab at a time, for it may think
//          for as long as it likes.
// Blocks:  never, but open() for the disk; that thread for the disk, and up to 5 s for a lock of another process.
// Fails:   open: no such database, a query that is none, changes anything or names two columns alike; later what SQLite says, after
//          every row that it gave.
//
// Integers and reals keep their digits, a real its point; text is text, null is null, and a blob its base64. The database is opened to
// be read only. stop() interrupts the query: what was read of it is given, and it ends.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/io/sqlite.h"
#include "core/stage/end.h"

namespace leat {

class SqliteSource final : public Source {
 public:
  SqliteSource(std::string path, std::string query, uint32_t max_record)
      : path_(std::move(path)), query_(std::move(query)), name_("sqlite:" + path_), max_record_(max_record) {}

  ~SqliteSource() override;
  const std::string& name() const override { return name_; }
  Done open(SourceHost& host) override;
  Pull pull(Pool& pool, SlabRef& slab, uint64_t& end) override;
  void frame(Slab&) const override {}
  void stop() override;
  const Error* error() const override { return error_.text.empty() ? nullptr : &error_; }
  bool in_turn() const override { return true; }

 private:
  Done name_columns();
  void run();
  bool fill(Slab& slab);
  void add_row(Slab& slab);
  bool append_value(int column);
  Error said() const;

  const std::string path_, query_, name_;
  const uint32_t max_record_;
  SourceHost* host_ = nullptr;
  std::unique_ptr<Sqlite> database_;
  Sqlite::Statement statement_;
  std::vector<std::string> keys_;  // as JSON, with what stands in front of them and the colon
  std::string row_;
  Sqlite::Step last_ = Sqlite::Step::row;  // of the thread's
  uint64_t position_ = 0;                  // bytes of JSON given
  std::atomic<bool> stopped_{false};
  std::thread thread_;

  std::mutex mutex_;  // of what follows
  std::condition_variable asked_;
  SlabRef empty_, full_;  // the one that is to be filled, and the one that was
  bool filling_ = false, over_ = false, leaving_ = false;
  Error error_;
};

}  // namespace leat
