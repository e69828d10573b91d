#include <algorithm>

#include "core/codec/syslog_parts.h"

namespace leat::syslog {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

bool digit(char c) { return c >= '0' && c <= '9'; }

// Reads from the front of a text; once something is not there, nothing is any more.
class Front {
 public:
  explicit Front(std::string_view text) : text_(text) {}
  bool good = true;
  size_t at = 0;

  char peek() const { return at < text_.size() ? text_[at] : '\0'; }
  bool skip(char c) { return peek() == c && (++at, true); }
  void spaces() {
    good &= peek() == ' ';
    while (skip(' ')) {
    }
  }
  int number(size_t least, size_t most) {
    int value = 0;
    size_t digits = 0;
    for (; digits < most && digit(peek()); ++digits) value = value * 10 + (text_[at++] - '0');
    good &= digits >= least && !digit(peek());
    return value;
  }
  void expect(char c) { good &= skip(c); }

  int month() {
    static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const size_t found = text_.size() - at < 3 ? kMonths.npos : kMonths.find(text_.substr(at, 3));
    good &= found != kMonths.npos && found % 3 == 0;
    at += 3;
    return static_cast<int>(found / 3) + 1;
  }
  int64_t fraction() {
    int64_t value = 0, unit = kSecond / 10;
    good &= digit(peek());
    for (; digit(peek()); unit /= 10) value += (text_[at++] - '0') * unit;
    return value;
  }
  // Four digits, if they stand here and no time does.
  int year() {
    const std::string_view four = text_.substr(std::min(at, text_.size()), 4);
    return four.size() == 4 && std::all_of(four.begin(), four.end(), digit) ? number(4, 4) : 0;
  }

 private:
  std::string_view text_;
};

}  // namespace

size_t loose_date(std::string_view text, LooseDate& date) {
  Front front(text);
  if (!front.skip('*')) front.skip('.');
  date.month = front.month();
  if (!front.good) return 0;
  front.spaces();
  date.day = front.number(1, 2);
  front.spaces();
  if (!front.good) return 0;
  date.year = front.year();
  if (date.year != 0) front.spaces();
  const int hour = front.number(1, 2);
  front.expect(':');
  const int minute = front.number(2, 2);
  front.expect(':');
  const int second = front.number(2, 2);
  if (!front.good || hour > 23 || minute > 59 || second > 60) return 0;
  date.since_midnight = ((hour * 60 + minute) * 60 + std::min(second, 59)) * kSecond;
  if (front.skip('.')) date.since_midnight += front.fraction();
  if (date.year == 0 && front.peek() == ' ') {
    Front behind = front;
    behind.spaces();
    if (const int year = behind.year(); year >= 1970 && behind.good && (behind.peek() == ' ' || behind.peek() == ':'))
      date.year = year, front = behind;
  }
  front.skip(':');
  front.good &= front.skip(' ') || front.at == text.size();
  return front.good ? front.at : 0;
}

std::optional<Instant> resolve(const LooseDate& date, Instant now) {
  using namespace std::chrono;
  const auto in = [&](int of) -> std::optional<Instant> {
    const year_month_day day{year(of), month(static_cast<unsigned>(date.month)), std::chrono::day(static_cast<unsigned>(date.day))};
    if (!day.ok() || of < 1678 || of > 2261) return std::nullopt;
    return Instant(sys_days(day)) + Duration(date.since_midnight);
  };
  if (date.year != 0) return in(date.year);
  const int this_year = static_cast<int>(year_month_day(floor<days>(now)).year());
  // A leap day may be eight years away.
  for (int of = this_year + 1; of > this_year - 8; --of)
    if (const auto at = in(of); at && *at <= now + hours(24)) return at;
  return std::nullopt;
}

}  // namespace leat::syslog
