// SqliteSink: records as rows of a table: sqlite:FILE --table T [--key COLUMN[,COLUMN]] [--create].
// Owner:   the runner.   Thread: under the turn; transactions on the loop's pool, one at a time, with nothing but copied text in hand.
// Blocks:  never; open() as SqliteTable.
// Fails:   open: as SqliteTable; later what SQLite says of the database. A record that does not fit leaves by err.
//
// A record counts as delivered when the transaction it is in has been committed, and not before. What comes while one runs waits for the
// next. What was committed stays, whatever becomes of the run.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/codec/as_json.h"
#include "core/stage/backlog.h"
#include "core/stage/end.h"
#include "stages/sink/outlet.h"
#include "stages/sink/sqlite_table.h"

namespace leat {

class SqliteSink final : public Sink {
 public:
  SqliteSink(SqliteTable::Options table, const Outlet::Options& how)
      : name_("sqlite:" + table.path), how_(how), table_(std::make_shared<SqliteTable>(std::move(table))) {}

  const std::string& name() const override { return name_; }
  Done open(SinkHost& host) override;
  void take(Batch&& batch, Turn& turn) override;
  void flush() override;
  void finish() override;
  bool idle() const override { return finished_; }
  void abandon() override;

 private:
  // What a transaction is given; the work under way shares it, and may outlive us.
  struct Work {
    std::string text;
    std::vector<size_t> ends;  // of the rows in it
    SqliteTable::Outcome outcome;
    void run(SqliteTable& table);
  };
  // Whose the rows are, in their order.
  struct Chunk {
    Batch batch;
    std::vector<uint32_t> records;
  };
  struct Load {
    std::vector<Chunk> chunks;
    std::shared_ptr<Work> work = std::make_shared<Work>();
    size_t bytes() const { return work->text.size(); }
  };
  void start();
  void committed(const std::shared_ptr<Work>& work);
  void settle();
  void update_gate() { gate_->update(how_.when_full == WhenFull::block ? waiting_.bytes() + under_way_.bytes() : 0); }

  const std::string name_;
  const Outlet::Options how_;
  const std::shared_ptr<SqliteTable> table_;
  SinkHost* host_ = nullptr;
  std::unique_ptr<Gate> gate_;
  AsJson json_;
  Load waiting_, under_way_;
  bool busy_ = false, flushing_ = false, finishing_ = false, finished_ = false, closed_ = false;
  const std::shared_ptr<int> alive_ = std::make_shared<int>();  // shared with the work under way
};

}  // namespace leat
