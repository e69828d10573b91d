#include "cli/report.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
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

// What a record holds must not move the cursor, nor look like a line of its own.
std::string visible(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool second = c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;  // a control of U+0080 on
    if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (c < 0x20 || c == 0x7F)
      out += fmt::format("\\x{:02x}", c);
    else if (second)
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(text[++i]));
    else
      out += text[i];
  }
  return out;
}

// Shorter by so many bytes at least, and still UTF-8.
std::string cut(std::string text, size_t excess) {
  static constexpr std::string_view kMore = "...";
  size_t end = text.size() - std::min(text.size(), excess + kMore.size());
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.erase(end).append(kMore);
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

std::string Reporter::line_of(Level level, std::string_view text) const {
  static constexpr std::string_view kNames[] = {"note", "warning", "error"};
  if (!json_) return fmt::format("{} {}\n", colour_ ? kPainted : kName, text);
  std::string line = fmt::format(R"({{"time":"{}","level":"{}","message":)", text::rfc3339(clock_.now()), kNames[static_cast<int>(level)]);
  json::quote(text, line);
  return line += "}\n";
}

void Reporter::say(Level level, std::string_view text) const {
  if (quiet_ && level == Level::note) return;
  write_all(STDERR_FILENO, line_of(level, text));
}

bool Reporter::offer(Level level, std::string_view text) const {
  static constexpr int kPatience = 1000;  // ms
  if (quiet_ && level == Level::note) return true;
  std::string shown = json_ ? std::string(text) : visible(text);
  std::string line = line_of(level, shown);
  // What JSON escapes is up to six times as long as what is cut off for it.
  for (const size_t escaped = json_ ? 6 : 1; line.size() > PIPE_BUF; line = line_of(level, shown))
    shown = cut(std::move(shown), (line.size() - PIPE_BUF + escaped - 1) / escaped);
  pollfd room{STDERR_FILENO, POLLOUT, 0};
  int ready = 0;
  do ready = poll(&room, 1, stuck_ ? 0 : kPatience);
  while (ready < 0 && errno == EINTR);
  stuck_ = ready == 0;
  return ready > 0 && write_all(STDERR_FILENO, line) == 0;
}

}  // namespace leat
