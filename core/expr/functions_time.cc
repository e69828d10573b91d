#include <cmath>
#include <cstring>
#include <ctime>

#include "core/expr/functions.h"

namespace leat::expr::functions {
namespace {

// Seconds since 1970 whose year a struct tm holds.
constexpr double kMostSeconds = 67'767'976'233'532'799.0;

Value broken_down(const tm& from, double fraction) {
  Value out = Value::array(8);
  out.push(Value::integer(from.tm_year + int64_t{1900}));
  for (int part : {from.tm_mon, from.tm_mday, from.tm_hour, from.tm_min}) out.push(Value::integer(part));
  out.push(fraction == 0 ? Value::integer(from.tm_sec) : Value::real(from.tm_sec + fraction));
  for (int part : {from.tm_wday, from.tm_yday}) out.push(Value::integer(part));
  return out;
}

Got break_down(Run& run, const Value& in, bool local, Value& out) {
  if (!in.is_number()) return run.fail(local ? "localtime() requires numeric inputs" : "gmtime() requires numeric inputs");
  const double seconds = in.number(), whole = std::floor(seconds);
  tm parts{};
  const auto time = static_cast<time_t>(std::fabs(whole) < kMostSeconds ? whole : 0);
  if (!(std::fabs(whole) < kMostSeconds) || !(local ? localtime_r(&time, &parts) : gmtime_r(&time, &parts)))
    return run.fail("error converting number of seconds since epoch to datetime");
  return answer(broken_down(parts, seconds - whole), out);
}

// Reads broken-down time, as gmtime makes it.
bool read(const Value& from, tm& parts) {
  int* const fields[] = {&parts.tm_year, &parts.tm_mon, &parts.tm_mday, &parts.tm_hour,
                         &parts.tm_min,  &parts.tm_sec, &parts.tm_wday, &parts.tm_yday};
  if (!from.is_array() || from.size() < 6) return false;
  size_t i = 0;
  for (const Value& item : from.items()) {
    if (i == std::size(fields)) break;
    if (!item.is_number() || std::isnan(item.number())) return false;
    *fields[i++] = static_cast<int>(std::fmin(std::fmax(item.number(), -2e9), 2e9));
  }
  parts.tm_year -= 1900;
  return true;
}

Got written(Run& run, Value* values, bool local, Value& out) {
  const char* const name = local ? "strflocaltime/1" : "strftime/1";
  if (values[0].is_number() && break_down(run, Value(values[0]), local, values[0]) != Got::value) return Got::fail;
  if (!values[0].is_array()) return run.fail(fmt::format("{} requires parsed datetime inputs", name));
  if (!values[1].is_string()) return run.fail(fmt::format("{} requires a string format", name));
  tm parts{};
  if (!read(values[0], parts)) return run.fail(fmt::format("{} requires parsed datetime inputs", name));
  if (local) {
    parts.tm_isdst = -1;
    tm known = parts;
    if (mktime(&known) != -1) parts.tm_isdst = known.tm_isdst, parts.tm_gmtoff = known.tm_gmtoff, parts.tm_zone = known.tm_zone;
  } else {
    parts.tm_zone = "UTC";
  }
  const std::string format(values[1].view());
  if (format.empty()) return answer(Value::text(""), out);
  std::string text(4096 + format.size() * 8, '\0');
  const size_t size = ::strftime(text.data(), text.size(), format.c_str(), &parts);
  if (size == 0) return run.fail(fmt::format("{}: unknown system failure", name));
  return answer(Value::text(std::string_view(text).substr(0, size)), out);
}

Got parsed(Run& run, std::string_view given, const char* format, Value& out) {
  const std::string text(given);
  tm parts{};
  parts.tm_wday = 8, parts.tm_yday = 367;  // not found in the text
  const char* const end = ::strptime(text.c_str(), format, &parts);
  if (!end || *end != '\0') return run.fail(fmt::format("date \"{}\" does not match format \"{}\"", text, format));
  if ((parts.tm_wday == 8 || parts.tm_yday == 367) && parts.tm_mday >= 1 && parts.tm_mday <= 31) {
    tm known = parts;
    timegm(&known);
    if (parts.tm_wday == 8) parts.tm_wday = known.tm_wday;
    if (parts.tm_yday == 367) parts.tm_yday = known.tm_yday;
  }
  return answer(broken_down(parts, 0), out);
}

}  // namespace

Got now(Run& run, Value*, Value& out) {
  return answer(Value::real(std::chrono::duration<double>(run.now.time_since_epoch()).count()), out);
}

Got mktime(Run& run, Value* values, Value& out) {
  tm parts{};
  if (!values[0].is_array()) return run.fail("mktime requires array inputs");
  if (!read(values[0], parts)) return run.fail("mktime requires parsed datetime inputs");
  return answer(Value::integer(timegm(&parts)), out);
}

Got gmtime(Run& run, Value* values, Value& out) { return break_down(run, values[0], false, out); }
Got localtime(Run& run, Value* values, Value& out) { return break_down(run, values[0], true, out); }
Got strftime(Run& run, Value* values, Value& out) { return written(run, values, false, out); }
Got strflocaltime(Run& run, Value* values, Value& out) { return written(run, values, true, out); }

Got strptime(Run& run, Value* values, Value& out) {
  if (!values[0].is_string() || !values[1].is_string()) return run.fail("strptime/1 requires string inputs and arguments");
  return parsed(run, values[0].view(), std::string(values[1].view()).c_str(), out);
}

Got fromdate(Run& run, Value* values, Value& out) {
  if (!values[0].is_string()) return run.fail("strptime/1 requires string inputs and arguments");
  Value parts;
  if (parsed(run, values[0].view(), "%Y-%m-%dT%H:%M:%SZ", parts) != Got::value) return Got::fail;
  return mktime(run, &parts, out);
}

Got todate(Run& run, Value* values, Value& out) {
  Value with[2] = {std::move(values[0]), Value::borrow("%Y-%m-%dT%H:%M:%SZ")};
  return written(run, with, false, out);
}

}  // namespace leat::expr::functions
