#include "core/io/memory_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace leat {
namespace {

Error no_memory() { return {Error::Kind::io, fmt::format("a file in memory: {}", std::strerror(errno)), {}}; }

}  // namespace

Result<MemoryFile> MemoryFile::make() {
  const int fd = ::memfd_create("leat", MFD_CLOEXEC);
  if (fd < 0) return no_memory();
  return MemoryFile(fd);
}

// The two ends share one position, which is the reader's: what is added is written to its own place.
Descriptor MemoryFile::reader() { return {::fcntl(writing_.fd(), F_DUPFD_CLOEXEC, 0), Descriptor::Kind::file, true}; }

Done MemoryFile::add(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::pwrite(writing_.fd(), bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return no_memory();
    size_ += static_cast<uint64_t>(put);
    bytes.remove_prefix(static_cast<size_t>(put));
  }
  return {};
}

}  // namespace leat
