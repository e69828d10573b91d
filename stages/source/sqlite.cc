#include "stages/source/sqlite.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "core/base/base64.h"
#include "core/base/text.h"
#include "core/codec/framing.h"
#include "core/codec/json_format.h"
#include "core/codec/json_text.h"
#include "core/data/number.h"

namespace leat {

Error SqliteSource::said() const { return {Error::Kind::io, fmt::format("{}: {}", name_, database_->message()), {}}; }

SqliteSource::~SqliteSource() {
  if (!thread_.joinable()) return;
  stopped_ = true;
  database_->interrupt();
  {
    std::lock_guard lock(mutex_);
    leaving_ = true;
  }
  asked_.notify_one();
  thread_.join();
}

Done SqliteSource::open(SourceHost& host) {
  host_ = &host;
  auto opened = Sqlite::open(path_, Sqlite::Access::read);
  if (!opened) return opened.error();
  database_ = std::move(*opened);
  auto prepared = database_->prepare(query_);
  if (!prepared) return Error{Error::Kind::usage, fmt::format("{}: {}", name_, prepared.error().text), {}};
  statement_ = std::move(*prepared);
  if (!statement_.reads())
    return Error{Error::Kind::usage, fmt::format("{}: --query wants a query that gives rows and changes nothing", name_), {}};
  if (Done named = name_columns(); !named) return named;
  thread_ = std::thread([this] { run(); });
  return {};
}

Done SqliteSource::name_columns() {
  std::set<std::string_view> known;
  for (int i = 0; i < statement_.columns(); ++i) {
    const std::string_view column = statement_.name(i);
    if (!known.insert(column).second)
      return Error{Error::Kind::usage, fmt::format("{}: two columns are called {}", name_, text::quoted(column)),
                   "name one of them with AS"};
    std::string& key = keys_.emplace_back(1, i == 0 ? '{' : ',');
    json::quote(column, key);
    key += ':';
  }
  return {};
}

Pull SqliteSource::pull(Pool& pool, SlabRef& slab, uint64_t& end) {
  std::lock_guard lock(mutex_);
  slab = std::exchange(full_, {});
  if (!over_ && !filling_ && !stopped_ && !empty_) {
    empty_ = pool.take();
    asked_.notify_one();
  }
  if (!slab) {
    if (!error_.text.empty()) return Pull::failed;
    return over_ || (stopped_ && !filling_) ? Pull::ended : Pull::later;
  }
  slab->offset = position_;
  end = position_ += slab->size();
  if (!slab->records.empty()) return Pull::batch;
  slab = {};  // the last one, and no row was left for it
  return error_.text.empty() ? Pull::ended : Pull::failed;
}

// On its thread: fills the slabs that pull() asks for.
void SqliteSource::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    asked_.wait(lock, [this] { return leaving_ || empty_; });
    if (leaving_) return;
    SlabRef slab = std::exchange(empty_, {});
    filling_ = true;
    lock.unlock();
    const bool more = fill(*slab);
    Error error = more || stopped_ || last_ != Sqlite::Step::failed ? Error() : said();
    lock.lock();
    filling_ = false;
    over_ = !more;
    error_ = std::move(error);
    full_ = std::move(slab);
    host_->wake();
  }
}

// False: no row is left, or the query has failed.
bool SqliteSource::fill(Slab& slab) {
  slab.format = &json_format();
  slab.source = &name_;
  // A row that is half as long as a block may follow, and the block need not grow.
  do {
    last_ = stopped_ ? Sqlite::Step::done : statement_.step();
    if (last_ == Sqlite::Step::refused) last_ = Sqlite::Step::failed;
    if (last_ == Sqlite::Step::row) add_row(slab);
  } while (last_ == Sqlite::Step::row && slab.size() < Slab::kBlock / 2);
  slab.contiguous = slab.faults.empty();
  return last_ == Sqlite::Step::row;
}

void SqliteSource::add_row(Slab& slab) {
  row_.clear();
  const auto record = static_cast<uint32_t>(slab.records.size());
  for (int i = 0; i < statement_.columns(); ++i) {
    row_ += keys_[static_cast<size_t>(i)];
    if (!append_value(i) && (slab.faults.empty() || slab.faults.back().record != record))
      slab.faults.push_back({record, "malformed", fmt::format("column {}: a text that is not UTF-8", text::quoted(statement_.name(i)))});
    if (row_.size() <= max_record_) continue;
    if (!slab.faults.empty() && slab.faults.back().record == record) slab.faults.pop_back();
    slab.faults.push_back({record, "limit", fmt::format("longer than {}", text::size(max_record_))});
    row_.resize(std::min<size_t>(row_.size(), framing::kKept));
    return slab.add(row_);
  }
  slab.add(row_ += '}');
}

// False: its bytes are no text. They stand repaired.
bool SqliteSource::append_value(int column) {
  switch (statement_.type(column)) {
    case Sqlite::Type::integer:
      number::write(statement_.integer(column), row_);
      break;
    case Sqlite::Type::real: {
      const double value = statement_.real(column);
      const size_t begin = row_.size();
      if (std::isinf(value)) return row_ += value < 0 ? "-1e999" : "1e999", true;  // a number past every double reads as one again
      number::write(value, row_);
      if (row_.find_first_of(".e", begin) == row_.npos) row_ += ".0";
      break;
    }
    case Sqlite::Type::text: {
      const std::string_view text = statement_.bytes(column);
      json::quote(text, row_);
      return json::not_utf8(text) == text.size();
    }
    case Sqlite::Type::blob:
      row_ += '"';
      base64::encode(statement_.bytes(column), row_);
      row_ += '"';
      break;
    case Sqlite::Type::null:
      row_ += "null";
      break;
  }
  return true;
}

void SqliteSource::stop() {
  stopped_ = true;
  if (!database_) return;
  database_->interrupt();
  host_->wake();
}

}  // namespace leat
