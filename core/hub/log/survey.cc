#include "core/hub/log/survey.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace leat::hub::log {
namespace {

constexpr uint64_t kLeastFrame = 8;

class Surveyor {
 public:
  Surveyor(Disk& disk, std::string dir, uint64_t stream, Disk::Open how) : disk_(disk), dir_(std::move(dir)), stream_(stream), how_(how) {}

  Result<Survey> run() {
    std::vector<std::string> names;
    if (const int error = disk_.list(dir_, names)) return cannot("list", dir_, error);
    for (const Named& segment : sorted(names))
      if (const auto opened = open(segment); !opened) return opened.error();
    for (size_t i = 0; i < out_.segments.size(); ++i) look(i);
    if (!out_.segments.empty()) finish();
    return std::move(out_);
  }

 private:
  std::vector<Named> sorted(const std::vector<std::string>& names) {
    std::vector<Named> segments;
    for (const std::string& name : names) {
      const auto file = named(name);
      if (!file) continue;
      out_.next_number = std::max(out_.next_number, file->number + 1);
      if (file->kind == Named::Kind::segment)
        segments.push_back(*file);
      else
        (file->kind == Named::Kind::spare ? out_.spares : out_.set_aside).push_back(file->number);
    }
    std::sort(segments.begin(), segments.end(), [](const Named& a, const Named& b) { return a.number < b.number; });
    std::sort(out_.set_aside.begin(), out_.set_aside.end());
    return segments;
  }

  Done open(const Named& name) {
    Segment segment;
    segment.number = name.number;
    segment.name = segment_name(name.number, name.base_seq);
    segment.header.base_seq = name.base_seq;
    segment.damaged = true;
    const std::string path = dir_ + "/" + segment.name;
    std::unique_ptr<File> file;
    const int error = disk_.open(path, how_, file);
    if (error == EACCES || error == EPERM || error == EROFS || passing(error))
      return cannot("open", path, error);  // no damage, and mendable
    segment.file = std::move(file);
    const std::string why = error != 0 ? std::strerror(error) : look_at(segment);
    if (!why.empty()) out_.notes.push_back(fmt::format("{}: {}", segment.name, why));
    out_.segments.push_back(std::move(segment));
    return {};
  }

  // What is wrong with it, or nothing.
  std::string look_at(Segment& segment) {
    if (const int error = segment.file->size(segment.size)) return std::strerror(error);
    Peek peek(*segment.file, std::min(segment.size, kDataStart));
    const auto header = segment_header(peek.at(0, kDataStart));
    if (!header) return "both copies of its header are damaged, nothing in it can be read";
    if (out_.stream == 0) out_.stream = header->stream;
    if (stream_ != 0 && header->stream != stream_) return fmt::format("it belongs to another stream ({:016x})", header->stream);
    if (header->base_seq < base_) return "it begins before an older one does";
    segment.header = *header;
    segment.damaged = false;
    base_ = header->base_seq;
    return header->copies == 2 ? "" : "one copy of its header is damaged, the other was used";
  }

  uint64_t limit_of(size_t i) const {
    for (size_t after = i + 1; after < out_.segments.size(); ++after)
      if (!out_.segments[after].damaged) return out_.segments[after].header.base_seq;
    return UINT64_MAX;
  }

  void look(size_t i) {
    Segment& segment = out_.segments[i];
    const uint64_t limit = limit_of(i);
    if (segment.damaged) {
      most_ = std::max({most_, seq_, segment.header.base_seq}) + kMostSegment / kLeastFrame;  // it may have been larger than it is
      lost_ = true;
      segment.end_seq = seq_;
      segment.header.base_seq = segment.header.skipped_from = std::max(seq_, segment.header.base_seq);
      segment.file.reset();
      return;
    }
    begin(i);
    Peek peek(*segment.file, segment.size);
    const auto end = scan(peek, segment.header, limit,
                          {[&](const Batch& batch) { segment.note(batch.header, batch.offset); },
                           [&](const Gap& gap, bool fresh) {
                             segment.damaged = segment.damaged || (fresh && gap.why == Gap::Why::damaged);
                             add(gap);
                           }});
    segment.end_seq = seq_ = end.seq;
    most_ = end.most;
    torn_ = end.torn;
    if (limit != UINT64_MAX) return segment.file.reset();
    out_.torn = end.torn;
    out_.torn_offset = end.offset;
    out_.whole_end = !end.torn && !segment.damaged;
  }

  // Numbers between the segments before and this one.
  void begin(size_t i) {
    const SegmentHeader& header = out_.segments[i].header;
    if (seq_ == 0 && !lost_) seq_ = header.skipped_from;
    if (i > 0 && seq_ < header.skipped_from && (torn_ || !out_.segments[i - 1].header.repaired)) out_.segments[i - 1].damaged = true;
    add({std::max<uint64_t>(seq_, 1), header.skipped_from, Gap::Why::damaged});
    add({std::max(seq_, header.skipped_from), header.base_seq, Gap::Why::skipped});
    lost_ = false;
  }

  void add(const Gap& gap) {
    if (gap.from >= gap.to) return;
    if (gap.why == Gap::Why::damaged && !out_.segments.empty())
      out_.notes.push_back(fmt::format("records {} to {} are damaged", gap.from, gap.to - 1));
    out_.gaps.push_back(gap);
  }

  void finish() {
    out_.end_seq = std::max<uint64_t>(seq_, 1);
    out_.next_seq = std::max(out_.end_seq, most_);
    if (lost_) out_.whole_end = false;
    add({out_.end_seq, out_.next_seq, lost_ ? Gap::Why::damaged : Gap::Why::skipped});
  }

  Disk& disk_;
  const std::string dir_;
  const uint64_t stream_;
  const Disk::Open how_;
  Survey out_;
  uint64_t base_ = 0;  // of the last segment that could be opened
  uint64_t seq_ = 0;   // behind the last record seen
  uint64_t most_ = 0;  // no number from here on was given, as far as one can see
  bool torn_ = false;
  bool lost_ = false;  // a segment behind it cannot be read
};

}  // namespace

Result<Survey> survey(Disk& disk, const std::string& dir, uint64_t stream, Disk::Open how) {
  return Surveyor(disk, dir, stream, how).run();
}

}  // namespace leat::hub::log
