#include "stages/sink/sqlite_table.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/json_members.h"
#include "core/data/json.h"
#include "core/data/number.h"

namespace leat {
namespace {

constexpr size_t kPrepared = 64;  // statements; as many shapes of rows are usual, more are made anew

std::string lower(std::string name) {
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return name;
}

}  // namespace

Done SqliteTable::open() {
  auto opened = Sqlite::open(options_.path, options_.create ? Sqlite::Access::create : Sqlite::Access::write);
  if (!opened) return opened.error();
  database_ = std::move(*opened);
  if (Done known = know_columns(); !known) return known;
  if (columns_.empty() && !options_.create)
    return Error{Error::Kind::io, fmt::format("{} has no table {}", options_.path, text::quoted(options_.table)), "--create makes it"};
  if (columns_.empty() || options_.key.empty()) return {};
  cells_.clear();
  for (const std::string& column : options_.key) cells_.push_back({column, "0"});
  const auto fits = statement();
  return fits ? Done() : Done(fits.error());
}

Done SqliteTable::know_columns() {
  auto asked = database_->prepare(fmt::format("PRAGMA table_info({})", Sqlite::quoted(options_.table)));
  if (!asked) return asked.error();
  columns_.clear();
  while (asked->step() == Sqlite::Step::row) columns_.insert(lower(std::string(asked->bytes(1))));
  return {};
}

SqliteTable::Outcome SqliteTable::write(const std::vector<std::string_view>& rows) {
  Outcome outcome;
  if (transact(rows, 0, rows.size(), outcome) || !outcome.failed.empty()) return outcome;
  // What only the end of the transaction refused, each row is asked for by itself.
  outcome = {};
  for (size_t i = 0; i < rows.size() && outcome.failed.empty(); ++i)
    if (!transact(rows, i, i + 1, outcome) && outcome.failed.empty()) outcome.refused.emplace_back(i, database_->message());
  return outcome;
}

// One transaction of the rows [begin, end) but those that are refused. False: it was not committed, and without `failed` set
// because the rows together break a constraint.
bool SqliteTable::transact(const std::vector<std::string_view>& rows, size_t begin, size_t end, Outcome& outcome) {
  std::set<size_t> left_out;
  const auto fail = [&](const std::string& why) {
    outcome.failed = why;
    if (database_->in_transaction()) (void)database_->run("ROLLBACK");
    return false;
  };
  const auto start = [&] { return database_->run("BEGIN IMMEDIATE"); };
  if (columns_.empty())
    for (size_t i = begin; i < end && columns_.empty(); ++i)
      if (take_apart(rows[i]).empty())
        if (std::string why = make_table(); !why.empty()) left_out.insert(i), outcome.refused.emplace_back(i, std::move(why));
  if (const Done begun = start(); !begun) return fail(begun.error().text);
  for (size_t i = begin; i < end; ++i) {
    if (left_out.contains(i)) continue;
    std::string why;
    const Put done = put(rows[i], why);
    if (done == Put::failed) return fail(why);
    if (done == Put::kept) continue;
    left_out.insert(i);
    outcome.refused.emplace_back(i, std::move(why));
    if (database_->in_transaction()) continue;
    // The table says ON CONFLICT ROLLBACK: without this row, all once more.
    if (const Done begun = start(); !begun) return fail(begun.error().text);
    i = begin - 1;
  }
  auto commit = database_->prepare("COMMIT");
  const Sqlite::Step step = commit ? commit->step() : Sqlite::Step::failed;
  if (step == Sqlite::Step::done) return std::sort(outcome.refused.begin(), outcome.refused.end()), true;
  const std::string why = database_->message();
  if (step == Sqlite::Step::failed) return fail(why);
  (void)database_->run("ROLLBACK");
  return false;
}

SqliteTable::Put SqliteTable::put(std::string_view row, std::string& why) {
  if (why = take_apart(row); !why.empty()) return Put::refused;
  auto made = statement();
  if (!made) return why = made.error().text, Put::refused;
  Sqlite::Statement& insert = **made;
  if (why = bind(insert); !why.empty()) return Put::refused;
  const Sqlite::Step step = insert.step();
  if (step == Sqlite::Step::refused || step == Sqlite::Step::failed) why = database_->message();
  insert.reset();
  return step == Sqlite::Step::failed ? Put::failed : step == Sqlite::Step::refused ? Put::refused : Put::kept;
}

// Into cells_; of a key that stands twice the last counts. Answers why the row fits no table, or not this one.
std::string SqliteTable::take_apart(std::string_view row) {
  cells_.clear();
  if (row.front() != '{') return "only an object can be a row";
  std::string column;
  std::string_view value;
  std::map<std::string, size_t> known;
  for (json::Members members(row); members.next(column, value);) {
    const std::string name = lower(column);
    if (!columns_.empty() && !columns_.contains(name)) return fmt::format("the table has no column {}", text::quoted(column));
    const auto [at, fresh] = known.try_emplace(name, cells_.size());
    if (fresh)
      cells_.push_back({column, value});
    else
      cells_[at->second].value = value;
  }
  for (const std::string& key : options_.key)
    if (!known.contains(lower(key))) return fmt::format("the row has no key {}", text::quoted(key));
  if (cells_.empty()) return "an object without fields is no row";
  return {};
}

// Of the columns the row at hand has, without types: each value keeps its own.
std::string SqliteTable::make_table() {
  std::vector<std::string> names;
  for (const Cell& cell : cells_) names.push_back(cell.column);
  const std::string key = options_.key.empty() ? "" : fmt::format(", PRIMARY KEY ({})", list(options_.key));
  const Done made = database_->run(fmt::format("CREATE TABLE IF NOT EXISTS {} ({}{})", Sqlite::quoted(options_.table), list(names), key));
  if (!made) return made.error().text;
  const Done known = know_columns();
  return known ? "" : known.error().text;
}

std::string SqliteTable::list(const std::vector<std::string>& names) const {
  std::string made;
  for (const std::string& name : names) (made += made.empty() ? "" : ", ") += Sqlite::quoted(name);
  return made;
}

// The statement for rows with the columns of the row at hand.
Result<Sqlite::Statement*> SqliteTable::statement() {
  std::vector<std::string> names, updates;
  for (const Cell& cell : cells_) {
    names.push_back(cell.column);
    const auto is_key = [&](const std::string& key) { return lower(key) == lower(cell.column); };
    if (std::none_of(options_.key.begin(), options_.key.end(), is_key))
      updates.push_back(fmt::format("{0} = excluded.{0}", Sqlite::quoted(cell.column)));
  }
  const std::string columns = list(names);
  if (const auto at = prepared_.find(columns); at != prepared_.end()) return &at->second;
  std::string sql = fmt::format("INSERT INTO {} ({}) VALUES (?{})", Sqlite::quoted(options_.table), columns,
                                fmt::join(std::vector<std::string_view>(names.size(), ""), ", ?"));
  if (!options_.key.empty())
    sql += fmt::format(" ON CONFLICT ({}) DO {}", list(options_.key),
                       updates.empty() ? "NOTHING" : fmt::format("UPDATE SET {}", fmt::join(updates, ", ")));
  auto made = database_->prepare(sql);
  if (!made) return made.error();
  if (prepared_.size() == kPrepared) prepared_.clear();
  return &(prepared_[columns] = std::move(*made));
}

std::string SqliteTable::bind(Sqlite::Statement& statement) {
  texts_.assign(cells_.size(), {});
  for (size_t i = 0; i < cells_.size(); ++i) {
    const auto at = static_cast<int>(i);
    const std::string_view value = cells_[i].value;
    int64_t whole = 0;
    if (value == "null") {
      statement.bind_null(at);
    } else if (value == "true" || value == "false") {
      statement.bind(at, static_cast<int64_t>(value == "true"));
    } else if (value.front() == '"' || value.front() == '{' || value.front() == '[') {
      texts_[i] = value.front() == '"' ? json::words(value) : std::string(value);
      statement.bind(at, std::string_view(texts_[i]));
    } else if (number::whole(value, whole)) {
      statement.bind(at, whole);
    } else if (value.find_first_of(".eE") == value.npos && value != "-0") {
      return fmt::format("{} does not fit the 64 bits of an integer", text::quoted(value));
    } else {
      statement.bind(at, number::real(value));
    }
  }
  return {};
}

}  // namespace leat
