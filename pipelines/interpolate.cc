#include "pipelines/interpolate.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/text.h"

namespace leat {
namespace {

bool variable_name(std::string_view name) {
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

Result<std::string> contents(std::string_view path, const Outside& outside) {
  auto read = outside.read_file(std::string(path));
  if (read)
    while (!read->empty() && (read->back() == '\n' || read->back() == '\r')) read->pop_back();
  return read;
}

Result<std::string> value_of(std::string_view inside, const Outside& outside) {
  if (inside.starts_with("file:")) return contents(inside.substr(5), outside);
  const size_t colon = inside.find(':');
  const std::string_view name = inside.substr(0, colon), rest = colon == inside.npos ? std::string_view() : inside.substr(colon);
  if (!variable_name(name) || !(rest.empty() || rest.starts_with(":-") || rest.starts_with(":?")))
    return Error{Error::Kind::config, fmt::format("${{{}}} is not understood", inside),
                 "${VAR}, ${VAR:-default}, ${VAR:?message} or ${file:PATH}; a literal ${ is $${"};
  const auto value = outside.environment.get(name);
  // As in the shell: with a colon an empty variable counts as missing.
  if (value && (rest.empty() || !value->empty())) return *value;
  if (rest.starts_with(":-")) return std::string(rest.substr(2));
  if (rest.size() > 2) return Error{Error::Kind::config, fmt::format("{}: {}", name, rest.substr(2)), {}};
  return Error{Error::Kind::config, fmt::format("the variable {} is not set", name),
               fmt::format("${{{}:-default}} gives it a default", name)};
}

}  // namespace

Result<Interpolated> interpolate(std::string_view text, const Outside& outside) {
  Interpolated made;
  for (size_t at = 0; at < text.size();) {
    const size_t next = text.find('$', at);
    made.text += text.substr(at, next - at);
    if (next == text.npos) break;
    const std::string_view rest = text.substr(next);
    if (rest.starts_with("$${")) {
      made.text += "${";
      at = next + 3;
    } else if (rest.starts_with("${")) {
      const size_t end = rest.find('}');
      if (end == rest.npos) return Error{Error::Kind::config, "${ is never closed", "a literal ${ is $${"};
      auto value = value_of(rest.substr(2, end - 2), outside);
      if (!value) return value.error();
      made.text += *value;
      made.changed = true;
      at = next + end + 1;
    } else {
      made.text += '$';
      at = next + 1;
    }
  }
  return made;
}

std::string escape_dollars(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("${")) out += '$';
    out += text[i];
  }
  return out;
}

}  // namespace leat
