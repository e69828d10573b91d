#include "cli/report.h"

#include <unistd.h>

#include <cerrno>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/json_text.h"

namespace leat {

int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return errno;
    text.remove_prefix(static_cast<size_t>(put));
  }
  return 0;
}

void Reporter::say(Level level, std::string_view text) const {
  static constexpr std::string_view kNames[] = {"note", "warning", "error"};
  if (quiet_ && level == Level::note) return;
  std::string line;
  if (json_) {
    line = fmt::format(R"({{"time":"{}","level":"{}","message":)", text::rfc3339(clock_.now()), kNames[static_cast<int>(level)]);
    json::quote(text, line);
    line += "}\n";
  } else {
    line = fmt::format("leat: {}\n", text);
  }
  write_all(STDERR_FILENO, line);
}

}  // namespace leat
