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

Error expected(const Option& option, std::string_view what, std::string_view text) {
  return {Error::Kind::usage, fmt::format("{} wants {}, not {}", option.operand ? option.value : option.name, what, text::quoted(text)), {}};
}

bool chosen(std::string_view choices, std::string_view word) {
  const auto known = text::split(choices, '|');
  return std::find(known.begin(), known.end(), word) != known.end();
}

}  // namespace

const Setting* Settings::find(std::string_view name) const {
  const auto at = std::find_if(given_.begin(), given_.end(), [&](const Setting& setting) { return setting.name == name; });
  return at == given_.end() ? nullptr : &*at;
}

Setting& Settings::put(std::string_view name) {
  const auto at = std::find_if(given_.begin(), given_.end(), [&](const Setting& setting) { return setting.name == name; });
  if (at != given_.end()) return *at;
  given_.push_back({std::string(name), {}, {}});
  return given_.back();
}

bool Settings::flag(std::string_view name) const {
  const Setting* setting = find(name);
  return setting && (setting->values.empty() || setting->values.back().text != "false");
}

std::optional<std::string> Settings::text(std::string_view name) const {
  if (const Setting* setting = find(name); setting && !setting->values.empty()) return setting->values.back().text;
  const Option* option = declared(options_, name);
  if (!option || option->fallback.empty()) return std::nullopt;
  return std::string(option->fallback);
}

std::optional<uint64_t> Settings::count(std::string_view name) const {
  const auto word = text(name);
  return word ? text::size(*word) : std::nullopt;
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
  const Setting* setting = find(name);
  return setting ? setting->values : std::vector<Setting::Value>{};
}

std::optional<std::string> Settings::pair(std::string_view name, std::string_view key) const {
  const Setting* setting = find(name);
  if (!setting) return std::nullopt;
  for (const auto& value : setting->values)
    if (value.key == key) return value.text;
  return std::nullopt;
}

Done check_value(const Option& option, std::string_view text) {
  using Kind = Option::Kind;
  switch (option.kind) {
    case Kind::flag:
      if (text != "true" && text != "false") return expected(option, "true or false", text);
      break;
    case Kind::count:
      if (const auto n = text::whole(text); !n || *n == 0) return expected(option, "a whole number, 1 or more", text);
      break;
    case Kind::number:
      if (!text::number(text)) return expected(option, "a number", text);
      break;
    case Kind::duration:
      if (const auto d = text::duration(text); !d || d->count() <= 0) return expected(option, "a duration such as 250ms, 1.5s, 5m or 1h", text);
      break;
    case Kind::size:
      if (const auto n = text::size(text); !n || *n == 0) return expected(option, "a size such as 4096, 64KiB or 1MB", text);
      break;
    case Kind::choice:
      if (!chosen(option.choices, text)) return expected(option, fmt::format("one of {}", option.choices), text);
      break;
    case Kind::text:
    case Kind::expr:
    case Kind::named:
    case Kind::keys:
    case Kind::pairs:
    case Kind::words:
      if (text.empty()) return expected(option, "a value", text);
      break;
  }
  return {};
}

}  // namespace leat
