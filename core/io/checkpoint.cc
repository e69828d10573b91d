#include "core/io/checkpoint.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace leat {
namespace {

constexpr auto kPause = std::chrono::milliseconds(250);
constexpr size_t kMost = 8192;  // a path has at most 4096 bytes

FileId id_of(const struct stat& info) { return {info.st_dev, info.st_ino, static_cast<uint64_t>(info.st_size)}; }

Error cannot(std::string_view what, const std::string& path) {
  return {Error::Kind::io, fmt::format("cannot {} the checkpoint {}: {}", what, path, std::strerror(errno)), {}};
}

bool write_file(const std::string& path, const std::string& text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return false;
  const bool well = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  return (::close(fd) == 0) && well;
}

}  // namespace

FileId file_id(const std::string& path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 ? id_of(info) : FileId{};
}

FileId file_id(int fd) {
  struct stat info;
  return ::fstat(fd, &info) == 0 ? id_of(info) : FileId{};
}

Result<Checkpoint> Checkpoint::load(const std::string& path) {
  Checkpoint made(path);
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return made;
  if (fd < 0) return cannot("read", path);
  std::string text(kMost, '\0');
  const ssize_t got = ::read(fd, text.data(), text.size());
  ::close(fd);
  if (got < 0) return cannot("read", path);
  text.resize(static_cast<size_t>(got));
  int begin = 0;
  Place& place = made.place_;
  const int read = std::sscanf(text.c_str(), "leat-checkpoint 1 %" SCNu64 " %" SCNu64 " %" SCNu64 " %n", &place.offset, &place.file.device,
                               &place.file.inode, &begin);
  if (read != 3 || begin == 0 || text.back() != '\n' || static_cast<size_t>(begin) + 1 >= text.size())
    return Error{Error::Kind::config, fmt::format("{} is no checkpoint of leat", path), "remove it to read everything from the beginning"};
  place.path = text.substr(static_cast<size_t>(begin), text.size() - static_cast<size_t>(begin) - 1);
  made.stored_ = place;
  return made;
}

Done Checkpoint::store(const Place& place, bool now) {
  if (place.path == stored_.path && place.file == stored_.file && place.offset == stored_.offset) return {};
  const auto at = std::chrono::steady_clock::now();
  if (!now && at - last_ < kPause) return {};
  last_ = at;
  const std::string beside = path_ + ".new";
  const bool well =
      write_file(beside, fmt::format("leat-checkpoint 1 {} {} {} {}\n", place.offset, place.file.device, place.file.inode, place.path)) &&
      ::rename(beside.c_str(), path_.c_str()) == 0;
  if (!well) return std::exchange(failed_, true) ? Done() : Done(cannot("write", path_));
  failed_ = false;
  stored_ = place;
  return {};
}

}  // namespace leat
