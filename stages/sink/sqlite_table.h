// SqliteTable: rows of JSON into one table, a transaction at a time.
// Owner:   its sink, shared with the work under way, which may outlive that.
// Thread:  one at a time, whichever; interrupt() any.
// Blocks:  for the disk, and up to 5 s for a lock that another process holds.
// Fails:   open: no such file or table, a key that nothing makes unique. A row that does not fit is told and left out while the others
//          are kept; a transaction that cannot be committed leaves nothing behind.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/io/sqlite.h"

namespace leat {

class SqliteTable {
 public:
  struct Options {
    std::string path, table;
    std::vector<std::string> key;  // columns; a row whose key is there already takes the place of that one
    bool create = false;           // the table, with the columns of the first row and no types
  };
  struct Outcome {
    std::vector<std::pair<size_t, std::string>> refused;  // which row, and why; in order
    std::string failed;                                   // nothing was kept
  };

  explicit SqliteTable(Options options) : options_(std::move(options)) {}
  Done open();
  Outcome write(const std::vector<std::string_view>& rows);  // JSON text, one value each
  void interrupt() { database_->interrupt(); }

 private:
  struct Cell {
    std::string column;
    std::string_view value;
  };
  enum class Put : uint8_t { kept, refused, failed };

  Done know_columns();
  bool transact(const std::vector<std::string_view>& rows, size_t begin, size_t end, Outcome& outcome);
  Put put(std::string_view row, std::string& why);
  std::string take_apart(std::string_view row);
  std::string make_table();
  Result<Sqlite::Statement*> statement();
  std::string bind(Sqlite::Statement& statement);
  std::string list(const std::vector<std::string>& names) const;

  const Options options_;
  std::unique_ptr<Sqlite> database_;
  std::set<std::string> columns_;                      // in lower case, as SQLite compares them; none: the table is still to be made
  std::map<std::string, Sqlite::Statement> prepared_;  // by the columns a row has
  std::vector<Cell> cells_;                            // of the row at hand
  std::vector<std::string> texts_;                     // what they bind
};

}  // namespace leat
