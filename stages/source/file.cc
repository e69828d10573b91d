#include "stages/source/file.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace leat {
namespace {

// How many bytes it comes to is known when it has been unpacked, and no sooner.
bool comes_packed(const Descriptor& input, const Unpacking& how) {
  if (!how.by_front || input.size() == 0) return how.with != Compression::none;
  char front[4];
  const ssize_t got = ::pread(input.fd(), front, sizeof front, std::max<off_t>(::lseek(input.fd(), 0, SEEK_CUR), 0));
  return got > 0 && compression_of({front, static_cast<size_t>(got)}, true) != Compression::none;
}

}  // namespace

FileSource::FileSource(std::vector<std::string> paths, Options options, const CodecSpec& codec, const CodecOptions& codec_options)
    : StreamSource(codec, codec_options),
      paths_(std::move(paths)),
      name_(paths_.front() == "-" ? "stdin"
            : paths_.size() == 1  ? paths_.front()
                                  : fmt::format("{} and {} more", paths_.front(), paths_.size() - 1)),
      options_(std::move(options)) {}

Done FileSource::first() {
  bool packed = false;
  // Every path is opened now, so that a mistyped one is told before the first record, and a file again when its turn comes. Of a FIFO
  // there is one descriptor: what a writer that had come and gone said to another would be lost.
  for (size_t i = paths_.size(); i-- > 0;) {
    auto opened = Descriptor::input(paths_[i]);
    if (!opened) return opened.error();
    if (opened->kind() != Descriptor::Kind::file && !options_.checkpoint.empty())
      return Error{Error::Kind::usage, fmt::format("{} is no file, so no checkpoint can be kept of it", paths_[i]), {}};
    total_ += opened->size();
    packed |= comes_packed(*opened, codec_options().unpack);
    in_turn_ = opened->kind() == Descriptor::Kind::file && !options_.follow;
    if (opened->kind() != Descriptor::Kind::file) opened_.insert_or_assign(i, std::move(*opened));
  }
  if (packed) total_ = 0;
  uint64_t skip = 0;
  if (!options_.checkpoint.empty()) {
    auto loaded = Checkpoint::load(options_.checkpoint);
    if (!loaded) return loaded.error();
    checkpoint_ = std::make_unique<Checkpoint>(std::move(*loaded));
    skip = resume();
  }
  if (options_.follow) watch_ = std::make_unique<PathWatch>(host().loop(), paths_.front(), [this] { host().wake(); });
  return start(at_, skip);
}

// Where the last run had delivered everything: the path, and how far into it.
uint64_t FileSource::resume() {
  const Checkpoint::Place& place = checkpoint_->place();
  if (place.path.empty()) return 0;
  for (size_t i = 0; i < paths_.size(); ++i) {
    if (paths_[i] != place.path) continue;
    at_ = i;
    if (file_id(paths_[i]) == place.file) return place.offset;
    host().note(fmt::format("{} is not the file it was at the checkpoint: it is read from its beginning", paths_[i]));
    return 0;
  }
  host().note(fmt::format("{}: its file {} is not read here: everything is read from the beginning", options_.checkpoint, place.path));
  return 0;
}

Result<Descriptor> FileSource::take_opened(size_t path) {
  if (auto held = opened_.extract(path)) return std::move(held.mapped());
  return Descriptor::input(paths_[path]);
}

Done FileSource::start(size_t path, uint64_t skip) {
  auto opened = take_opened(path);
  if (!opened) return opened.error();
  reading_ = file_id(opened->fd());
  begin(paths_[path] == "-" ? "stdin" : paths_[path], std::move(*opened));
  feed().skip_to(skip);
  if (checkpoint_) {
    std::lock_guard lock(mutex_);
    starts_.push_back({base(), reading_, paths_[path]});
  }
  return {};
}

// A followed file goes on until its path names another one, or less of the same.
bool FileSource::grows() {
  if (!options_.follow) return false;
  const FileId now = file_id(paths_[at_]);
  if (!now) return true;  // renamed away; the new one is not there yet
  return now == reading_ && now.size >= feed().taken();
}

StreamSource::Next FileSource::next() {
  if (options_.follow) {
    const Done begun = start(at_, 0);
    return begun ? Next::stream : fail(begun.error());
  }
  if (at_ + 1 >= paths_.size()) return Next::none;
  const Done begun = start(++at_, 0);
  return begun ? Next::stream : fail(begun.error());
}

void FileSource::committed(uint64_t position, bool resting) {
  if (!checkpoint_) return;
  std::lock_guard lock(mutex_);
  while (starts_.size() > 1 && starts_[1].base < position) starts_.erase(starts_.begin());
  const Start& at = starts_.front();
  if (position <= at.base) return;
  const Done stored = checkpoint_->store({at.path, at.file, position - at.base}, resting);
  if (!stored) host().note(stored.error().text);
}

}  // namespace leat
