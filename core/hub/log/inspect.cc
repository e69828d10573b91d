#include "core/hub/log/inspect.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace leat::hub::log {
namespace {

// Without its header a segment's salt still stands in its first batch.
std::optional<SegmentHeader> guessed_header(Peek& peek, uint64_t stream, uint64_t base_seq) {
  const auto salt = salt_of(peek.at(kDataStart, kBatchHeader));
  const auto first = salt ? batch_at(peek, *salt, kDataStart) : std::nullopt;
  if (!first || first->header.base_seq != base_seq) return {};
  return SegmentHeader{stream, peek.size(), base_seq, base_seq, *salt};
}

uint64_t limit_behind(const std::deque<Segment>& segments, size_t i) {
  const auto next = std::find_if(segments.begin() + static_cast<std::ptrdiff_t>(i) + 1, segments.end(),
                                 [](const Segment& one) { return !one.headless(); });
  return next == segments.end() ? UINT64_MAX : next->header.base_seq;
}

class Repair {
 public:
  Repair(Disk& disk, const std::string& dir) : disk_(disk), dir_(dir) {}

  // One damaged segment: the old bytes under another name first, the new ones in their place second.
  Done run(const Segment& segment, uint64_t stream, uint64_t limit) {
    std::unique_ptr<File> file;
    uint64_t size = 0;
    int error = disk_.open(path(segment.name), Disk::Open::read, file);
    if (error == 0) error = file->size(size);
    if (error != 0) return cannot("read", path(segment.name), error);
    Peek peek(*file, size);
    auto header = segment_header(peek.at(0, kDataStart));
    if (!header) {
      const auto guess = guessed_header(peek, stream, segment.header.base_seq);
      if (!guess || guess->base_seq > limit) return note(segment, "nothing in it can be read"), Done();
      header = ReadHeader{*guess, 0};
    }
    header->repaired = true;
    error = copy(peek, damaged_name(segment.number));
    if (error == 0) error = rewrite(peek, *header, limit, segment.name);
    if (error != 0) return cannot("repair", path(segment.name), error);
    out.segments.push_back(segment.name);
    return {};
  }

  void note(const Segment& segment, std::string_view what) { out.notes.push_back(fmt::format("{}: {}", segment.name, what)); }

  Repaired out;

 private:
  // Bytes that cannot be read stay zero.
  int copy(Peek& peek, const std::string& name) {
    std::unique_ptr<File> to;
    int error = disk_.open(path(name), Disk::Open::create, to);
    for (uint64_t at = 0; error == 0 && at < peek.size();) {
      const auto piece = peek.at(at, 4096);
      if (!piece.empty()) error = write_all(*to, at, piece);
      at += piece.empty() ? 4096 : piece.size();
    }
    if (error == 0) error = to->sync();
    return error == 0 ? disk_.sync_dir(dir_) : error;
  }

  int rewrite(Peek& peek, const SegmentHeader& header, uint64_t limit, const std::string& name) {
    std::unique_ptr<File> to;
    int error = disk_.open(path(kNew), Disk::Open::create, to);
    if (error == 0) error = write_all(*to, 0, encode(header));
    uint64_t end = kDataStart;
    std::string bytes;
    const auto put_batch = [&](const Batch& batch) {
      bytes.assign(kBatchHeader, '\0');
      encode(batch.header, bytes.data());
      bytes += batch.body;
      if (error == 0) error = write_all(*to, end, bytes);
      end += bytes.size();
    };
    scan(peek, header, limit, {put_batch, [](const Gap&, bool) {}});
    for (bytes.assign(kZeros, '\0'); error == 0 && end < header.bytes; end += bytes.size()) {
      bytes.resize(static_cast<size_t>(std::min<uint64_t>(bytes.size(), header.bytes - end)));
      error = write_all(*to, end, bytes);
    }
    if (error == 0) error = to->sync();
    if (error == 0) error = disk_.rename(path(kNew), path(name));
    return error == 0 ? disk_.sync_dir(dir_) : error;
  }

  std::string path(const std::string& name) const { return dir_ + "/" + name; }

  static constexpr const char* kNew = "repaired.new";
  static constexpr size_t kZeros = 65536;
  Disk& disk_;
  const std::string dir_;
};

}  // namespace

Result<Survey> verify(Disk& disk, const std::string& dir) { return survey(disk, dir, 0, Disk::Open::read); }

Result<Repaired> repair(Disk& disk, const std::string& dir, const Options& options, Random& random) {
  // Opening begins a segment behind a torn or damaged end, and so keeps the numbers that may have been given there.
  auto opened = Log::open(disk, dir, options, random);
  if (!opened) return opened.error();
  auto found = survey(disk, dir, options.stream, Disk::Open::read);
  if (!found) return found.error();
  Repair repair(disk, dir);
  const auto& segments = found->segments;
  for (size_t i = 0; i < segments.size(); ++i) {
    if (!segments[i].damaged) continue;
    if (i + 1 == segments.size()) {
      repair.note(segments[i], "the last segment is left as it is until there is another");
      continue;
    }
    if (auto done = repair.run(segments[i], found->stream, limit_behind(segments, i)); !done) return done.error();
  }
  auto after = survey(disk, dir, options.stream, Disk::Open::read);
  if (!after) return after.error();
  repair.out.gaps = std::move(after->gaps);
  return std::move(repair.out);
}

Done dump(Disk& disk, const std::string& dir, FrameLength length, uint64_t from, const FrameVisitor& frame, const GapVisitor& gap) {
  auto found = survey(disk, dir, 0, Disk::Open::read);
  if (!found) return found.error();
  Shelf shelf(disk, dir, length);
  shelf.open(std::move(found->segments), std::move(found->gaps), found->next_seq);
  return shelf.each(from, frame, gap);
}

}  // namespace leat::hub::log
