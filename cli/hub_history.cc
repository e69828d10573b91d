#include "cli/hub_history.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/hub/subject.h"
#include "pipelines/options.h"
#include "pipelines/suggest.h"

namespace leat {
namespace {

using Kind = Option::Kind;

constexpr auto kOptions = std::to_array<Option>({
    {.name = "subjects", .kind = Kind::text, .value = "patterns", .help = "what is kept", .repeat = true},
    {.name = "name", .kind = Kind::text, .value = "a name", .help = "by default the first pattern"},
    {.name = "count", .kind = Kind::count, .value = "a count", .help = "so many messages"},
    {.name = "bytes", .kind = Kind::size, .value = "a size", .help = "so many bytes"},
    {.name = "age", .kind = Kind::duration, .value = "a duration", .help = "for so long"},
    {.name = "per_subject", .kind = Kind::count, .value = "a count", .help = "so many of each subject"},
    {.name = "until",
     .kind = Kind::choice,
     .value = "acknowledged",
     .help = "until all durable subscriptions have acknowledged it; what would be more than `bytes` is refused",
     .choices = "acknowledged"},
});

Error wrong(std::string text, std::string hint = {}) { return {Error::Kind::usage, std::move(text), std::move(hint)}; }

// One part of a word: PATTERN or KEY=V.
Done put(Settings& said, std::string_view part) {
  const size_t equals = part.find('=');
  if (equals == part.npos) return said.put("subjects").values.push_back({{}, std::string(part), {}}), Done();
  const std::string_view key = part.substr(0, equals), value = part.substr(equals + 1);
  const Option* option = find_option(kOptions, snake(key));
  if (!option || option->repeat) {
    std::vector<std::string> keys;
    for (const Option& one : kOptions)
      if (!one.repeat) keys.push_back(kebab(one.name));
    return wrong(fmt::format("knows no {}", text::quoted(key)), fmt::format("{}", fmt::join(keys, ", ")));
  }
  if (const Done good = check_value(*option, value); !good) return wrong(fmt::format("{} {}", key, good.error().text));
  said.put(option->name).values.assign(1, {{}, std::string(value), {}});
  return {};
}

constexpr std::string_view kLetters = "$dead.>";
static_assert(kLetters.starts_with(hub::kDead));

}  // namespace

void keep_dead_letters(std::vector<hub::History::Options>& histories) {
  const auto covered = [](const hub::History::Options& one) {
    return std::any_of(one.patterns.begin(), one.patterns.end(), [](const std::string& pattern) { return hub::covers(pattern, kLetters); });
  };
  if (histories.empty() || std::any_of(histories.begin(), histories.end(), covered)) return;
  const bool taken = std::any_of(histories.begin(), histories.end(), [](const auto& one) { return one.name == "dead"; });
  hub::History::Options& made = histories.emplace_back();
  made.name = taken ? kLetters : "dead";
  made.patterns.emplace_back(kLetters);
}

std::span<const Option> history_options() { return kOptions; }

Result<hub::History::Options> history_of(const Settings& said, const std::vector<hub::History::Options>& others) {
  hub::History::Options made;
  for (const Setting::Value& pattern : said.values("subjects")) {
    if (Done good = hub::check_pattern(pattern.text); !good) return good.error();
    made.patterns.push_back(pattern.text);
  }
  if (made.patterns.empty()) return wrong("wants a pattern");
  if (const auto name = said.text("name"); name && !hub::check_name(*name))
    return wrong(fmt::format("{} is no name", text::quoted(*name)), "a name is one word");
  made.name = said.text("name").value_or(made.patterns.front());
  made.count = said.count("count").value_or(0);
  made.bytes = said.count("bytes").value_or(made.bytes);
  made.age = said.duration("age").value_or(made.age);
  made.per_subject = said.count("per_subject").value_or(0);
  made.until_acknowledged = said.find("until") != nullptr;
  if (made.until_acknowledged && (made.count > 0 || made.age > Duration::zero() || made.per_subject > 0))
    return wrong("what is kept until it is acknowledged is bounded by bytes only", "leave out count, age and per-subject");
  for (const std::string& pattern : made.patterns)
    if (hub::overlaps(pattern, kLetters) && !hub::covers(pattern, kLetters))
      return wrong(fmt::format("dead letters are kept together, as {}", kLetters));
  for (const auto& other : others) {
    if (other.name == made.name) return wrong(fmt::format("another history is named {}", made.name));
    for (const std::string& pattern : made.patterns)
      for (const std::string& taken : other.patterns)
        if (hub::overlaps(pattern, taken)) return wrong(fmt::format("some subjects of {} are of {} already", pattern, taken));
  }
  return made;
}

Result<hub::History::Options> history_of_word(std::string_view word, const std::vector<hub::History::Options>& others) {
  const auto here = [&](const Error& error) { return wrong(fmt::format("--history {}: {}", word, error.text), error.hint); };
  Settings said(kOptions);
  for (const std::string_view part : text::split(word, ','))
    if (Done good = put(said, part); !good) return here(good.error());
  auto made = history_of(said, others);
  if (!made) return here(made.error());
  return made;
}

}  // namespace leat
