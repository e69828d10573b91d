#include "stages/sink/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "core/io/background.h"

namespace leat {
namespace {

mode_t default_mode() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

}  // namespace

Result<Descriptor> FileSink::descriptor() {
  struct stat info;
  const bool there = ::stat(path_.c_str(), &info) == 0;
  if (there && !S_ISREG(info.st_mode)) return Descriptor::create(path_, true);
  target_ = path_;
  if (there)
    if (const std::unique_ptr<char, void (*)(void*)> real(::realpath(path_.c_str(), nullptr), std::free); real)
      target_ = real.get();  // through links
  const size_t slash = target_.rfind('/') + 1;
  std::string name = target_.substr(0, slash) + "." + target_.substr(slash) + ".XXXXXX";
  const int fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd < 0)
    return Error{Error::Kind::io, fmt::format("cannot write {}: {}", path_, std::strerror(errno)),
                 there ? "it is replaced when the run is over; --append adds to the file itself" : ""};
  beside_ = std::move(name);
  ::fchmod(fd, there ? info.st_mode & 07777 : default_mode());
  return Descriptor(fd, Descriptor::Kind::file, true);
}

void FileSink::written() {
  if (beside_.empty()) return ended();
  if (host().spoiled()) {
    discard();
    return ended();
  }
  auto code = std::make_shared<int>(0);  // shared between the pool's thread and the loop's
  host().loop().post([this, code, alive = std::weak_ptr<int>(alive_), fd = outlet().channel().descriptor().fd()] {
    if (alive.expired()) return;
    background(
        host().loop(), [code, fd] { *code = ::fsync(fd) == 0 ? 0 : errno; },
        [this, code, alive] {
          if (!alive.expired()) host().post([this, code] { synced(*code); });
        });
  });
}

void FileSink::synced(int code) {
  if (closed()) return;
  if (code == 0 && ::rename(beside_.c_str(), target_.c_str()) != 0) code = errno;
  if (code != 0) return fail({Error::Kind::io, fmt::format("cannot write {}: {}", path_, std::strerror(code)), {}});
  beside_.clear();
  ended();
}

void FileSink::discard() {
  if (!beside_.empty()) ::unlink(beside_.c_str());
  beside_.clear();
}

void FileSink::abandon() {
  StreamSink::abandon();
  discard();
}

}  // namespace leat
