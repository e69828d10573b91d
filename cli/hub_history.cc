#include "cli/hub_history.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/hub/subject.h"

namespace leat {
namespace {

constexpr std::string_view kKeys[] = {"name", "count", "bytes", "age", "per-subject"};

Error wrong(std::string_view word, std::string text, std::string hint = {}) {
  return {Error::Kind::usage, fmt::format("--history {}: {}", word, text), std::move(hint)};
}

// False: no value of this key.
bool put(hub::History::Options& made, std::string_view key, std::string_view value) {
  const auto whole = [&](uint64_t& to, auto read) {
    const auto number = read(value);
    if (number && *number > 0) to = static_cast<uint64_t>(*number);
    return number && *number > 0;
  };
  if (key == "name") return made.name = value, static_cast<bool>(hub::check_name(value));
  if (key == "count") return whole(made.count, text::whole);
  if (key == "bytes") return whole(made.bytes, [](std::string_view words) { return text::size(words); });
  if (key == "per-subject") return whole(made.per_subject, text::whole);
  const auto age = text::duration(value);
  if (age) made.age = *age;
  return age && made.age > Duration::zero();
}

}  // namespace

Result<hub::History::Options> history_of_word(std::string_view word, const std::vector<hub::History::Options>& others) {
  hub::History::Options made;
  std::string_view rest = word;
  for (bool first = true; first || !rest.empty(); first = false) {
    const size_t comma = rest.find(',');
    const std::string_view part = rest.substr(0, comma);
    rest = comma == rest.npos ? std::string_view() : rest.substr(comma + 1);
    const size_t equals = part.find('=');
    if (equals == part.npos) {
      if (Done good = hub::check_pattern(part); !good) return good.error();
      made.patterns.emplace_back(part);
      continue;
    }
    const std::string_view key = part.substr(0, equals);
    if (std::find(std::begin(kKeys), std::end(kKeys), key) == std::end(kKeys))
      return wrong(word, fmt::format("knows no {}", text::quoted(key)), fmt::format("{}", fmt::join(kKeys, ", ")));
    if (!put(made, key, part.substr(equals + 1)))
      return wrong(word, fmt::format("{} is no value of {}", text::quoted(part.substr(equals + 1)), key));
  }
  if (made.patterns.empty()) return wrong(word, "wants a pattern");
  if (made.name.empty()) made.name = made.patterns.front();
  for (const auto& other : others)
    for (const std::string& pattern : made.patterns)
      for (const std::string& taken : other.patterns)
        if (hub::overlaps(pattern, taken)) return wrong(word, fmt::format("some subjects of {} are of {} already", pattern, taken));
  return made;
}

}  // namespace leat
