#include "stages/transform/bucket.h"

#include <cmath>

#include <fmt/format.h>

#include "core/base/text.h"

namespace leat {
namespace {

constexpr double kLongest = 365.0 * 86400 * 1e9;  // nanoseconds between two records

// 0: it is none.
Duration period_of(std::string_view word) {
  const bool counted = !word.empty() && word[0] >= '0' && word[0] <= '9';
  return text::duration(counted ? std::string(word) : fmt::format("1{}", word)).value_or(Duration(0));
}

}  // namespace

Result<Rate> rate_of(std::string_view text) {
  const size_t slash = text.find('/');
  const auto count = text::number(text.substr(0, slash));
  const Duration period = slash == std::string_view::npos ? Duration(0) : period_of(text.substr(slash + 1));
  if (!count || period.count() <= 0)
    return Error{Error::Kind::usage, fmt::format("wants a rate such as 100/s, 0.5/s or 10/m, not {}", text::quoted(text)), {}};
  if (*count <= 0) return Error{Error::Kind::usage, fmt::format("a rate is more than 0, not {}", text::quoted(text)), {}};
  if (static_cast<double>(period.count()) / *count > kLongest)
    return Error{Error::Kind::usage, fmt::format("{} is less than one record in a year", text::quoted(text)), {}};
  return Rate{*count, period};
}

Bucket::Bucket(const Rate& rate, uint64_t burst)
    : interval_(of(static_cast<double>(rate.period.count()) / rate.count)),
      depth_(of(static_cast<double>(rate.period.count()) / rate.count * static_cast<double>(burst - 1))) {}

Bucket::Time Bucket::of(double nanoseconds) {
  const double whole = std::floor(nanoseconds);
  return {static_cast<int64_t>(whole), nanoseconds - whole};
}

Instant Bucket::next() const {
  const bool part = full_.part > depth_.part;  // what is not a whole nanosecond is waited for
  return Instant(Duration(full_.whole - depth_.whole + (part ? 1 : 0)));
}

void Bucket::take(Instant at) {
  if (const int64_t now = at.time_since_epoch().count(); full_.whole + (full_.part > 0 ? 1 : 0) < now) full_ = {now, 0};
  full_.whole += interval_.whole;
  full_.part += interval_.part;
  if (full_.part >= 1) full_.part -= 1, full_.whole += 1;
}

}  // namespace leat
