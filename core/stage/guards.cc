#include "core/stage/guards.h"

#include <algorithm>
#include <initializer_list>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/base/text.h"

namespace leat {
namespace {

Error refused(std::string_view option, std::string_view key, std::string_view wants, std::string_view text) {
  return {Error::Kind::usage, fmt::format("{}: {} wants {}, not {}", option, key, wants, text::quoted(text)), {}};
}

// One option of k=v pairs, read key by key; the first value that is out of range is kept as the error.
class Pairs {
 public:
  Pairs(const Settings& settings, std::string_view option) : settings_(settings), option_(option) {}

  void duration(std::string_view key, Duration& into) {
    if (const auto word = settings_.pair(option_, key)) into = text::duration(*word).value_or(into);
  }
  void count(std::string_view key, uint64_t& into) {
    if (const auto word = settings_.pair(option_, key)) into = text::whole(*word).value_or(into);
  }
  template <class Good>
  void number(std::string_view key, double& into, std::string_view wants, Good good) {
    const auto word = settings_.pair(option_, key);
    if (!word) return;
    const auto value = text::number(*word);
    if (!value || !good(*value)) return refuse(key, wants, *word);
    into = *value;
  }
  template <class Enum>
  void choice(std::string_view key, Enum& into, std::initializer_list<std::pair<std::string_view, Enum>> words) {
    const auto word = settings_.pair(option_, key);
    if (!word) return;
    std::vector<std::string_view> known;
    for (const auto& [name, value] : words) {
      if (name == *word) {
        into = value;
        return;
      }
      known.push_back(name);
    }
    refuse(key, fmt::format("{}", fmt::join(known, ", ")), *word);
  }
  std::vector<std::string> all(std::string_view key) {
    std::vector<std::string> found;
    for (const auto& value : settings_.values(option_))
      if (value.key == key) found.push_back(value.text);
    return found;
  }
  void refuse(std::string_view key, std::string_view wants, std::string_view word) {
    if (!error) error = refused(option_, key, wants, word);
  }

  std::optional<Error> error;

 private:
  const Settings& settings_;
  const std::string_view option_;
};

std::optional<Error> read_retry(const Settings& settings, Retry& retry) {
  if (!settings.find("retry")) return {};
  Pairs pairs(settings, "retry");
  retry.attempts = 3;
  if (settings.pair("retry", "attempts") == "forever")
    retry.attempts = Retry::kForever;
  else
    pairs.count("attempts", retry.attempts);
  pairs.duration("base", retry.base);
  pairs.duration("max", retry.max);
  using Kind = Retry::Kind;
  pairs.choice<Kind>("kind", retry.kind, {{"exponential", Kind::exponential}, {"linear", Kind::linear}, {"fixed", Kind::fixed}});
  const std::string jitter = settings.pair("retry", "jitter").value_or("full");
  if (jitter == "none")
    retry.least = 1;
  else if (jitter != "full")
    pairs.number("jitter", retry.least, "full, none or the least part of a wait, from 0 to 1", [](double v) { return v >= 0 && v <= 1; });
  retry.on = pairs.all("on");
  retry.never = pairs.all("never");
  if (settings.pair("retry", "base") && retry.base > retry.max)
    pairs.refuse("base", fmt::format("no more than max, {}", text::duration(retry.max)), text::duration(retry.base));
  return pairs.error;
}

std::optional<Error> read_breaker(const Settings& settings, Guards& guards) {
  if (!settings.find("breaker")) return {};
  Pairs pairs(settings, "breaker");
  Breaker::Options& how = guards.breaker.emplace();
  pairs.number("rate", how.rate, "more than 0 and at most 1", [](double v) { return v > 0 && v <= 1; });
  pairs.count("min", how.min);
  pairs.duration("over", how.over);
  pairs.duration("open", how.open);
  pairs.count("probes", how.probes);
  pairs.number("growth", how.growth, "1 or more, 1000 at most", [](double v) { return v >= 1 && v <= 1000; });
  pairs.duration("open_max", how.open_max);
  pairs.choice<WhileOpen>("while_open", guards.while_open,
                          {{"dlq", WhileOpen::refuse}, {"drop", WhileOpen::drop}, {"pause", WhileOpen::pause}});
  if (!settings.pair("breaker", "open_max")) how.open_max = std::max(how.open_max, how.open);
  if (how.open > how.open_max)
    pairs.refuse("open", fmt::format("no more than open_max, {}", text::duration(how.open_max)), text::duration(how.open));
  return pairs.error;
}

}  // namespace

Result<Guards> guards_of(const Settings& settings) {
  Guards guards;
  if (auto error = read_retry(settings, guards.retry)) return std::move(*error);
  if (auto error = read_breaker(settings, guards)) return std::move(*error);
  guards.timeout = settings.duration("timeout");
  if (const auto limit = settings.count("limit")) guards.limit = static_cast<size_t>(*limit);
  return guards;
}

}  // namespace leat
