#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

namespace leat::text {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

// Splits "1.5s" into 1.5 and "s"; nothing for a sign, an empty number or a missing digit.
std::optional<std::pair<double, std::string_view>> amount(std::string_view word) {
  if (word.empty() || !(word[0] >= '0' && word[0] <= '9')) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, std::chars_format::fixed);
  if (error != std::errc()) return std::nullopt;
  return std::pair{value, word.substr(static_cast<size_t>(end - word.data()))};
}

// Two digits; far below zero where one is none. For a time this is half of what a loop with a bound takes.
int64_t two_digits(const char* at) {
  const unsigned tens = static_cast<unsigned char>(at[0]) - '0', ones = static_cast<unsigned char>(at[1]) - '0';
  return tens <= 9 && ones <= 9 ? static_cast<int64_t>(tens * 10 + ones) : INT32_MIN;
}

}  // namespace

std::optional<Duration> duration(std::string_view word) {
  static constexpr std::array<Unit, 7> kUnits{
      {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}, {"d", 86400e9}}};
  const auto parts = amount(word);
  if (!parts) return std::nullopt;
  for (const Unit& unit : kUnits) {
    if (parts->second != unit.name) continue;
    const double ns = parts->first * unit.factor;
    if (ns > 9e18) return std::nullopt;
    return Duration(static_cast<int64_t>(std::llround(ns)));
  }
  return std::nullopt;
}

std::string duration(Duration value) {
  static constexpr std::array<std::pair<std::string_view, int64_t>, 7> kUnits{{{"d", 86'400'000'000'000},
                                                                               {"h", 3'600'000'000'000},
                                                                               {"m", 60'000'000'000},
                                                                               {"s", 1'000'000'000},
                                                                               {"ms", 1'000'000},
                                                                               {"us", 1'000},
                                                                               {"ns", 1}}};
  for (const auto& [name, ns] : kUnits)
    if (value.count() % ns == 0 && value.count() != 0) return fmt::format("{}{}", value.count() / ns, name);
  return "0s";
}

std::optional<uint64_t> size(std::string_view word) {
  static constexpr std::array<Unit, 10> kUnits{{{"", 1},
                                                {"B", 1},
                                                {"kB", 1e3},
                                                {"KB", 1e3},
                                                {"MB", 1e6},
                                                {"GB", 1e9},
                                                {"KiB", 1024.0},
                                                {"MiB", 1024.0 * 1024},
                                                {"GiB", 1024.0 * 1024 * 1024},
                                                {"TiB", 1024.0 * 1024 * 1024 * 1024}}};
  const auto parts = amount(word);
  if (!parts) return std::nullopt;
  for (const Unit& unit : kUnits) {
    if (parts->second != unit.name) continue;
    const double bytes = parts->first * unit.factor;
    if (bytes > 9e18 || bytes != std::floor(bytes)) return std::nullopt;
    return static_cast<uint64_t>(bytes);
  }
  return std::nullopt;
}

std::string size(uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes);
  std::string_view unit;
  for (std::string_view next : {"KiB", "MiB", "GiB", "TiB"}) {
    value /= 1024;
    unit = next;
    if (value < 1024) break;
  }
  return fmt::format("{:.1f} {}", value, unit);
}

std::optional<uint64_t> whole(std::string_view word) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size() || word.empty()) return std::nullopt;
  return value;
}

std::optional<double> number(std::string_view word) {
  // from_chars also takes "inf", ".5", "5." and "01", which are not JSON.
  size_t at = !word.empty() && word[0] == '-' ? 1 : 0;
  const auto digit = [&](size_t i) { return i < word.size() && word[i] >= '0' && word[i] <= '9'; };
  if (!digit(at) || (word[at] == '0' && digit(at + 1))) return std::nullopt;
  while (digit(at)) ++at;
  if (at < word.size() && word[at] == '.') {
    if (!digit(++at)) return std::nullopt;
    while (digit(at)) ++at;
  }
  if (at < word.size() && (word[at] == 'e' || word[at] == 'E')) {
    ++at;
    if (at < word.size() && (word[at] == '+' || word[at] == '-')) ++at;
    if (!digit(at)) return std::nullopt;
    while (digit(at)) ++at;
  }
  if (at != word.size()) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error == std::errc::result_out_of_range) return std::strtod(std::string(word).c_str(), nullptr);
  return value;
}

std::optional<Instant> rfc3339(std::string_view word) {
  using namespace std::chrono;
  if (word.size() < 20) return std::nullopt;
  const char* const text = word.data();
  const int64_t y = two_digits(text) * 100 + two_digits(text + 2), mo = two_digits(text + 5), d = two_digits(text + 8),
                h = two_digits(text + 11), mi = two_digits(text + 14);
  int64_t s = two_digits(text + 17);
  if (y < 0 || mo < 0 || d < 0 || h < 0 || mi < 0 || s < 0) return std::nullopt;
  const auto is = [&](size_t at, auto... any) { return at < word.size() && ((word[at] == any) || ...); };
  if (!is(4, '-') || !is(7, '-') || !is(10, 'T', 't', ' ') || !is(13, ':') || !is(16, ':')) return std::nullopt;
  const year_month_day date{year(static_cast<int>(y)), month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d))};
  if (!date.ok() || h > 23 || mi > 59 || s > 60) return std::nullopt;
  // Nanoseconds since 1970 fit 64 bits from 1677-09-22 to 2262-04-11.
  if (y < 1678 || y > 2261) return std::nullopt;
  int64_t ns = 0;
  size_t at = 19;
  if (is(at, '.')) {
    int64_t unit = 100'000'000;
    if (!(++at < word.size() && word[at] >= '0' && word[at] <= '9')) return std::nullopt;
    for (; at < word.size() && word[at] >= '0' && word[at] <= '9'; ++at, unit /= 10) ns += (word[at] - '0') * unit;
  }
  if (s == 60) s = 59, ns = 999'999'999;
  int64_t offset = 0;
  if (is(at, 'Z', 'z')) {
    ++at;
  } else if (is(at, '+', '-')) {
    if (word.size() < at + 6 || text[at + 3] != ':') return std::nullopt;
    const int64_t oh = two_digits(text + at + 1), om = two_digits(text + at + 4);
    if (oh < 0 || om < 0 || oh > 23 || om > 59) return std::nullopt;
    offset = (oh * 60 + om) * (word[at] == '-' ? -60 : 60);
    at += 6;
  } else {
    return std::nullopt;
  }
  if (at != word.size()) return std::nullopt;
  return Instant(sys_days(date)) + hours(h) + minutes(mi) + seconds(s - offset) + nanoseconds(ns);
}

std::string rfc3339(Instant time) {
  using namespace std::chrono;
  const auto day_start = floor<days>(time);
  const year_month_day date(day_start);
  const hh_mm_ss<Duration> clock(time - day_start);
  std::string out = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                                static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  if (const auto ns = clock.subseconds().count(); ns != 0) {
    std::string fraction = fmt::format(".{:09}", ns);
    fraction.resize(fraction.find_last_not_of('0') + 1);
    out += fraction;
  }
  return out + "Z";
}

bool utf8(std::string_view bytes) { return simdjson::validate_utf8(bytes.data(), bytes.size()); }

size_t find(std::string_view text, std::string_view part, size_t from) {
  if (from > text.size() || part.size() > text.size() - from) return std::string_view::npos;
  if (part.empty()) return from;  // neither may have an address, which memmem would not take
  const void* at = memmem(text.data() + from, text.size() - from, part.data(), part.size());
  return at ? static_cast<size_t>(static_cast<const char*>(at) - text.data()) : std::string_view::npos;
}

size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before, last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = std::exchange(last, row);
  }
  return last[b.size()];
}

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known) {
  std::optional<std::string_view> best;
  size_t least = word.size() / 3 + 2;  // three wrong letters in a word of six is another word
  for (std::string_view candidate : known) {
    const size_t edits = distance(word, candidate);
    if (edits < least && edits < candidate.size()) least = edits, best = candidate;
  }
  return best;
}

std::vector<std::string_view> split(std::string_view list, char by) {
  std::vector<std::string_view> parts;
  for (size_t at = 0;;) {
    const size_t end = list.find(by, at);
    parts.push_back(list.substr(at, end - at));
    if (end == std::string_view::npos) return parts;
    at = end + 1;
  }
}

std::string quoted(std::string_view word) {
  std::string out = "'";
  for (char c : word.substr(0, 60)) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else
      out += c;
  }
  return out + (word.size() > 60 ? "...'" : "'");
}

}  // namespace leat::text
