#include "cli/world.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>

#include <fmt/format.h>

#include "cli/report.h"
#include "core/base/text.h"

namespace leat {

uint64_t RealRandom::next() {
  uint64_t bits = 0;
  // Eight bytes come whole once the kernel's pool is ready, which it is before any user program runs.
  [[maybe_unused]] const ssize_t got = getrandom(&bits, sizeof bits, 0);
  return bits;
}

std::optional<std::string> RealEnvironment::get(std::string_view name) const {
  const char* value = std::getenv(std::string(name).c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

std::vector<std::pair<std::string, std::string>> RealEnvironment::all() {
  std::vector<std::pair<std::string, std::string>> found;
  for (char** at = environ; at && *at; ++at) {
    const std::string_view entry = *at;
    const size_t equals = entry.find('=');
    if (equals != std::string_view::npos) found.emplace_back(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return found;
}

Result<std::string> read_small_file(const std::string& path) {
  constexpr size_t kMax = 8u << 20;
  const auto failed = [&](int error) {
    return Error{error == ENOENT || error == ENOTDIR ? Error::Kind::no_input : Error::Kind::io,
                 fmt::format("{}: {}", path, std::strerror(error)),
                 {}};
  };
  const int fd = path == "-" ? dup(STDIN_FILENO) : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return failed(errno);
  std::string text;
  char buffer[16384];
  ssize_t got = 0;
  while (text.size() <= kMax && ((got = read(fd, buffer, sizeof buffer)) > 0 || (got < 0 && errno == EINTR)))
    if (got > 0) text.append(buffer, static_cast<size_t>(got));
  const int error = errno;
  close(fd);
  if (got < 0) return failed(error);
  if (text.size() > kMax) return Error{Error::Kind::no_input, fmt::format("{}: longer than {}", path, text::size(kMax)), {}};
  return text;
}

Done replace_file(const std::string& path, std::string_view bytes) {
  const auto failed = [&] { return Error{Error::Kind::io, fmt::format("cannot write {}: {}", path, std::strerror(errno)), {}}; };
  struct stat info {};
  const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), std::free);
  if (!real || ::stat(real.get(), &info) != 0) return failed();
  const std::string target = real.get();
  const size_t slash = target.rfind('/') + 1;
  std::string beside = target.substr(0, slash) + "." + target.substr(slash) + ".XXXXXX";
  const int fd = ::mkostemp(beside.data(), O_CLOEXEC);
  if (fd < 0) return failed();
  int error = ::fchmod(fd, info.st_mode & 07777) == 0 ? write_all(fd, bytes) : errno;
  if (error == 0 && ::fsync(fd) != 0) error = errno;
  if (::close(fd) != 0 && error == 0) error = errno;
  if (error == 0 && ::rename(beside.c_str(), target.c_str()) != 0) error = errno;
  if (error == 0) return {};
  ::unlink(beside.c_str());
  errno = error;
  return failed();
}

bool write_file(const std::string& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bool(out.flush());
}

}  // namespace leat
