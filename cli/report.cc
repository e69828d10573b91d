#include "cli/report.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>

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

namespace {

constexpr std::string_view kName = "leat:", kPainted = "\x1b[1;31mleat:\x1b[0m";

// auto: on a terminal that can, unless NO_COLOR asks otherwise (no-color.org).
bool colour(const Settings& globals) {
  const auto when = globals.text("color").value_or("auto");
  if (when != "auto") return when == "always";
  const auto says = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string_view(value ? value : "");
  };
  return isatty(STDERR_FILENO) && says("NO_COLOR").empty() && says("TERM") != "dumb";
}

}  // namespace

Reporter::Reporter(const Clock& clock, const Settings& globals)
    : clock_(clock), json_(globals.text("log") == "json"), quiet_(globals.flag("quiet")), colour_(!json_ && colour(globals)) {}

std::string painted(std::string_view messages, const Settings& globals) {
  std::string all;
  const bool paint = colour(globals);
  while (!messages.empty()) {
    const size_t end = messages.find('\n');
    const std::string_view line = messages.substr(0, end == std::string_view::npos ? end : end + 1);
    const bool named = paint && line.starts_with(kName);
    if (named) all += kPainted;
    all += line.substr(named ? kName.size() : 0);
    messages.remove_prefix(line.size());
  }
  return all;
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
    line = fmt::format("{} {}\n", colour_ ? kPainted : kName, text);
  }
  write_all(STDERR_FILENO, line);
}

}  // namespace leat
