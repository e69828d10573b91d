#include "core/io/sqlite.h"

#include <utility>

#ifdef LEAT_SQLITE
#include <sqlite3.h>

#include <chrono>
#include <thread>

#include <fmt/format.h>

namespace leat {
namespace {

constexpr auto kPause = std::chrono::milliseconds(10);
constexpr auto kPatience = std::chrono::seconds(5);  // with a lock of another process

Error error_of(sqlite3* database, std::string_view what) {
  return {Error::Kind::io, fmt::format("{}: {}", what, sqlite3_errmsg(database)), {}};
}

}  // namespace

Sqlite::Statement::Statement(Statement&& other) noexcept : made_(std::exchange(other.made_, nullptr)) {}
Sqlite::Statement& Sqlite::Statement::operator=(Statement&& other) noexcept {
  std::swap(made_, other.made_);
  return *this;
}
Sqlite::Statement::~Statement() { sqlite3_finalize(made_); }

Sqlite::Step Sqlite::Statement::step() {
  switch (sqlite3_step(made_) & 0xFF) {
    case SQLITE_ROW:
      return Step::row;
    case SQLITE_DONE:
      return Step::done;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
      return Step::refused;
    default:
      return Step::failed;
  }
}

void Sqlite::Statement::reset() { sqlite3_reset(made_); }
bool Sqlite::Statement::reads() const { return sqlite3_stmt_readonly(made_) != 0 && sqlite3_column_count(made_) > 0; }
int Sqlite::Statement::columns() const { return sqlite3_column_count(made_); }
std::string_view Sqlite::Statement::name(int column) const { return sqlite3_column_name(made_, column); }
int64_t Sqlite::Statement::integer(int column) const { return sqlite3_column_int64(made_, column); }
double Sqlite::Statement::real(int column) const { return sqlite3_column_double(made_, column); }

Sqlite::Type Sqlite::Statement::type(int column) const {
  switch (sqlite3_column_type(made_, column)) {
    case SQLITE_INTEGER:
      return Type::integer;
    case SQLITE_FLOAT:
      return Type::real;
    case SQLITE_TEXT:
      return Type::text;
    case SQLITE_BLOB:
      return Type::blob;
    default:
      return Type::null;
  }
}

std::string_view Sqlite::Statement::bytes(int column) const {
  // Text is asked for as UTF-8, whatever the database keeps; null for no bytes.
  const void* data = type(column) == Type::text ? sqlite3_column_text(made_, column) : sqlite3_column_blob(made_, column);
  return {data ? static_cast<const char*>(data) : "", static_cast<size_t>(sqlite3_column_bytes(made_, column))};
}

void Sqlite::Statement::bind_null(int at) { sqlite3_bind_null(made_, at + 1); }
void Sqlite::Statement::bind(int at, int64_t value) { sqlite3_bind_int64(made_, at + 1, value); }
void Sqlite::Statement::bind(int at, double value) { sqlite3_bind_double(made_, at + 1, value); }
void Sqlite::Statement::bind(int at, std::string_view text) {
  sqlite3_bind_text64(made_, at + 1, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

Result<std::unique_ptr<Sqlite>> Sqlite::open(const std::string& path, Access access) {
  const bool reads = access == Access::read;
  sqlite3* made = nullptr;
  const int flags = reads ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | (access == Access::create ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(path.c_str(), &made, flags | SQLITE_OPEN_FULLMUTEX, nullptr);
  std::unique_ptr<Sqlite> database(new Sqlite(made));
  if (!made) return Error{Error::Kind::io, fmt::format("{}: out of memory", path), {}};
  sqlite3_busy_handler(made, busy, database.get());
  // Whether it is a database at all is seen when it is first read.
  if (code == SQLITE_OK && sqlite3_exec(made, "SELECT 1 FROM sqlite_schema", nullptr, nullptr, nullptr) == SQLITE_OK) return database;
  Error error = error_of(made, path);
  error.kind = reads ? Error::Kind::no_input : Error::Kind::io;
  return error;
}

Sqlite::~Sqlite() { sqlite3_close_v2(made_); }

int Sqlite::busy(void* self, int times) {
  if (static_cast<Sqlite*>(self)->interrupted_ || times * kPause > kPatience) return 0;
  std::this_thread::sleep_for(kPause);
  return 1;
}

Result<Sqlite::Statement> Sqlite::prepare(std::string_view sql) {
  sqlite3_stmt* made = nullptr;
  const char* tail = nullptr;
  if (sqlite3_prepare_v2(made_, sql.data(), static_cast<int>(sql.size()), &made, &tail) != SQLITE_OK) return error_of(made_, "SQL");
  Statement statement(made);
  const std::string_view rest(tail, static_cast<size_t>(sql.data() + sql.size() - tail));
  if (!made || rest.find_first_not_of(" \t\r\n;") != rest.npos) return Error{Error::Kind::usage, "SQL: wants one statement", {}};
  return statement;
}

Done Sqlite::run(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement) return statement.error();
  const Step step = statement->step();
  return step == Step::done || step == Step::row ? Done() : Done(error_of(made_, "SQL"));
}

bool Sqlite::in_transaction() const { return sqlite3_get_autocommit(made_) == 0; }
std::string Sqlite::message() const { return sqlite3_errmsg(made_); }

void Sqlite::interrupt() {
  interrupted_ = true;
  sqlite3_interrupt(made_);
}

}  // namespace leat

#else

namespace leat {

// Nothing of this is reached but open().
Sqlite::Statement::Statement(Statement&& other) noexcept : made_(std::exchange(other.made_, nullptr)) {}
Sqlite::Statement& Sqlite::Statement::operator=(Statement&& other) noexcept {
  std::swap(made_, other.made_);
  return *this;
}
Sqlite::Statement::~Statement() = default;
Sqlite::Step Sqlite::Statement::step() { return Step::failed; }
void Sqlite::Statement::reset() {}
bool Sqlite::Statement::reads() const { return false; }
int Sqlite::Statement::columns() const { return 0; }
std::string_view Sqlite::Statement::name(int) const { return {}; }
Sqlite::Type Sqlite::Statement::type(int) const { return Type::null; }
int64_t Sqlite::Statement::integer(int) const { return 0; }
double Sqlite::Statement::real(int) const { return 0; }
std::string_view Sqlite::Statement::bytes(int) const { return {}; }
void Sqlite::Statement::bind_null(int) {}
void Sqlite::Statement::bind(int, int64_t) {}
void Sqlite::Statement::bind(int, double) {}
void Sqlite::Statement::bind(int, std::string_view) {}

Result<std::unique_ptr<Sqlite>> Sqlite::open(const std::string&, Access) {
  return Error{Error::Kind::usage, "this leat was built without SQLite", "build it where libsqlite3-dev is installed"};
}
Sqlite::~Sqlite() = default;
int Sqlite::busy(void*, int) { return 0; }
Result<Sqlite::Statement> Sqlite::prepare(std::string_view) { return Statement(); }
Done Sqlite::run(std::string_view) { return {}; }
bool Sqlite::in_transaction() const { return made_ != nullptr; }
std::string Sqlite::message() const { return {}; }
void Sqlite::interrupt() { interrupted_ = true; }

}  // namespace leat

#endif

namespace leat {

std::string Sqlite::quoted(std::string_view name) {
  std::string made = "\"";
  for (const char c : name) made.append(c == '"' ? 2 : 1, c);
  return made += '"';
}

}  // namespace leat
