#include "core/hub/log/disk.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace leat::hub::log {

Io read_all(File& file, uint64_t offset, char* to, size_t size) {
  Io all;
  while (all.bytes < size && all.error == 0) {
    const Io got = file.pread(offset + all.bytes, to + all.bytes, size - all.bytes);
    all.bytes += got.bytes;
    all.error = got.error;
    if (got.bytes == 0) break;
  }
  return all;
}

int write_all(File& file, uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const Io put = file.pwrite(offset, bytes);
    if (put.error != 0) return put.error;
    if (put.bytes == 0) return EIO;  // a device that takes nothing and says nothing would be asked for ever
    offset += put.bytes;
    bytes.remove_prefix(put.bytes);
  }
  return 0;
}

bool passing(int error) { return error == ENOSPC || error == EDQUOT || error == EMFILE || error == ENFILE || error == ENOMEM; }

Error cannot(std::string_view what, const std::string& path, int error) {
  return {Error::Kind::io, fmt::format("cannot {} {}: {}", what, path, std::strerror(error)), {}};
}

}  // namespace leat::hub::log
