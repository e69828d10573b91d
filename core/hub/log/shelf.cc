#include "core/hub/log/shelf.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace leat::hub::log {
namespace {

constexpr size_t kMostAtOnce = size_t{1} << 30;
constexpr size_t kWalk = 256 * 1024;
constexpr size_t kOpen = 8;  // a thousand segments need no thousand descriptors

}  // namespace

// One read: batches come into the buffer as they stand on the disk, and their frames move together at its front.
class Shelf::Reading {
 public:
  Reading(Stretch& at, uint64_t from, size_t most, FrameLength length, std::string& into)
      : at_(at), from_(from), most_(most), length_(length), into_(into), first_(from) {}

  // False: no frame was read, and `at` stands where a batch should and does not.
  bool run() {
    while (!full_ && at_.seq < at_.end_seq) {
      const auto header = next();
      if (!header || !take(*header)) return count_ > 0;
      pos_ += header->size();
      at_.offset += header->size();
      at_.seq = header->end_seq();
    }
    return true;
  }
  Chunk chunk() const { return {first_, count_, std::string_view(into_.data(), out_), {}}; }

 private:
  // The header of the batch at pos_, all of which is in the buffer.
  std::optional<BatchHeader> next() {
    if (!have(kBatchHeader)) return {};
    const auto header = batch_header(bytes(kBatchHeader), at_.salt);
    if (!header || header->base_seq != at_.seq || header->end_seq() > at_.end_seq || !have(header->size())) return {};
    return header;
  }

  bool have(uint64_t size) {
    if (at_.offset + size > at_.end_offset) return false;
    if (end_ - pos_ >= size) return true;
    if (count_ > 0) return false;  // enough for this time
    const auto want = static_cast<size_t>(std::min(at_.end_offset - at_.offset, std::max<uint64_t>(size, most_ + 2 * Segment::kStride)));
    if (into_.size() < want) into_.resize(want);
    pos_ = 0;
    end_ = read_all(*at_.file, at_.offset, into_.data(), want).bytes;
    return end_ >= size;
  }

  bool take(const BatchHeader& header) {
    if (header.end_seq() <= from_) return true;
    auto body = bytes(header.size()).substr(kBatchHeader);
    if (body_crc(body, at_.salt) != header.body_crc) return false;
    if (header.base_seq >= from_ && out_ + body.size() <= most_) return append(body, header.base_seq, header.count), true;
    for (uint64_t seq = header.base_seq; seq < header.end_seq() && !full_; ++seq) {
      const size_t length = length_(body);
      if (length == 0 || length > body.size()) return false;
      if (seq >= from_) {
        full_ = out_ > 0 && out_ + length > most_;
        if (!full_) append(body.substr(0, length), seq, 1);
      }
      body.remove_prefix(length);
    }
    return true;
  }

  void append(std::string_view frames, uint64_t seq, uint64_t count) {
    if (count_ == 0) first_ = seq;
    std::memmove(into_.data() + out_, frames.data(), frames.size());
    out_ += frames.size();
    count_ += count;
  }

  std::string_view bytes(uint64_t size) const { return {into_.data() + pos_, static_cast<size_t>(size)}; }

  Stretch& at_;
  const uint64_t from_;
  const size_t most_;
  const FrameLength length_;
  std::string& into_;
  size_t pos_ = 0, end_ = 0;  // of the buffer: where at_.offset is in it, and how far it is filled
  size_t out_ = 0;            // and how far with what is given; never beyond pos_
  uint64_t first_, count_ = 0;
  bool full_ = false;
};

Result<Chunk> Shelf::read(uint64_t from, size_t most, std::string& into) {
  most = std::min(most, kMostAtOnce);
  for (;;) {
    Stretch at;
    {
      const std::lock_guard lock(mutex_);
      if (auto none = outside(from)) return *none;
      at = stretch_of(from);
    }
    if (const int error = at.file ? 0 : open(at)) {
      const std::lock_guard lock(mutex_);
      if (find(at.number)) return cannot("open", dir_ + "/" + at.name, error);
      continue;  // retention was quicker
    }
    Reading reading(at, from, most, length_, into);
    if (reading.run()) return reading.chunk();
    damage(at);  // it is a gap now, so the next round begins behind it or answers it
  }
}

Done Shelf::each(uint64_t from, const FrameVisitor& frame, const GapVisitor& gap) {
  std::string buffer;
  for (;;) {
    const auto chunk = read(from, kWalk, buffer);
    if (!chunk) return chunk.error();
    if (chunk->at_end()) return {};
    if (chunk->gap && gap) gap(*chunk->gap);
    from = chunk->gap ? chunk->gap->to : chunk->first_seq;
    const uint64_t end = from + chunk->count;
    for (auto frames = chunk->frames; from < end; ++from) {
      const size_t length = length_(frames);
      if (length == 0 || length > frames.size()) break;  // whole batches are given on their checksums: these were other frames
      if (!frame(from, frames.substr(0, length))) return {};
      frames.remove_prefix(length);
    }
    if (from < end && gap) gap({from, end, Gap::Why::damaged});
    from = std::max(from, end);
  }
}

std::optional<Chunk> Shelf::outside(uint64_t from) const {
  const auto gap = std::find_if(gaps_.begin(), gaps_.end(), [&](const Gap& one) { return one.to > from; });
  if (gap != gaps_.end() && gap->from <= from) return Chunk{from, 0, {}, Gap{from, gap->to, gap->why}};
  if (from < first_seq_)
    return Chunk{from, 0, {}, Gap{from, gap == gaps_.end() ? first_seq_ : std::min(first_seq_, gap->from), Gap::Why::dropped}};
  if (from >= next_seq_) return Chunk{from};
  return {};
}

Shelf::Stretch Shelf::stretch_of(uint64_t from) const {
  const auto behind =
      std::upper_bound(segments_.begin(), segments_.end(), from, [](uint64_t seq, const Segment& one) { return seq < one.end_seq; });
  if (behind == segments_.end()) return {};
  const Segment& segment = *behind;
  Stretch out{segment.number,          segment.name, segment.file,    segment.header.salt,
              segment.header.base_seq, kDataStart,   segment.end_seq, segment.end_offset};
  if (const Mark* mark = segment.mark_of(from)) out.seq = mark->seq, out.offset = mark->offset;
  for (const Gap& gap : gaps_)
    if (gap.from > from) return out.end_seq = std::min(out.end_seq, gap.from), out;
  return out;
}

Segment* Shelf::find(uint32_t number) {
  const auto found = std::find_if(segments_.begin(), segments_.end(), [&](const Segment& one) { return one.number == number; });
  return found == segments_.end() ? nullptr : &*found;
}

int Shelf::open(Stretch& at) {
  std::unique_ptr<File> file;
  if (const int error = disk_.open(dir_ + "/" + at.name, Disk::Open::read, file)) return error;
  at.file = std::move(file);
  const std::lock_guard lock(mutex_);
  if (Segment* segment = find(at.number)) {
    segment->file = at.file;
    opened(at.number);
  }
  return 0;
}

void Shelf::opened(uint32_t number) {
  opened_.push_back(number);
  if (opened_.size() <= kOpen) return;
  if (Segment* oldest = find(opened_.front())) oldest->file.reset();
  opened_.pop_front();
}

void Shelf::damage(const Stretch& at) {
  Peek peek(*at.file, at.end_offset);
  auto next = next_batch(peek, at.salt, at.offset, at.seq);
  if (next && next->offset == at.offset) next = next_batch(peek, at.salt, next->end(), at.seq);
  const std::lock_guard lock(mutex_);
  Segment* segment = find(at.number);
  if (!segment) return;  // retention was quicker, and the file is something else by now
  segment->damaged = true;
  uint64_t to = std::min(at.end_seq, segment->end_seq);  // a failed segment may have been cut meanwhile
  if (next && next->header.base_seq < to) {
    to = next->header.base_seq;
    auto mark = std::find_if(segment->marks.begin(), segment->marks.end(), [&](const Mark& one) { return one.seq >= to; });
    if (mark == segment->marks.end() || mark->seq != to) mark = segment->marks.insert(mark, {to, 0, segment->max_ts});
    mark->offset = next->offset;
  }
  add_gap({at.seq, to, Gap::Why::damaged});
}

void Shelf::add_gap(const Gap& gap) {
  const bool known = std::any_of(gaps_.begin(), gaps_.end(), [&](const Gap& one) { return one.from <= gap.from && gap.to <= one.to; });
  if (known || gap.from >= gap.to) return;
  gaps_.insert(std::find_if(gaps_.begin(), gaps_.end(), [&](const Gap& one) { return one.from >= gap.from; }), gap);
}

uint64_t Shelf::seek_time(int64_t ts) const {
  const std::lock_guard lock(mutex_);
  for (const Segment& segment : segments_) {
    if (segment.records == 0 || segment.max_ts < ts) continue;
    for (const Mark& mark : segment.marks)
      if (mark.max_ts >= ts) return mark.seq;
  }
  return next_seq_;
}

Stats Shelf::stats() const {
  const std::lock_guard lock(mutex_);
  Stats out{first_seq_, next_seq_, 0, 0, segments_.size(), 0, gaps_.size()};
  for (const Segment& segment : segments_) {
    out.records += segment.records;
    out.bytes += segment.bytes();
    out.damaged_segments += segment.damaged;
  }
  return out;
}

std::vector<Gap> Shelf::gaps() const {
  const std::lock_guard lock(mutex_);
  return gaps_;
}

uint64_t Shelf::next_seq() const {
  const std::lock_guard lock(mutex_);
  return next_seq_;
}

void Shelf::open(std::deque<Segment> segments, std::vector<Gap> gaps, uint64_t next_seq) {
  const std::lock_guard lock(mutex_);
  segments_ = std::move(segments);
  gaps_ = std::move(gaps);
  next_seq_ = next_seq;
  const auto live = std::find_if(segments_.begin(), segments_.end(), [](const Segment& one) { return one.records > 0; });
  first_seq_ = live == segments_.end() ? next_seq : live->header.base_seq;
  for (const Segment& segment : segments_)
    if (segment.file && &segment != &segments_.back()) opened_.push_back(segment.number);
}

void Shelf::add(std::span<const BatchHeader> batches) {
  const std::lock_guard lock(mutex_);
  Segment& last = segments_.back();
  for (const BatchHeader& batch : batches) last.note(batch, last.end_offset);
  next_seq_ = last.end_seq;
}

void Shelf::add(Segment segment, uint64_t records, uint64_t end_offset) {
  const std::lock_guard lock(mutex_);
  if (records > 0) segments_.back().cut(segment.header.base_seq, end_offset, segments_.back().records - records);
  next_seq_ = std::max(next_seq_, segment.end_seq);
  if (!segments_.empty() && segments_.back().file) opened(segments_.back().number);
  segments_.push_back(std::move(segment));
}

Segment Shelf::take_first() {
  const std::lock_guard lock(mutex_);
  Segment first = std::move(segments_.front());
  segments_.pop_front();
  first_seq_ = segments_.empty() ? next_seq_ : std::max(first_seq_, segments_.front().header.base_seq);
  std::erase_if(gaps_, [&](const Gap& gap) { return gap.to <= first_seq_; });
  return first;
}

}  // namespace leat::hub::log
