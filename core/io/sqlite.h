// Sqlite: a SQLite database file and its statements. core/io/sqlite.cc is the only file that includes <sqlite3.h>; leat built
// without the library has no databases, and open() says so.
// Owner:   an end. A statement does not outlive its database.
// Thread:  one at a time, whichever; interrupt() any.
// Blocks:  every call may wait for the disk, and up to 5 s for a lock that another process holds.
// Fails:   with what SQLite says.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace leat {

class Sqlite {
 public:
  enum class Access : uint8_t { read, write, create };  // create: to write, and a file that is not there is made
  enum class Type : uint8_t { null, integer, real, text, blob };
  enum class Step : uint8_t {
    row,
    done,
    refused,  // this statement alone: a constraint, a value of the wrong type or too large
    failed,   // the database: locked, full, damaged, interrupted
  };

  class Statement {
   public:
    Statement() = default;
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&& other) noexcept;
    ~Statement();
    explicit operator bool() const { return made_ != nullptr; }

    Step step();
    void reset();  // to run again; what was bound stays
    bool reads() const;
    int columns() const;
    std::string_view name(int column) const;
    Type type(int column) const;
    int64_t integer(int column) const;
    double real(int column) const;
    std::string_view bytes(int column) const;  // of text and blob; good until the next step()

    // Parameters count from 0. Text must stay until the statement is reset or bound anew.
    void bind_null(int at);
    void bind(int at, int64_t value);
    void bind(int at, double value);
    void bind(int at, std::string_view text);

   private:
    friend class Sqlite;
    explicit Statement(sqlite3_stmt* made) : made_(made) {}
    sqlite3_stmt* made_ = nullptr;
  };

  static Result<std::unique_ptr<Sqlite>> open(const std::string& path, Access access);
  ~Sqlite();
  Sqlite(const Sqlite&) = delete;
  Sqlite& operator=(const Sqlite&) = delete;

  Result<Statement> prepare(std::string_view sql);  // one statement
  Done run(std::string_view sql);                   // one that gives nothing
  bool in_transaction() const;
  void interrupt();             // what runs now fails, and so does what waits for a lock
  std::string message() const;  // of the last failure

  static std::string quoted(std::string_view name);  // as an identifier

 private:
  explicit Sqlite(sqlite3* made) : made_(made) {}
  static int busy(void* self, int times);

  sqlite3* made_;
  std::atomic<bool> interrupted_{false};
};

}  // namespace leat
