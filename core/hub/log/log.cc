#include "core/hub/log/log.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "core/hub/log/survey.h"

namespace leat::hub::log {
Log::Log(Disk& disk, std::string dir, const Options& options, Random& random, uint32_t next_number)
    : disk_(disk),
      dir_(std::move(dir)),
      options_(options),
      random_(random),
      pool_(disk, dir_, options.segment_bytes, next_number),
      shelf_(disk, dir_, options.frame_length) {}

Result<Log::Opened> Log::open(Disk& disk, const std::string& dir, const Options& options, Random& random) {
  if (options.segment_bytes < kLeastSegment || options.segment_bytes > kMostSegment)
    return Error{Error::Kind::config, "a log's segment has 16 KiB to 1 GiB", {}};
  if (const int error = disk.make_dir(dir)) return cannot("make the folder", dir, error);
  std::unique_ptr<Disk::Lock> lock;
  if (const int error = disk.lock(dir, lock)) {
    Error why = cannot("lock", dir, error);
    if (error == EWOULDBLOCK) why.hint = "another process has this log open";
    return why;
  }
  auto found = survey(disk, dir, options.stream, Disk::Open::write);
  if (!found) return found.error();
  Opened out{std::unique_ptr<Log>(new Log(disk, dir, options, random, found->next_number)), {}};
  out.log->lock_ = std::move(lock);
  out.report.torn = found->torn;
  out.log->adopt(*found);
  out.report.notes = std::move(found->notes);
  out.report.stats = out.log->stats();
  out.report.gaps = out.log->gaps();
  return out;
}

void Log::adopt(Survey& found) {
  for (const uint32_t spare : found.spares) pool_.adopt(spare);
  aside_.assign(found.set_aside.begin(), found.set_aside.end());
  if (options_.stream == 0) options_.stream = found.stream != 0 ? found.stream : random_.next();
  next_ = synced_ = std::max({found.next_seq, options_.next_seq, uint64_t{1}});
  if (!found.segments.empty() && next_ > found.end_seq) skipped_from_ = found.end_seq;
  if (!found.segments.empty() && next_ > found.next_seq) found.gaps.push_back({found.next_seq, next_, Gap::Why::skipped});

  Active active;
  if (!found.segments.empty() && found.segments.back().file) {
    const Segment& last = found.segments.back();
    const int error = secure(last);
    if (error != 0)
      found.notes.push_back(fmt::format("{}: what is behind record {} may not last: {}", last.name, last.synced, std::strerror(error)));
    active = {last.file, last.size, last.header.salt, last.end_offset, error == 0};
  }
  // So may its name be: nothing goes into a file that a crash could take out of the folder.
  active.usable = active.usable && found.whole_end && next_ == found.end_seq && disk_.sync_dir(dir_) == 0;
  active_ = std::move(active);
  shelf_.open(std::move(found.segments), std::move(found.gaps), next_);
  if (!active_.usable)
    if (const int error = move_on(true)) fail("begin a segment in", error);  // append() says it, should it come to that
}

Result<uint64_t> Log::append(uint64_t first_seq, std::span<const std::string_view> runs, Stamps stamps) {
  if (health_ == Health::read_only) return broken_;
  if (first_seq != next_)
    return Error{Error::Kind::internal, fmt::format("record {} cannot be appended where {} is next", first_seq, next_), {}};
  const auto cuts = cut(runs);
  if (!cuts) return cuts.error();
  uint64_t bytes = 0, records = 0;
  for (const Cut& cut : *cuts) bytes += kBatchHeader + cut.bytes, records += cut.count;
  if (kDataStart + bytes + kBatchHeader > options_.segment_bytes)
    return Error{
        Error::Kind::usage, fmt::format("{} bytes at once are more than a segment of {} holds", bytes, options_.segment_bytes), {}};

  if (held_.size() + bytes > options_.unsynced_bytes || !fits(bytes))
    if (const auto synced = sync(); !synced) return synced.error();
  if (!fits(bytes))
    if (const int error = move_on(false)) return fail("begin a segment in", error);
  const size_t before = held_.size();
  hold(*cuts, runs, stamps);
  if (const int error = store(before)) {
    held_.resize(before);
    return fail("write to", error);
  }
  held_records_ += records;
  next_ += records;
  health_ = Health::good;
  ahead_ = active_.offset + held_.size() > active_.size / 2;
  return next_;
}

Result<uint64_t> Log::sync() {
  if (health_ == Health::read_only) return broken_;
  if (held_.empty()) return synced_;
  int error = active_.usable ? active_.file->sync() : EIO;
  if (error != 0) {
    active_.usable = false;
    error = move_on(true);
    if (error == 0) error = active_.file->sync();
  }
  if (error != 0) {
    active_.usable = false;
    return fail("sync", error);
  }
  active_.offset += held_.size();
  held_.clear();
  held_records_ = 0;
  synced_ = next_;
  health_ = Health::good;
  return synced_;
}

// Where batches begin and end: whole frames, as many as a batch has room for.
Result<std::vector<Log::Cut>> Log::cut(std::span<const std::string_view> runs) const {
  std::vector<Cut> cuts;
  for (std::string_view run : runs)
    while (!run.empty()) {
      const size_t length = options_.frame_length(run);
      if (length == 0 || length % 8 != 0 || length > run.size())
        return Error{Error::Kind::internal, "what was to be appended is not made of whole frames", {}};
      if (cuts.empty() || cuts.back().bytes + length > options_.batch_bytes) cuts.emplace_back();
      cuts.back().bytes += length;
      ++cuts.back().count;
      run.remove_prefix(length);
    }
  return cuts;
}

void Log::hold(const std::vector<Cut>& cuts, std::span<const std::string_view> runs, Stamps stamps) {
  auto run = runs.begin();
  std::string_view left;
  uint64_t seq = next_;
  for (const Cut& cut : cuts) {
    const size_t begin = held_.size();
    held_.append(kBatchHeader, '\0');
    for (size_t missing = cut.bytes; missing > 0;) {
      if (left.empty()) left = *run++;
      const auto part = left.substr(0, missing);
      held_.append(part);
      left.remove_prefix(part.size());
      missing -= part.size();
    }
    const auto body = std::string_view(held_).substr(begin + kBatchHeader);
    encode({active_.salt, seq, cut.count, static_cast<uint32_t>(cut.bytes), synced_, stamps.min, stamps.max, body_crc(body, active_.salt)},
           held_.data() + begin);
    seq += cut.count;
  }
}

Error Log::fail(std::string_view what, int error) {
  Error why = cannot(what, dir_, error);
  health_ = passing(error) ? Health::full : Health::read_only;
  if (health_ == Health::full)
    why.hint = "nothing is lost; make room and try again";
  else
    broken_ = Error{Error::Kind::io, fmt::format("{} is read-only since: {}", dir_, why.text), "see to the disk, then start again"};
  return why;
}

}  // namespace leat::hub::log
