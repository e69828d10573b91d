#include "core/hub/broker/folder.h"

#include <fmt/format.h>

#include "core/data/artifact.h"

namespace leat::hub {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

std::string folder_of(std::string_view history) {
  std::string out;
  for (const char c : history) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || (c == '.' && !out.empty());
    if (plain)
      out += c;
    else
      out += fmt::format("%{:02x}", static_cast<unsigned char>(c));
  }
  return out;
}

std::optional<std::string> history_in(std::string_view folder) {
  std::string out;
  for (size_t at = 0; at < folder.size(); ++at) {
    if (folder[at] != '%') {
      out += folder[at];
      continue;
    }
    if (folder.size() - at < 3) return std::nullopt;
    const int high = digit(folder[at + 1]), low = digit(folder[at + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    at += 2;
  }
  if (out.empty() || folder_of(out) != folder) return std::nullopt;
  return out;
}

size_t frame_length(std::string_view bytes) {
  const uint64_t size = artifact::frame_size(bytes);
  return size <= bytes.size() ? size : 0;
}

}  // namespace leat::hub
