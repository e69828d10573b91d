#include "core/io/descriptor.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace leat {

static_assert(Descriptor::kWait == -EAGAIN && EAGAIN == EWOULDBLOCK);

namespace {

Error cannot(std::string_view what, const std::string& name, int code, Error::Kind kind) {
  return {kind, fmt::format("cannot {} {}: {}", what, name, std::strerror(code)), {}};
}

bool ready(int fd, short events) {
  pollfd asked{fd, events, 0};
  return ::poll(&asked, 1, 0) == 1;
}

// The default pipe of 64 KiB makes two computing processes take turns: 2-3 times the wall of a 1 MiB one (speed.md, Measured 1).
void widen(int fd) {
  for (int size : {1 << 20, 1 << 18})
    if (fcntl(fd, F_SETPIPE_SZ, size) >= 0) return;
}

}  // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept { *this = std::move(other); }

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this == &other) return *this;
  close();
  fd_ = std::exchange(other.fd_, -1), owned_ = std::exchange(other.owned_, false), kind_ = std::exchange(other.kind_, Kind::none);
  socket_ = other.socket_, fifo_ = other.fifo_, size_ = other.size_;
  return *this;
}

Descriptor::~Descriptor() { close(); }

void Descriptor::close() {
  if (owned_ && fd_ >= 0) ::close(fd_);
  fd_ = -1, kind_ = Kind::none, owned_ = false;
}

Result<Descriptor> Descriptor::wrap(int fd, bool owned, bool writing, const std::string& name) {
  const auto kind_of_error = writing ? Error::Kind::io : Error::Kind::no_input;
  struct stat info;
  if (fstat(fd, &info) != 0) return cannot(writing ? "write" : "read", name, errno, kind_of_error);
  Descriptor made(fd, Kind::file, owned);
  if (S_ISDIR(info.st_mode)) return cannot("read", name, EISDIR, kind_of_error);
  if (S_ISREG(info.st_mode)) {
    made.size_ = static_cast<uint64_t>(info.st_size);
    return made;
  }
  made.fifo_ = S_ISFIFO(info.st_mode);
  made.socket_ = S_ISSOCK(info.st_mode);
  if (made.fifo_) widen(fd);
  const bool terminal = S_ISCHR(info.st_mode) && isatty(fd);
  if (!made.fifo_ && !made.socket_ && !terminal) return made;  // /dev/null and its like
  if (owned && (fcntl(fd, F_GETFL) & O_NONBLOCK)) {
    made.kind_ = Kind::stream;
    return made;
  }
  made.kind_ = Kind::foreign;
  if (made.socket_) return made;
  const int again =
      ::open(fmt::format("/proc/self/fd/{}", fd).c_str(), (writing ? O_WRONLY : O_RDONLY) | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (again < 0) return made;
  Descriptor fresh(again, Kind::stream, true);
  fresh.fifo_ = made.fifo_;
  return fresh;
}

Result<Descriptor> Descriptor::input(const std::string& path) {
  if (path == "-") return wrap(STDIN_FILENO, false, false, "stdin");
  const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return cannot("open", path, errno, Error::Kind::no_input);
  Descriptor owner(fd, Kind::file, true);
  auto made = wrap(fd, true, false, path);
  if (made) owner.owned_ = false;
  return made;
}

Result<Descriptor> Descriptor::standard_output() { return wrap(STDOUT_FILENO, false, true, "stdout"); }

Result<Descriptor> Descriptor::create(const std::string& path, bool append) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | (append ? O_APPEND : O_TRUNC), 0666);
  if (fd < 0) return cannot("write", path, errno, Error::Kind::io);
  Descriptor owner(fd, Kind::file, true);
  auto made = wrap(fd, true, true, path);
  if (made && made->fd() == fd) owner.owned_ = false;
  return made;
}

Descriptor Descriptor::socket(int fd) {
  Descriptor made(fd, Kind::stream, true);
  made.socket_ = true;
  return made;
}

ssize_t Descriptor::read(char* to, size_t room) {
  if (kind_ == Kind::foreign && !socket_ && !ready(fd_, POLLIN)) return kWait;
  ssize_t got;
  do {
    got = kind_ == Kind::foreign && socket_ ? ::recv(fd_, to, room, MSG_DONTWAIT) : ::read(fd_, to, room);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return -errno;
  // A FIFO that no writer has opened yet reads as ended; only after the last writer left does poll say POLLHUP.
  if (got == 0 && fifo_) {
    pollfd asked{fd_, POLLIN, 0};
    if (::poll(&asked, 1, 0) >= 0 && !(asked.revents & POLLHUP)) return kWait;
  }
  return got;
}

ssize_t Descriptor::write(const char* from, size_t size) {
  if (kind_ == Kind::foreign && !socket_) {
    if (!ready(fd_, POLLOUT)) return kWait;
    size = size < 512 ? size : 512;  // as much as a ready terminal or pipe takes without blocking (POSIX PIPE_BUF)
  }
  ssize_t put;
  do {
    put = socket_ ? ::send(fd_, from, size, MSG_DONTWAIT | MSG_NOSIGNAL) : ::write(fd_, from, size);
  } while (put < 0 && errno == EINTR);
  return put < 0 ? -errno : put;
}

ssize_t Descriptor::send(const iovec* parts, int count) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts);
  message.msg_iovlen = static_cast<size_t>(count);
  ssize_t put;
  do {
    put = ::sendmsg(fd_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (put < 0 && errno == EINTR);
  return put < 0 ? -errno : put;
}

void fill_standard_descriptors() {
  for (int fd : {0, 1, 2}) {
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free number is this one, since those below it are open by now. Input is opened for writing and output for
    // reading only, so that using them fails with EBADF instead of reading nothing or writing nowhere without a word.
    [[maybe_unused]] const int opened = ::open("/dev/null", fd == 1 ? O_RDONLY : O_WRONLY);
  }
}

}  // namespace leat
