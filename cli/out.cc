#include "cli/out.h"

#include <unistd.h>

#include <cstring>

#include <fmt/format.h>

#include "cli/report.h"

namespace leat {

Done Out::flush(bool all) {
  if (!all && text.size() < kPiece) return {};
  const int error = write_all(STDOUT_FILENO, text);
  text.clear();
  if (error == 0) return {};
  return Error{Error::Kind::io, fmt::format("standard output: {}", std::strerror(error)), {}};
}

}  // namespace leat
