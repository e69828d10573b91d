#include "core/stage/settings.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/text.h"

namespace leat {
namespace {

const Option* declared(std::span<const Option> options, std::string_view name) {
  const auto at = std::find_if(options.begin(), options.end(), [&](const Option& option) { return option.name == name; });
  return at == options.end() ? nullptr : &*at;
}

Error expected(std::string_view what, std::string_view text) {
  return {Error::Kind::usage, fmt::format("wants {}, not {}", what, text::quoted(text)), {}};
}

bool chosen(std::string_view choices, std::string_view word) {
  const auto known = text::split(choices, '|');
  return std::find(known.begin(), known.end(), word) != known.end();
}

bool name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

bool named_well(std::string_view name) {
  return !name.empty() && name[0] != '-' && name[0] != '.' && std::all_of(name.begin(), name.end(), name_byte);
}

// Of NAME=EXPR, how long the name is; 0 for a bare expression. `a == 1` and `.a = 1` are expressions.
size_t name_length(std::string_view word) {
  const size_t at = word.find('=');
  if (at == std::string_view::npos || !named_well(word.substr(0, at)) || word.substr(at + 1).starts_with('=')) return 0;
  return at;
}

Done check_scalar(Option::Kind kind, std::string_view text) {
  using Kind = Option::Kind;
  switch (kind) {
    case Kind::flag:
      if (text != "true" && text != "false") return expected("true or false", text);
      break;
    case Kind::count:
      if (const auto n = text::whole(text); !n || *n == 0) return expected("a whole number, 1 or more", text);
      break;
    case Kind::number:
      if (!text::number(text)) return expected("a number", text);
      break;
    case Kind::duration:
      if (const auto d = text::duration(text); !d || d->count() <= 0) return expected("a duration such as 250ms, 1.5s, 5m or 1h", text);
      break;
    case Kind::size:
      if (const auto n = text::size(text); !n || *n == 0) return expected("a size such as 4096, 64KiB or 1MB", text);
      break;
    default:
      if (text.empty()) return expected("a value", text);
      break;
  }
  return {};
}

Option::Kind kind_named(std::string_view word) {
  using Kind = Option::Kind;
  if (word == "count" || word == "tries") return Kind::count;
  if (word == "number") return Kind::number;
  if (word == "duration") return Kind::duration;
  if (word == "size") return Kind::size;
  return Kind::text;
}

Done check_pair(const Option& option, std::string_view key, std::string_view text) {
  std::vector<std::string_view> known;
  for (std::string_view choice : text::split(option.choices, '|')) {
    const size_t colon = choice.find(':');
    const std::string_view name = choice.substr(0, colon), kind = colon == std::string_view::npos ? "text" : choice.substr(colon + 1);
    known.push_back(name);
    if (name != key) continue;
    if (kind == "alone") return text.empty() ? Done() : expected(fmt::format("{} without a value", name), text);
    if (kind == "tries" && text == "forever") return {};
    return check_scalar(kind_named(kind), text);
  }
  Error error = expected(fmt::format("{}", fmt::join(known, ", ")), key);
  if (const auto near = text::nearest(key, known)) error.hint = fmt::format("did you mean {}?", *near);
  return error;
}

}  // namespace

const Setting* Settings::find(std::string_view name) const {
  const auto at = std::find_if(given_.begin(), given_.end(), [&](const Setting& setting) { return setting.name == name; });
  return at == given_.end() ? nullptr : &*at;
}

void Settings::remove(std::string_view name) {
  std::erase_if(given_, [&](const Setting& setting) { return setting.name == name; });
}

Setting& Settings::put(std::string_view name) {
  const auto at = std::find_if(given_.begin(), given_.end(), [&](const Setting& setting) { return setting.name == name; });
  if (at != given_.end()) return *at;
  given_.push_back({std::string(name), {}, {}});
  return given_.back();
}

bool Settings::flag(std::string_view name) const { return text(name).value_or("false") == "true"; }

std::optional<std::string> Settings::text(std::string_view name) const {
  if (const Setting* setting = find(name); setting && !setting->values.empty()) return setting->values.back().text;
  const Option* option = declared(options_, name);
  if (!option || option->fallback.empty()) return std::nullopt;
  return std::string(option->fallback);
}

std::optional<uint64_t> Settings::count(std::string_view name) const {
  const auto word = text(name);
  if (!word) return std::nullopt;
  const auto whole = text::whole(*word);  // every one of 64 bits; a size is counted in doubles
  return whole ? whole : text::size(*word);
}

std::optional<double> Settings::number(std::string_view name) const {
  const auto word = text(name);
  return word ? text::number(*word) : std::nullopt;
}

std::optional<Duration> Settings::duration(std::string_view name) const {
  const auto word = text(name);
  return word ? text::duration(*word) : std::nullopt;
}

std::vector<Setting::Value> Settings::values(std::string_view name) const {
  if (const Setting* setting = find(name)) return setting->values;
  const Option* option = declared(options_, name);
  if (!option || option->fallback.empty()) return {};
  auto made = read_word(*option, option->fallback);
  return made ? *made : std::vector<Setting::Value>{};
}

std::optional<std::string> Settings::pair(std::string_view name, std::string_view key) const {
  std::optional<std::string> last;
  for (const auto& value : values(name))
    if (value.key == key) last = value.text;
  return last;
}

Done check_value(const Option& option, std::string_view text, std::string_view key) {
  using Kind = Option::Kind;
  switch (option.kind) {
    case Kind::flag:
    case Kind::count:
    case Kind::number:
    case Kind::duration:
    case Kind::size:
      return check_scalar(option.kind, text);
    case Kind::choice:
      if (!chosen(option.choices, text)) return expected(fmt::format("one of {}", fmt::join(text::split(option.choices, '|'), ", ")), text);
      return {};
    case Kind::pairs:
      return check_pair(option, key, text);
    case Kind::named:
      if (!named_well(key)) return expected("NAME=EXPR, the name of letters, digits, _ - and .", key);
      break;
    case Kind::keys:
      if (!key.empty() && !named_well(key)) return expected("EXPR or NAME=EXPR, the name of letters, digits, _ - and .", key);
      break;
    case Kind::text:
    case Kind::expr:
    case Kind::end:
      break;
    case Kind::words:
      return {};  // an argument of a command may be empty
  }
  if (text.empty()) return expected("a value", text);
  return {};
}

bool repeats(const Option& option, std::string_view key) {
  const auto keys = text::split(option.choices, '|');
  return std::any_of(keys.begin(), keys.end(),
                     [&](std::string_view word) { return word.starts_with(key) && word.substr(key.size()) == ":words"; });
}

Result<std::vector<Setting::Value>> read_word(const Option& option, std::string_view word) {
  using Kind = Option::Kind;
  std::vector<Setting::Value> values;
  if (option.kind == Kind::pairs) {
    for (std::string_view part : text::split(word, ',')) {
      const size_t at = part.find('=');
      values.push_back({std::string(part.substr(0, at)), std::string(at == std::string_view::npos ? "" : part.substr(at + 1)), {}, {}});
    }
  } else {
    const size_t at = option.kind == Kind::named || option.kind == Kind::keys ? name_length(word) : 0;
    if (option.kind == Kind::named && at == 0) return expected("NAME=EXPR", word);
    values.push_back({std::string(word.substr(0, at)), std::string(at == 0 ? word : word.substr(at + 1)), {}, {}});
  }
  for (const auto& value : values)
    if (auto good = check_value(option, value.text, value.key); !good) return good.error();
  return values;
}

}  // namespace leat
