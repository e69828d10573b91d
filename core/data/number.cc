#include "core/data/number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace leat::number {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

// A number as 0.DIGITS * 10^exponent, the digits without zeros at either end and perhaps with a point among them.
struct Decimal {
  bool negative = false;
  std::string_view digits;
  int64_t exponent = 0;
  bool zero() const { return digits.empty(); }
};

Decimal decimal(std::string_view text) {
  Decimal out;
  if (!text.empty() && text[0] == '-') out.negative = true, text.remove_prefix(1);
  const size_t mark = text.find_first_of("eE");
  int64_t scale = 0;
  if (mark != std::string_view::npos) {
    std::string_view tail = text.substr(mark + 1);
    const bool minus = tail[0] == '-';
    if (minus || tail[0] == '+') tail.remove_prefix(1);
    for (char c : tail) scale = std::min<int64_t>(scale * 10 + (c - '0'), int64_t{1} << 40);
    if (minus) scale = -scale;
    text = text.substr(0, mark);
  }
  const size_t point = std::min(text.find('.'), text.size());
  const size_t first = text.find_first_not_of("0.");
  if (first == std::string_view::npos) return out;
  const size_t last = text.find_last_not_of("0.");
  out.digits = text.substr(first, last + 1 - first);
  const auto distance = static_cast<int64_t>(point) - static_cast<int64_t>(first);
  out.exponent = scale + (first > point ? distance + 1 : distance);
  return out;
}

// 0.DIGITS * 10^point. With an exponent where there would be many zeros in front, or more than `plain` digits before the point.
void spell(bool negative, std::string_view digits, int64_t point, int64_t plain, std::string& out) {
  const auto count = static_cast<int64_t>(digits.size());
  if (negative) out += '-';
  if (point <= -4 || point > plain) {
    const int64_t exponent = point - 1;
    out += digits[0];
    if (count > 1) (out += '.') += digits.substr(1);
    (out += 'e') += exponent < 0 ? '-' : '+';
    if (std::abs(exponent) < 10) out += '0';
    write(std::abs(exponent), out);
  } else if (point <= 0) {
    out.append("0.").append(static_cast<size_t>(-point), '0') += digits;
  } else {
    out += digits.substr(0, static_cast<size_t>(point));
    if (point > count) out.append(static_cast<size_t>(point - count), '0');
    if (point < count) (out += '.') += digits.substr(static_cast<size_t>(point));
  }
}

int compare_digits(std::string_view a, std::string_view b) {
  size_t i = 0, j = 0;
  for (;; ++i, ++j) {
    if (i < a.size() && a[i] == '.') ++i;
    if (j < b.size() && b[j] == '.') ++j;
    if (i >= a.size() || j >= b.size()) return static_cast<int>(i < a.size()) - static_cast<int>(j < b.size());
    if (a[i] != b[j]) return a[i] < b[j] ? -1 : 1;
  }
}

}  // namespace

bool whole(std::string_view text, int64_t& value) {
  const bool negative = !text.empty() && text[0] == '-';
  const std::string_view digits = text.substr(negative);
  if (digits.empty() || digits.size() > 19 || (digits[0] == '0' && text.size() > 1)) return false;
  uint64_t sum = 0;
  for (char c : digits) {
    if (!digit(c)) return false;
    sum = sum * 10 + static_cast<uint64_t>(c - '0');
  }
  if (sum > static_cast<uint64_t>(INT64_MAX) + negative) return false;
  value = static_cast<int64_t>(negative ? 0 - sum : sum);
  return true;
}

namespace {

// The usual number: up to 15 digits and perhaps a point. Then both parts of the quotient are exact doubles, and so it is the nearest one
// (Clinger); a third of what from_chars takes.
bool usual(std::string_view text, double& value) {
  static constexpr double kPowers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  constexpr size_t kDigits = 15;
  const bool negative = !text.empty() && text[0] == '-';
  uint64_t digits = 0;
  size_t point = text.size();
  if (text.size() > kDigits + 2) return false;
  for (size_t i = negative; i < text.size(); ++i) {
    if (digit(text[i]))
      digits = digits * 10 + static_cast<uint64_t>(text[i] - '0');
    else if (text[i] == '.')
      point = i;
    else
      return false;
  }
  const bool has_point = point < text.size();
  if (text.size() - negative - has_point > kDigits) return false;
  value = static_cast<double>(digits) / kPowers[has_point ? text.size() - point - 1 : 0];
  if (negative) value = -value;
  return true;
}

}  // namespace

double real(std::string_view text) {
  double value = 0;
  if (usual(text, value)) return value;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return std::strtod(std::string(text).c_str(), nullptr);
  return value;
}

int compare(std::string_view a, std::string_view b) {
  const Decimal x = decimal(a), y = decimal(b);
  if (x.zero() || y.zero()) {
    if (x.zero() && y.zero()) return 0;
    return x.zero() ? (y.negative ? 1 : -1) : (x.negative ? -1 : 1);
  }
  if (x.negative != y.negative) return x.negative ? -1 : 1;
  const int size = x.exponent != y.exponent ? (x.exponent < y.exponent ? -1 : 1) : compare_digits(x.digits, y.digits);
  return x.negative ? -size : size;
}

int compare(std::string_view a, int64_t b) {
  char text[24];
  const auto end = std::to_chars(text, text + sizeof text, b).ptr;
  return compare(a, std::string_view(text, static_cast<size_t>(end - text)));
}

int compare(int64_t a, double b) {
  if (b >= 9223372036854775808.0) return -1;
  if (b < -9223372036854775808.0) return 1;
  const double floor = std::floor(b);
  const auto whole = static_cast<int64_t>(floor);
  if (a != whole) return a < whole ? -1 : 1;
  return b > floor ? -1 : 0;
}

void write(int64_t value, std::string& out) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

namespace {

// The usual fraction: the fewest of up to six decimals that read back as it. Of up to 15 digits in all the quotient is the nearest double
// (Clinger), so no other number as short does.
bool usual(double value, std::string& out) {
  const double size = std::fabs(value);
  if (!(size >= 1e-3 && size < 1e9)) return false;
  uint64_t scale = 10;
  for (int places = 1; places <= 6; ++places, scale *= 10) {
    const auto by = static_cast<double>(scale);
    const auto digits = static_cast<uint64_t>(std::llrint(size * by));
    if (static_cast<double>(digits) / by != size) continue;
    char text[32];
    text[0] = '-';
    char* at = text + (value < 0);
    at = std::to_chars(at, text + sizeof text, digits / scale).ptr;
    *at++ = '.';
    uint64_t left = digits % scale;
    for (int i = places; i-- > 0; left /= 10) at[i] = static_cast<char>('0' + left % 10);
    out.append(text, static_cast<size_t>(at + places - text));
    return true;
  }
  return false;
}

}  // namespace

void write(double value, std::string& out) {
  if (std::isnan(value)) {
    out += "null";
    return;
  }
  value = std::clamp(value, -std::numeric_limits<double>::max(), std::numeric_limits<double>::max());
  if (value == std::floor(value) && std::fabs(value) < 1e15 && !(value == 0 && std::signbit(value)))
    return write(static_cast<int64_t>(value), out);
  if (value == 0) return void(out += "-0");
  if (usual(value, out)) return;
  char text[40];
  char* const end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  const bool negative = text[0] == '-';
  char* first = text + negative;
  char* const mark = std::find(first, end, 'e');
  int exponent = 0;
  std::from_chars(mark + (mark[1] == '+' ? 2 : 1), end, exponent);
  if (mark - first > 1) first[1] = first[0], ++first;  // the point goes
  const std::string_view digits(first, static_cast<size_t>(mark - first));
  // The language's peer writes an exponent from here on; goldens compare text.
  spell(negative, digits, exponent + 1, static_cast<int64_t>(digits.size()) + 15, out);
}

void canonical(std::string_view text, std::string& out) {
  const Decimal exact = decimal(text);
  if (exact.zero()) return void(out += '0');
  std::string digits(exact.digits);
  std::erase(digits, '.');
  // As people write them while that is not long; what fits 64 bits is.
  spell(exact.negative, digits, exact.exponent, std::max<int64_t>(40, static_cast<int64_t>(digits.size())), out);
}

size_t length(std::string_view text) {
  const auto is = [&](size_t i) { return i < text.size() && digit(text[i]); };
  size_t at = !text.empty() && text[0] == '-' ? 1 : 0;
  if (!is(at)) return 0;
  if (text[at] == '0')
    ++at;
  else
    while (is(at)) ++at;
  if (at < text.size() && text[at] == '.' && is(at + 1))
    for (++at; is(at);) ++at;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    const size_t sign = at + 1 < text.size() && (text[at + 1] == '+' || text[at + 1] == '-') ? 1 : 0;
    if (is(at + 1 + sign))
      for (at += 1 + sign; is(at);) ++at;
  }
  return at;
}

}  // namespace leat::number
