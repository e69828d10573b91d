#include "core/hub/log/posix_disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <utility>

namespace leat::hub::log {
namespace {

constexpr size_t kMostAtOnce = size_t{1} << 30;  // Linux moves no more than 2 GiB in one call

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

template <class Call>
auto again_if_interrupted(Call call) {
  auto answer = call();
  while (answer < 0 && errno == EINTR) answer = call();
  return answer;
}

Io io(ssize_t moved) { return moved < 0 ? Io{errno, 0} : Io{0, static_cast<size_t>(moved)}; }

class PosixFile final : public File {
 public:
  explicit PosixFile(Descriptor fd) : fd_(std::move(fd)) {}

  Io pread(uint64_t offset, char* to, size_t size) override {
    return io(again_if_interrupted([&] { return ::pread(fd_.get(), to, std::min(size, kMostAtOnce), static_cast<off_t>(offset)); }));
  }
  Io pwrite(uint64_t offset, std::string_view bytes) override {
    return io(again_if_interrupted(
        [&] { return ::pwrite(fd_.get(), bytes.data(), std::min(bytes.size(), kMostAtOnce), static_cast<off_t>(offset)); }));
  }
  int sync() override { return ::fdatasync(fd_.get()) == 0 ? 0 : errno; }
  int size(uint64_t& bytes) override {
    struct stat info;
    if (::fstat(fd_.get(), &info) != 0) return errno;
    bytes = static_cast<uint64_t>(info.st_size);
    return 0;
  }

 private:
  Descriptor fd_;
};

struct Held final : Disk::Lock {
  explicit Held(Descriptor of) : fd(std::move(of)) {}
  Descriptor fd;
};

Descriptor open_dir(const std::string& dir) { return Descriptor(::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }

std::string parent_of(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

int PosixDisk::open(const std::string& path, Open how, std::unique_ptr<File>& file) {
  const int flags = how == Open::read ? O_RDONLY : how == Open::write ? O_RDWR : O_RDWR | O_CREAT | O_TRUNC;
  Descriptor fd(again_if_interrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0600); }));
  if (!fd) return errno;
  file = std::make_unique<PosixFile>(std::move(fd));
  return 0;
}

int PosixDisk::rename(const std::string& from, const std::string& to) { return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno; }

int PosixDisk::unlink(const std::string& path) { return ::unlink(path.c_str()) == 0 ? 0 : errno; }

int PosixDisk::list(const std::string& dir, std::vector<std::string>& names) {
  DIR* open = ::opendir(dir.c_str());
  if (!open) return errno;
  names.clear();
  errno = 0;
  while (const dirent* entry = ::readdir(open)) {
    if (entry->d_type != DT_DIR) names.emplace_back(entry->d_name);
    errno = 0;
  }
  const int error = errno;
  ::closedir(open);
  return error;
}

int PosixDisk::make_dir(const std::string& dir) {
  const size_t end = dir.find_last_not_of('/');
  if (end == std::string::npos) return 0;  // the root
  const std::string path = dir.substr(0, end + 1);
  if (::mkdir(path.c_str(), 0700) == 0) return sync_dir(parent_of(path));
  if (errno == EEXIST) return open_dir(path) ? 0 : errno;
  if (errno != ENOENT) return errno;
  if (const int error = make_dir(parent_of(path))) return error;
  return ::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST ? sync_dir(parent_of(path)) : errno;
}

int PosixDisk::sync_dir(const std::string& dir) {
  const Descriptor fd = open_dir(dir);
  return fd && ::fsync(fd.get()) == 0 ? 0 : errno;
}

// Who was killed a moment ago may not have let go of it yet.
int PosixDisk::lock(const std::string& dir, std::unique_ptr<Lock>& lock) {
  constexpr int kTries = 100;
  constexpr timespec kPause{0, 10'000'000};
  Descriptor fd = open_dir(dir);
  if (!fd) return errno;
  for (int tries = 1; ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0; ++tries) {
    if (errno != EWOULDBLOCK || tries == kTries) return errno;
    ::nanosleep(&kPause, nullptr);
  }
  lock = std::make_unique<Held>(std::move(fd));
  return 0;
}

}  // namespace leat::hub::log
