#include "core/stage/backoff.h"

#include <algorithm>
#include <cmath>

namespace leat {
namespace {

bool named(const std::vector<std::string>& words, std::string_view code, std::string_view text) {
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string& word) { return word == code || text.find(word) != std::string_view::npos; });
}

}  // namespace

bool Backoff::worth_another(std::string_view code, std::string_view text) const {
  if (named(retry_.never, code, text)) return false;
  return retry_.on.empty() || named(retry_.on, code, text);
}

Duration Backoff::longest(const Retry& retry, uint64_t attempts) {
  const auto k = static_cast<double>(std::max<uint64_t>(attempts, 1));
  double factor = 1;
  if (retry.kind == Retry::Kind::exponential) factor = std::pow(2.0, std::min(k - 1, 62.0));
  if (retry.kind == Retry::Kind::linear) factor = k;
  // Compared before it is made whole again: a year times 2^62 fits in no Duration.
  const double wait = static_cast<double>(retry.base.count()) * factor;
  return wait < static_cast<double>(retry.max.count()) ? Duration(static_cast<int64_t>(wait)) : retry.max;
}

std::optional<Duration> Backoff::failed(Instant now, std::string_view code, std::string_view text) {
  if (attempts_++ == 0) first_ = now;
  last_ = now;
  if (attempts_ >= retry_.attempts || !worth_another(code, text)) return std::nullopt;
  const auto most = static_cast<double>(longest(retry_, attempts_).count());
  const double chance = static_cast<double>(random_->next() >> 11) * 0x1p-53;  // from 0, less than 1
  return Duration(static_cast<int64_t>(most * (retry_.least + (1 - retry_.least) * chance)));
}

}  // namespace leat
