#include "stages/sink/files.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "core/codec/json_format.h"
#include "core/data/envelopes.h"
#include "core/io/loop.h"

namespace leat {
namespace {

constexpr size_t kName = 255;  // bytes of a name in a folder

bool too_long(std::string_view path) {
  size_t begin = 0;
  for (size_t at = path.find('/'); at != path.npos; begin = at + 1, at = path.find('/', begin))
    if (at - begin > kName) return true;
  return path.size() - begin > kName || path.size() > 4000;
}

// The folders in front of a name that expressions made.
Done make_folders(const std::string& path) {
  for (size_t at = path.find('/', 1); at != path.npos; at = path.find('/', at + 1))
    if (::mkdir(path.substr(0, at).c_str(), 0777) != 0 && errno != EEXIST)
      return Error{Error::Kind::io, fmt::format("cannot make {}: {}", path.substr(0, at), std::strerror(errno)), {}};
  return {};
}

}  // namespace

Done FilesSink::open(SinkHost& host) {
  host_ = &host;
  if (how_.rotation.every) {
    timer_ = host.loop().timer([this] {
      timer_->start(*how_.rotation.every);
      host_->post([this] { tick(); });
    });
    timer_->start(*how_.rotation.every);
  }
  if (names_) return {};
  struct stat info;
  if (::stat(name_.c_str(), &info) == 0) {
    if (!S_ISREG(info.st_mode)) return Error{Error::Kind::usage, fmt::format("{} is no file, so it cannot be rotated", name_), {}};
    // The last run may have been killed, and behind a stream that was cut short nothing packed can be read.
    if (info.st_size > 0 && options_.pack.with != Compression::none)
      if (Done turned = how_.rotation.turn(name_); !turned) return turned;
  }
  return open_file(name_);
}

void FilesSink::take(Batch&& batch, Turn& turn) {
  if (closed_) return;
  if (!names_) return put(name_, std::move(batch), turn);
  for (auto& [path, records] : paths(batch, turn)) {
    if (closed_) return;
    put(path, batch.pick(std::move(records)), turn);
  }
  batch.let_go();
}

// Which records go where. The slab's columns are those of other readers, so the expressions read a copy.
std::map<std::string, std::vector<uint32_t>> FilesSink::paths(const Batch& batch, Turn& turn) {
  const Slab& slab = batch.slab();
  const SlabRef copy = turn.slab();
  copy->format = &json_format();
  copy->source = slab.source;
  std::vector<uint32_t> records;
  std::string text;
  json_.begin(batch);
  batch.each([&](uint32_t record) {
    text.clear();
    if (!json_.append(slab, record, text, [&](uint32_t failed, Reason reason) { turn.fail(failed, std::move(reason)); })) return;
    copy->add(text);
    if (names_->reads_envelope()) copy->envelopes.push_back(envelope_of(slab, record));
    records.push_back(record);
  });
  names_->prepare(*copy);
  std::map<std::string, std::vector<uint32_t>> found;
  std::string path;
  for (uint32_t i = 0; i < records.size(); ++i) {
    Reason why = names_->path_of(*copy, i, turn.now, path);
    if (why.code.empty() && too_long(path)) why = {"limit", "the name of its file is too long"};
    if (why.code.empty() && how_.rotation.any() && Rotation::looks_finished(path))
      why = {"type", "its file would bear the name of one that is finished"};
    if (why.code.empty())
      found[path].push_back(records[i]);
    else
      turn.fail(records[i], std::move(why));
  }
  return found;
}

void FilesSink::put(const std::string& path, Batch&& batch, Turn& turn) {
  const uint64_t most = how_.rotation.size.value_or(UINT64_MAX);
  for (size_t begin = 0; begin < batch.size() && !closed_;) {
    const auto at = file(path);
    if (!at) return fail(at.error());
    File& to = **at;
    if (to.size() >= most) {
      if (!close(by_path_.find(path)->second, true)) return;
      continue;
    }
    Batch next = part(batch, begin, most - to.size());
    to.outlet->take(std::move(next), turn);
    if (!written(to, to.outlet->write())) return;
  }
  batch.let_go();
}

// The records from `begin` on that fill so much room, and the one that is more than that.
Batch FilesSink::part(const Batch& batch, size_t& begin, uint64_t room) const {
  std::vector<uint32_t> records;
  for (uint64_t bytes = 0; begin < batch.size() && bytes < room; ++begin) {
    records.push_back(batch.index(begin));
    bytes += batch.record(begin).size() + 1;
  }
  return records.size() == batch.size() ? batch.share() : batch.pick(std::move(records));
}

Result<FilesSink::File*> FilesSink::file(const std::string& path) {
  if (const auto at = by_path_.find(path); at != by_path_.end()) {
    files_.splice(files_.begin(), files_, at->second);
    return &files_.front();
  }
  if (files_.size() >= how_.most_open && !close(std::prev(files_.end()), false)) return Error{Error::Kind::io, "closed", {}};
  if (names_)
    if (Done made = make_folders(path); !made) return made.error();
  if (Done opened = open_file(path); !opened) return opened.error();
  return &files_.front();
}

Done FilesSink::open_file(const std::string& path) {
  auto opened = Descriptor::create(path, true);
  if (!opened) return opened.error();
  CodecOptions options = options_;
  if (opened->size() > 0) options.header = false;  // a table that is added to has its header
  File made{path, std::make_unique<Outlet>(*host_, codec_, options, how_.outlet), opened->size()};
  made.outlet->connect(std::move(*opened), [](Watch::Event) {});
  files_.push_front(std::move(made));
  by_path_[path] = files_.begin();
  return {};
}

bool FilesSink::written(const File& file, Outlet::Wrote wrote) {
  if (wrote == Outlet::Wrote::all) return true;
  fail({Error::Kind::io, fmt::format("cannot write {}: {}", file.path, std::strerror(file.outlet->failure())), {}});
  return false;
}

// Ends the file, whole. False: the sink has failed.
bool FilesSink::close(Files::iterator file, bool rotates) {
  file->outlet->finish();
  if (!written(*file, file->outlet->flush())) return false;
  file->outlet->disconnect();
  const std::string path = file->path;
  by_path_.erase(path);
  files_.erase(file);
  if (!rotates) return true;
  const Done turned = how_.rotation.turn(path);
  if (!turned) fail(turned.error());
  return static_cast<bool>(turned);
}

void FilesSink::tick() {
  if (closed_ || finished_) return;
  for (auto at = files_.begin(); at != files_.end();) {
    const auto next = std::next(at);
    if (at->size() > 0 && !close(at, true)) return;
    at = next;
  }
}

void FilesSink::fail(Error error) {
  if (std::exchange(closed_, true)) return;
  host_->failed(std::move(error));
}

void FilesSink::flush() {
  for (const File& file : files_)
    if (closed_ || !written(file, file.outlet->flush())) return;
}

void FilesSink::finish() {
  if (closed_) return;
  while (!files_.empty())
    if (!close(files_.begin(), false)) return;
  finished_ = true;
  host_->idle();
}

void FilesSink::abandon() {
  closed_ = true;
  for (const File& file : files_) {
    file.outlet->close_off();
    file.outlet->clear();
    file.outlet->disconnect();
  }
  by_path_.clear();
  files_.clear();
}

}  // namespace leat
