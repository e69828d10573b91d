// From one segment to the next: when the last is full, and when it has failed.
#include <cerrno>
#include <utility>

#include "core/hub/log/log.h"

namespace leat::hub::log {
namespace {

constexpr size_t kSetAside = 4;

}  // namespace

// The last records of a process that is gone may be in memory alone; if its sync failed, in pages that are marked as written. They are
// about to be read, so they must not go away again: what is not known to be on the disk is written once more.
int Log::secure(const Segment& last) {
  const Mark* mark = last.mark_of(std::max(last.synced, last.header.base_seq));
  if (!mark) return last.file->sync();
  Peek peek(*last.file, last.end_offset);
  auto batch = next_batch(peek, last.header.salt, mark->offset, mark->seq);
  while (batch && batch->header.base_seq < last.synced) batch = next_batch(peek, last.header.salt, batch->end(), mark->seq);
  if (batch) {
    std::string tail(static_cast<size_t>(last.end_offset - batch->offset), '\0');
    if (read_all(*last.file, batch->offset, tail.data(), tail.size()).bytes < tail.size()) return EIO;
    if (const int error = write_all(*last.file, batch->offset, tail)) return error;
  }
  return last.file->sync();
}

bool Log::fits(uint64_t bytes) const { return active_.usable && active_.offset + held_.size() + bytes + kBatchHeader <= active_.size; }

// What is held from `from` on goes to the disk and to the readers; if need be all of it, in a new segment.
int Log::store(size_t from) {
  if (write(*active_.file, active_.offset + from, from) == 0) {
    shelf_.add(held(from));
    return 0;
  }
  active_.usable = false;
  return move_on(true);
}

int Log::write(File& file, uint64_t offset, size_t from) {
  held_.append(kBatchHeader, '\0');  // the end mark
  const int error = write_all(file, offset, std::string_view(held_).substr(from));
  held_.resize(held_.size() - kBatchHeader);
  return error;
}

std::vector<BatchHeader> Log::held(size_t from) const {
  std::vector<BatchHeader> out;
  for (auto rest = std::string_view(held_).substr(from); !rest.empty(); rest.remove_prefix(out.back().size()))
    out.push_back(*batch_header(rest, active_.salt));
  return out;
}

void Log::salt_held(uint64_t salt) {
  for (size_t at = 0; at < held_.size();) {
    auto header = *batch_header(std::string_view(held_).substr(at), active_.salt);
    header.salt = salt;
    header.synced = synced_;
    header.body_crc = body_crc(std::string_view(held_).substr(at + kBatchHeader, header.bytes), salt);
    encode(header, held_.data() + at);
    at += header.size();
  }
  active_.salt = salt;
}

// A device may fail once; twice is more than chance.
int Log::move_on(bool reserve) {
  const int error = next_segment(reserve);
  return error == 0 || passing(error) ? error : next_segment(true);
}

int Log::next_segment(bool reserve) {
  Pool::Spare spare;
  if (const int error = pool_.take(reserve, spare)) return error;
  Segment segment;
  segment.number = pool_.next_number();
  segment.size = options_.segment_bytes;
  segment.name = segment_name(segment.number, synced_);
  segment.header = {options_.stream, options_.segment_bytes, synced_, std::min(skipped_from_, synced_), random_.next()};
  segment.file = std::move(spare.file);
  segment.end_seq = synced_;

  int error = promote(spare.number, segment);
  if (error == 0) salt_held(segment.header.salt);
  if (error == 0 && !held_.empty()) error = write(*segment.file, kDataStart, 0);
  if (error != 0) {
    disk_.unlink(path(spare_name(spare.number)));
    disk_.unlink(path(segment.name));
    return error;
  }
  for (const BatchHeader& batch : held(0)) segment.note(batch, segment.end_offset);
  const uint64_t end = std::exchange(active_, {segment.file, segment.size, segment.header.salt, kDataStart, true}).offset;
  skipped_from_ = UINT64_MAX;
  shelf_.add(std::move(segment), held_records_, end);
  return 0;
}

// The header is on the disk before the name is: a file that is called a segment is one.
int Log::promote(uint32_t spare, const Segment& segment) {
  int error = write_all(*segment.file, 0, encode(segment.header));
  if (error == 0) error = segment.file->sync();
  if (error != 0) return error;
  // From here on the folder may say that the segment before ends where this one begins, so nothing more may go there.
  active_.usable = false;
  error = disk_.rename(path(spare_name(spare)), path(segment.name));
  return error != 0 ? error : disk_.sync_dir(dir_);
}

Result<bool> Log::prepare() {
  bool done = false;
  if (const int error = pool_.prepare(ahead_, done)) return cannot("prepare a segment in", dir_, error);
  return !done;
}

Done Log::drop_before(uint64_t seq) {
  const auto& segments = shelf_.segments();
  while (segments.size() > 1 && segments[1].header.base_seq <= seq) leaving_.push_back(shelf_.take_first());
  return let_go();
}

Done Log::retain(const Retention& limits, int64_t now) {
  const auto& segments = shelf_.segments();
  auto [records, bytes] = std::pair(shelf_.stats().records, shelf_.stats().bytes);
  while (segments.size() > 1) {
    const Segment& first = segments.front();
    if (limits.acked && segments[1].header.base_seq > *limits.acked) break;  // where it ends itself it may be damaged
    const bool old = limits.age > 0 && now >= INT64_MIN + limits.age && first.max_ts < now - limits.age;
    const bool many = limits.records > 0 && records - first.records >= limits.records;
    if (!limits.acked && !old && !many && (limits.bytes == 0 || bytes <= limits.bytes)) break;
    records -= first.records;
    bytes -= first.bytes();
    leaving_.push_back(shelf_.take_first());
  }
  return let_go();
}

// The oldest first, each for good before the next: a crash in between must not leave a hole that looks like damage.
Done Log::let_go() {
  for (; !leaving_.empty(); leaving_.pop_front())
    if (const int error = remove(leaving_.front())) return cannot("remove a segment of", dir_, error);
  return {};
}

int Log::remove(Segment& segment) {
  const std::string name = path(segment.name);
  // A reader may still be in it when it becomes something else: he finds no batch of the segment's salt, and that it is gone.
  const bool again = segment.size == options_.segment_bytes && pool_.wanted();
  segment.size = 0;  // a second try, after an error, only unlinks
  uint32_t spare = 0;
  int error = 0;
  if (segment.damaged) {
    error = disk_.rename(name, path(damaged_name(segment.number)));
  } else if (again) {
    spare = pool_.next_number();
    error = disk_.rename(name, path(spare_name(spare)));
  } else {
    error = disk_.unlink(name);
  }
  if (error != 0 && error != ENOENT) return error;
  if (const int unsynced = disk_.sync_dir(dir_)) return unsynced;
  if (segment.damaged) aside_.push_back(segment.number);
  if (spare != 0 && error == 0) pool_.give(spare);
  for (; aside_.size() > kSetAside; aside_.pop_front()) disk_.unlink(path(damaged_name(aside_.front())));
  return 0;
}

}  // namespace leat::hub::log
