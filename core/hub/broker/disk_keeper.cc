#include "core/hub/broker/disk_keeper.h"

#include <utility>

#include "core/io/background.h"

namespace leat::hub {
namespace {

constexpr auto kAgain = std::chrono::milliseconds(500);  // until a full disk is tried again

Gap::Reason reason_of(log::Gap::Why why) { return why == log::Gap::Why::damaged ? Gap::Reason::damaged : Gap::Reason::expired; }

log::Retention retention_of(const History::Options& keep) { return {keep.count, keep.bytes, keep.age.count(), std::nullopt}; }

}  // namespace

DiskKeeper::DiskKeeper(Loop& loop, std::shared_ptr<Shelf> shelf, const History::Options& keep, std::function<void()> settled)
    : loop_(loop),
      shelf_(std::move(shelf)),
      keep_(retention_of(keep)),
      until_acknowledged_(keep.until_acknowledged),
      settled_(std::move(settled)),
      again_(loop.timer([this] { commit(); })),
      first_(shelf_->log->stats().first_seq),
      synced_(shelf_->log->next_seq()),
      bytes_(shelf_->log->stats().bytes) {}

DiskKeeper::~DiskKeeper() = default;

void DiskKeeper::put(const Run& run, uint64_t number, int64_t time) {
  if (groups_.empty() || groups_.back().bytes >= kGroup) groups_.push_back({{}, number, 0, {time, time}});
  Group& group = groups_.back();
  group.stamps.min = std::min(group.stamps.min, time), group.stamps.max = std::max(group.stamps.max, time);
  group.bytes += run.bytes();
  waiting_ += run.bytes();
  if (!group.runs.empty() && group.runs.back().block == run.block && group.runs.back().end == run.begin)
    group.runs.back().end = run.end;
  else
    group.runs.push_back(run);
}

void DiskKeeper::remember(const std::string& key, std::optional<log::Cursor> cursor) {
  remembered_.insert_or_assign(key, std::move(cursor));
}

void DiskKeeper::commit() {
  if (busy_ || broken_ || (groups_.empty() && remembered_.empty())) return;
  Group next;
  if (!groups_.empty()) {
    next = std::move(groups_.front());
    groups_.pop_front();
  }
  start(std::move(next));
}

// Off the loop: only the bytes are looked at, never the blocks they lie in.
void DiskKeeper::Job::run(Shelf& shelf) {
  write(*shelf.log);
  if (!failed.empty()) return;
  put(*shelf.cursors);
  if (until_acknowledged) keep.acked = shelf.cursors->all().empty() ? 1 : shelf.cursors->lowest();
  (void)shelf.log->retain(keep, now);  // what cannot be let go now can be later
  const log::Stats stats = shelf.log->stats();
  first = stats.first_seq, bytes = stats.bytes;
}

void DiskKeeper::Job::write(log::Log& log) {
  const auto fail = [&](const Error& error) {
    failed = error.text;
    lasting = log.health() == log::Health::read_only;
  };
  const auto begun = std::chrono::steady_clock::now();
  if (!texts.empty() && log.next_seq() == group.first)  // else a sync has failed before, and it is there already
    if (const auto appended = log.append(group.first, texts, group.stamps); !appended) return fail(appended.error());
  synced = log.synced();
  if (texts.empty()) return;
  const auto done = log.sync();
  if (!done) return fail(done.error());
  took = std::chrono::steady_clock::now() - begun;
  synced = *done;
}

// What of it does not get to the disk is put there by the next job: it is a message given once more, at worst.
void DiskKeeper::Job::put(log::Cursors& known) {
  if (cursors.empty()) return;
  for (auto& [key, cursor] : cursors) {
    if (cursor)
      (void)known.put(key, std::move(*cursor));
    else
      known.erase(key);
  }
  (void)known.flush();
}

void DiskKeeper::start(Group group) {
  busy_ = true;
  auto job = std::make_shared<Job>();
  if (!group.runs.empty()) stamp_ = std::max(stamp_, group.stamps.max);
  job->group = std::move(group);
  job->cursors = std::exchange(remembered_, {});
  for (const Run& run : job->group.runs) job->texts.push_back(run.text());
  job->keep = keep_, job->until_acknowledged = until_acknowledged_;
  job->now = stamp_;
  background(
      loop_, [shelf = shelf_, job] { job->run(*shelf); },
      [this, alive = std::weak_ptr<int>(alive_), job] {
        if (!alive.expired()) done(job);
      });
}

void DiskKeeper::done(const std::shared_ptr<Job>& job) {
  busy_ = false;
  trouble_ = job->failed;
  if (job->failed.empty()) {
    waiting_ -= job->group.bytes;
    if (!job->texts.empty()) {
      syncs_.time.add(job->took);
      syncs_.bytes.add(job->group.bytes);
      syncs_.messages.add(job->synced - job->group.first);
    }
    synced_ = job->synced, first_ = job->first, bytes_ = job->bytes;
    commit();
    prepare();
  } else {
    broken_ = job->lasting;
    remembered_.merge(job->cursors);  // what has come since is newer, and stays
    groups_.push_front(std::move(job->group));
    if (!broken_) again_->start(kAgain);
  }
  settled_();
}

// Beside the groups that are written: a step takes as long as several of them.
void DiskKeeper::prepare() {
  if (std::exchange(preparing_, true)) return;
  auto more = std::make_shared<bool>(false);
  background(
      loop_,
      [shelf = shelf_, more] {
        const auto done = shelf->log->prepare();
        *more = done && *done;  // an error is a full disk, mostly, of which the next group tells
      },
      [this, alive = std::weak_ptr<int>(alive_), more] {
        if (alive.expired()) return;
        preparing_ = false;
        if (*more) prepare();
      });
}

void DiskKeeper::read(uint64_t from, std::function<void(Kept)> then) {
  struct Reading {
    std::string bytes;
    log::Chunk chunk;
    std::string failed;
  };
  auto reading = std::make_shared<Reading>();
  reading->bytes = std::exchange(buffer_, {});
  background(
      loop_,
      [shelf = shelf_, reading, from] {
        auto chunk = shelf->log->read(from, kRead, reading->bytes);
        if (chunk)
          reading->chunk = *chunk;
        else
          reading->failed = chunk.error().text;
      },
      [this, alive = std::weak_ptr<int>(alive_), reading, from, then = std::move(then)] {
        if (alive.expired()) return;
        const log::Chunk& chunk = reading->chunk;
        Kept kept;
        kept.first = from;
        if (chunk.gap) {
          const uint64_t first = std::max(from, chunk.gap->from);
          kept.gap = Gap{0, first, chunk.gap->to - 1, chunk.gap->to - first, reason_of(chunk.gap->why)};
        } else if (chunk.count > 0) {
          kept.first = chunk.first_seq;
          const BlockRef block = BlockRef::make(static_cast<uint32_t>(chunk.frames.size()));
          block->append(chunk.frames);
          kept.run = {block, 0, block->used, static_cast<uint32_t>(chunk.count)};
        }
        if (reading->bytes.size() <= 2 * kRead) buffer_ = std::move(reading->bytes);
        then(std::move(kept));
      });
}

}  // namespace leat::hub
