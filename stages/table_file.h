// TableFile: the table of a file: read whole before the run, and again whenever the file changes while it goes on.
// Owner:   the graph; outlives the stage that is lent the table, gone before the loop.
// Thread:  the loop's; the table itself changes under the turn.
// Blocks:  load() and open() wait for the disk; reading again is done on another thread.
// Fails:   load() and open() for a file that cannot be read or is no table; later such a file is told of, and the rows stay as they were.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/stage/table.h"

namespace leat {

class Loop;
class PathWatch;

// What a table asks of the run.
struct TableHost {
  Loop* loop;
  std::function<void(std::function<void()>)> post;  // runs it under the turn
  std::function<void(std::string)> note;            // one line for the user
};

// All rows, by their key. Of several rows of a key the last one counts.
Result<Table::Rows> read_table(const TableUse& use);

class TableFile {
 public:
  explicit TableFile(TableUse use);
  ~TableFile();
  TableFile(const TableFile&) = delete;
  TableFile& operator=(const TableFile&) = delete;

  const Table& table() const { return table_; }
  Done load();
  Done open(TableHost host);  // load() it, and again whenever it changes

 private:
  // A file that has neither moved nor grown nor been written is what it was.
  struct Stamp {
    uint64_t file = 0, size = 0;
    int64_t written = 0;
    bool operator==(const Stamp&) const = default;
  };
  struct Reading;
  static Stamp stamp_of(const std::string& path);
  void changed();
  void done(Reading& reading);

  const TableUse use_;
  Table table_;
  TableHost host_{};
  Stamp stamp_;
  bool busy_ = false, again_ = false;
  std::unique_ptr<PathWatch> watch_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // shared with what is under way on another thread, which may end after this
};

}  // namespace leat
