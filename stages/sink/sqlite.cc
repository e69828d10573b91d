#include "stages/sink/sqlite.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/io/background.h"
#include "core/io/loop.h"

namespace leat {

void SqliteSink::Work::run(SqliteTable& table) {
  std::vector<std::string_view> rows;
  size_t begin = 0;
  for (const size_t end : ends) rows.push_back(std::string_view(text).substr(begin, end - begin)), begin = end;
  outcome = table.write(rows);
}

Done SqliteSink::open(SinkHost& host) {
  host_ = &host;
  gate_ = std::make_unique<Gate>(host);
  return table_->open();
}

void SqliteSink::take(Batch&& batch, Turn& turn) {
  if (closed_) return;
  const size_t bytes = waiting_.bytes() + under_way_.bytes();
  const Room room{SIZE_MAX, Outlet::kFull - std::min(Outlet::kFull, bytes)};
  const auto over = admit(batch, how_.when_full, room, turn, "the database is too slow, and no more can wait");
  if (!over.empty()) turn.drop(static_cast<uint32_t>(over.size()), "full");
  Chunk chunk;
  json_.begin(batch);
  batch.each([&](uint32_t record) {
    const auto fail = [&](uint32_t failed, Reason reason) { turn.fail(failed, std::move(reason)); };
    if (!json_.append(batch.slab(), record, waiting_.work->text, fail)) return;
    waiting_.work->ends.push_back(waiting_.work->text.size());
    chunk.records.push_back(record);
  });
  if (chunk.records.empty()) return batch.let_go();
  chunk.batch = std::move(batch);
  waiting_.chunks.push_back(std::move(chunk));
  update_gate();
  if (waiting_.bytes() >= how_.batch) start();
}

// One transaction of all that waits, unless one is under way: then when that is done.
void SqliteSink::start() {
  if (busy_ || waiting_.chunks.empty()) return;
  busy_ = true;
  flushing_ = false;
  under_way_ = std::exchange(waiting_, {});
  host_->loop().post([this, alive = std::weak_ptr<int>(alive_), table = table_, work = under_way_.work] {
    if (alive.expired()) return;
    background(
        host_->loop(), [table, work] { work->run(*table); },
        [this, alive, work] {
          if (!alive.expired()) host_->post([this, alive, work] { alive.expired() ? void() : committed(work); });
        });
  });
}

void SqliteSink::committed(const std::shared_ptr<Work>& work) {
  if (closed_) return;
  busy_ = false;
  if (!work->outcome.failed.empty()) {
    closed_ = true;
    return host_->failed({Error::Kind::io, fmt::format("cannot write {}: {}", name_, work->outcome.failed), {}});
  }
  settle();
  update_gate();
  if (flushing_ || finishing_ || waiting_.bytes() >= how_.batch) start();
  if (finishing_ && !busy_) finished_ = true;
  if (!busy_) host_->idle();
}

// Says of each record under way what became of it.
void SqliteSink::settle() {
  Load load = std::exchange(under_way_, {});
  auto refused = load.work->outcome.refused.begin();
  const auto none = load.work->outcome.refused.end();
  const uint64_t kept = load.work->ends.size() - load.work->outcome.refused.size();
  size_t row = 0;
  for (Chunk& chunk : load.chunks) {
    for (const uint32_t record : chunk.records)
      if (const size_t at = row++; refused != none && refused->first == at)
        host_->refuse(chunk.batch.pick({record}), {{"write", std::move(refused++->second)}, 1, {}, {}});
    chunk.batch.let_go();
  }
  if (kept > 0) host_->delivered(kept);
}

void SqliteSink::flush() {
  if (closed_) return;
  flushing_ = true;
  start();
}

void SqliteSink::finish() {
  if (closed_) return;
  finishing_ = true;
  start();
  if (busy_) return;
  finished_ = true;
  host_->idle();
}

void SqliteSink::abandon() {
  closed_ = true;
  if (busy_) table_->interrupt();
  waiting_ = {};
  under_way_ = {};
  if (gate_) gate_->update(0);
}

}  // namespace leat
