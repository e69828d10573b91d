#include <algorithm>

#include "core/base/text.h"
#include "core/data/json.h"
#include "core/data/number.h"
#include "core/data/order.h"
#include "core/expr/access.h"
#include "core/expr/format_text.h"
#include "core/expr/functions.h"
#include "core/expr/nodes_build.h"

namespace leat::expr::functions {
namespace {

bool flat(Run& run, const Value& from, double depth, Value& out) {
  Deeper deeper(run);
  if (!deeper.fits()) return false;
  const auto one = [&](const Value& item) {
    if (!run.spend()) return false;
    if (item.is_array() && depth > 0) return flat(run, item, depth - 1, out);
    out.push(item);
    return true;
  };
  for (const Value& item : from.items())
    if (!one(item)) return false;
  for (const Entry& entry : from.entries())
    if (!one(entry.item)) return false;
  return true;
}

bool contained(Run& run, const Value& in, const Value& part, bool& failed) {
  Deeper deeper(run);
  if (failed || !deeper.fits() || !run.spend()) return failed = true, false;
  if (in.is_object() && part.is_object()) {
    for (const Entry& entry : part.entries()) {
      const Value* item = in.find(entry.key.view());
      if (!item || !contained(run, *item, entry.item, failed)) return false;
    }
    return true;
  }
  if (in.is_array() && part.is_array()) {
    for (const Value& wanted : part.items()) {
      const auto all = in.items();
      if (std::none_of(all.begin(), all.end(), [&](const Value& item) { return contained(run, item, wanted, failed); })) return false;
    }
    return true;
  }
  if (in.is_string() && part.is_string()) return text::find(in.view(), part.view()) != std::string_view::npos;
  return equal(in, part);
}

// A number as people write it: with a plus, zeros in front, a point at either end. As JSON in `out`; false: it is none.
bool plain_number(std::string_view text, std::string& out) {
  const auto digits = [&] {
    const size_t size = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::string_view some = text.substr(0, size);
    text.remove_prefix(size);
    return some;
  };
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    if (text[0] == '-') out += '-';
    text.remove_prefix(1);
  }
  const std::string_view whole = digits();
  const bool point = !text.empty() && text[0] == '.';
  if (point) text.remove_prefix(1);
  const std::string_view part = point ? digits() : std::string_view();
  if (whole.empty() && part.empty()) return false;
  const std::string_view front = whole.substr(std::min(whole.find_first_not_of('0'), whole.size()));
  out += front.empty() ? "0" : front;
  if (!part.empty()) (out += '.') += part;
  out += text;
  return number::length(out) == out.size();
}

// nan and infinity, of either sign, in any letters.
bool odd_number(std::string_view text, double& out) {
  std::string word(text);
  std::transform(word.begin(), word.end(), word.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const bool minus = word[0] == '-', sign = minus || word[0] == '+';
  word.erase(0, sign);
  out = word == "nan" ? std::nan("") : minus ? -HUGE_VAL : HUGE_VAL;
  return word == "nan" || word == "infinity" || word == "inf";
}

Got no_keys(Run& run, const Value& value) { return run.fail(shown(value) + " has no keys"); }

Value absolute_of(const Value& value) {
  int64_t whole;
  if (value.exact(whole) && whole != INT64_MIN) return Value::integer(whole < 0 ? -whole : whole);
  return value.number() < 0 ? Value::real(-value.number()) : value;
}

}  // namespace

Got negate(Run& run, Value* values, Value& out) {
  int64_t whole;
  if (!values[0].is_number()) return run.fail(shown(values[0]) + " cannot be negated");
  if (values[0].exact(whole) && whole != 0 && whole != INT64_MIN) return answer(Value::integer(-whole), out);
  return answer(Value::real(-values[0].number()), out);
}

Got absolute(Run& run, Value* values, Value& out) {
  if (!values[0].is_number())
    return compare(values[0], Value::integer(0)) < 0 ? negate(run, values, out) : answer(std::move(values[0]), out);
  return answer(absolute_of(values[0]), out);
}

Got length(Run& run, Value* values, Value& out) {
  const Value& in = values[0];
  switch (in.kind()) {
    case Value::Kind::null:
      return answer(Value::integer(0), out);
    case Value::Kind::no:
    case Value::Kind::yes:
      return run.fail(shown(in) + " has no length");
    case Value::Kind::number:
      return answer(absolute_of(in), out);
    case Value::Kind::string:
      return answer(Value::integer(static_cast<int64_t>(characters(in.view()))), out);
    default:
      return answer(Value::integer(in.size()), out);
  }
}

Got utf8bytelength(Run& run, Value* values, Value& out) {
  if (!values[0].is_string()) return run.fail(shown(values[0]) + " only strings have UTF-8 byte length");
  return answer(Value::integer(values[0].size()), out);
}

Got keys_unsorted(Run& run, Value* values, Value& out) {
  const Value& in = values[0];
  if (!in.is_container()) return no_keys(run, in);
  Value made = Value::array(in.size());
  if (in.is_array())
    for (uint32_t i = 0; i < in.size(); ++i) made.push(Value::integer(i));
  for (const Entry& entry : in.entries()) made.push(entry.key);
  return answer(std::move(made), out);
}

Got keys(Run& run, Value* values, Value& out) {
  const Value& in = values[0];
  if (!in.is_object()) return keys_unsorted(run, values, out);
  Value made = Value::array(in.size());
  for (const Entry* entry : sorted(in)) made.push(entry->key);
  return answer(std::move(made), out);
}

Got has(Run& run, Value* values, Value& out) {
  const Value &in = values[0], &key = values[1];
  if (in.is_object() && key.is_string()) return answer(Value(in.find(key.view()) != nullptr), out);
  if (in.is_array() && key.is_number()) return answer(Value(key.number() >= 0 && key.number() < in.size()), out);
  if (in.is_null()) return answer(Value(false), out);
  return run.fail(fmt::format("Cannot check whether {} has a {} key", kind_name(in.kind()), kind_name(key.kind())));
}

Got contains(Run& run, Value* values, Value& out) {
  const Value &in = values[0], &part = values[1];
  if (kind_name(in.kind()) != kind_name(part.kind()))
    return run.fail(fmt::format("{} and {} cannot have their containment checked", shown(in), shown(part)));
  bool failed = false;
  const bool found = contained(run, in, part, failed);
  if (failed) return Got::fail;
  return answer(Value(found), out);
}

Got add(Run& run, Value* values, Value& out) {
  if (!values[0].is_container()) return run.fail("Cannot iterate over " + shown(values[0]));
  Value sum;
  for (uint32_t i = 0; i < values[0].size(); ++i) {
    Value item = values[0].is_array() ? values[0].items()[i] : values[0].entries()[i].item;
    Value next;
    if (binary(run, Op::add, std::move(sum), std::move(item), next) != Got::value) return Got::fail;
    sum = std::move(next);
    if (!run.spend()) return Got::fail;
  }
  return answer(std::move(sum), out);
}

Got flatten_to(Run& run, Value* values, Value& out) {
  if (!values[1].is_number()) return run.fail("flatten depth must be a number");
  if (values[1].number() < 0) return run.fail("flatten depth must not be negative");
  if (!values[0].is_container()) return run.fail("Cannot iterate over " + shown(values[0]));
  Value made = Value::array();
  return flat(run, values[0], values[1].number(), made) ? answer(std::move(made), out) : Got::fail;
}

Got flatten(Run& run, Value* values, Value& out) {
  Value with[2] = {std::move(values[0]), Value::integer(1'000'000'000)};
  return flatten_to(run, with, out);
}

Got reverse(Run& run, Value* values, Value& out) {
  const Value& in = values[0];
  Value made = Value::array(in.is_array() ? in.size() : 0);
  if (in.is_array())
    for (uint32_t i = in.size(); i-- > 0;) made.push(in.items()[i]);
  else if (in.is_string() ? in.size() > 0 : in.is_object() ? in.size() > 0 : in.is_number() ? in.number() != 0 : !in.is_null())
    return in.is_bool() ? run.fail(shown(in) + " has no length")
                        : run.fail(fmt::format("Cannot index {} with number", kind_name(in.kind())));
  return answer(std::move(made), out);
}

Got type(Run&, Value* values, Value& out) { return answer(Value::borrow(kind_name(values[0].kind())), out); }

Got tostring(Run&, Value* values, Value& out) {
  if (values[0].is_string()) return answer(std::move(values[0]), out);
  std::string text;
  json::write(values[0], text);
  return answer(Value::text(text), out);
}

Got tonumber(Run& run, Value* values, Value& out) {
  if (values[0].is_number()) return answer(std::move(values[0]), out);
  if (values[0].is_string()) {
    std::string_view text = values[0].view();
    constexpr std::string_view kBlank = " \t\r\n";
    while (!text.empty() && kBlank.find(text.front()) != std::string_view::npos) text.remove_prefix(1);
    while (!text.empty() && kBlank.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
    std::string plain;
    if (double odd; !text.empty() && !plain_number(text, plain) && odd_number(text, odd)) return answer(Value::real(odd), out);
    if (!plain.empty() && number::length(plain) == plain.size()) {
      Value made = Value::literal(plain);
      made.own();
      return answer(std::move(made), out);
    }
  }
  return run.fail(shown(values[0]) + " cannot be parsed as a number");
}

Got toboolean(Run& run, Value* values, Value& out) {
  if (values[0].is_bool()) return answer(std::move(values[0]), out);
  if (values[0].is_string() && (values[0].view() == "true" || values[0].view() == "false"))
    return answer(Value(values[0].view() == "true"), out);
  return run.fail(shown(values[0]) + " cannot be parsed as a boolean");
}

Got toarray(Run&, Value* values, Value& out) {
  if (values[0].is_array()) return answer(std::move(values[0]), out);
  Value made = Value::array(1);
  made.push(std::move(values[0]));
  return answer(std::move(made), out);
}

Got tojson(Run&, Value* values, Value& out) {
  std::string text;
  json::write(values[0], text);
  return answer(Value::text(text), out);
}

Got fromjson(Run& run, Value* values, Value& out) {
  if (!values[0].is_string()) return run.fail(shown(values[0]) + " only strings can be parsed");
  json::Mistake mistake;
  if (json::parse(values[0].view(), json::Keep::copied, out, mistake)) return Got::value;
  const std::string quoted = shown(values[0]);
  return run.fail(fmt::format("{} at byte {} (while parsing {})", mistake.what, mistake.at + 1, quoted.substr(8, quoted.size() - 9)));
}

Value entry_of(Value key, Value item) {
  Value out = Value::object(2);
  out.add(Value::borrow("key"), std::move(key));
  out.add(Value::borrow("value"), std::move(item));
  return out;
}

bool read_entry(Run& run, const Value& entry, Value& key, Value& item) {
  for (std::string_view name : {"key", "Key", "name", "Name"}) {
    if (key.truthy()) break;
    Value other;
    if (!get(run, entry, Value::borrow(name), other)) return false;
    key = std::move(other);
  }
  for (std::string_view name : {"value", "Value"}) {
    const Value* found = entry.find(name);
    if (!found) continue;
    item = *found;
    break;
  }
  return key.is_string() || (run.fail(fmt::format("Cannot use {} as object key", shown(key))), false);
}

Got to_entries(Run& run, Value* values, Value& out) {
  const Value& in = values[0];
  if (!in.is_container()) return no_keys(run, in);
  Value made = Value::array(in.size());
  for (uint32_t i = 0; i < in.size(); ++i) {
    if (in.is_array())
      made.push(entry_of(Value::integer(i), in.items()[i]));
    else
      made.push(entry_of(in.entries()[i].key, in.entries()[i].item));
    if (!run.spend()) return Got::fail;
  }
  return answer(std::move(made), out);
}

Got from_entries(Run& run, Value* values, Value& out) {
  const Value& in = values[0];
  if (!in.is_container()) return run.fail("Cannot iterate over " + shown(in));
  Value made = Value::object(in.size());
  for (uint32_t i = 0; i < in.size(); ++i) {
    const Value& entry = in.is_array() ? in.items()[i] : in.entries()[i].item;
    Value key, item;
    if (!read_entry(run, entry, key, item)) return Got::fail;
    made.put(key, std::move(item));
    if (!run.spend()) return Got::fail;
  }
  return answer(std::move(made), out);
}

Got error(Run& run, Value* values, Value&) { return run.fail(std::move(values[0])); }
Got error_with(Run& run, Value* values, Value&) { return run.fail(std::move(values[1])); }

Got set_path(Run& run, Value* values, Value& out) {
  if (!values[1].is_array()) return run.fail("Path must be specified as an array");
  if (!expr::set_path(run, values[0], values[1].items(), std::move(values[2]))) return Got::fail;
  return answer(std::move(values[0]), out);
}

Got delete_paths(Run& run, Value* values, Value& out) {
  return expr::delete_paths(run, values[0], std::move(values[1])) ? answer(std::move(values[0]), out) : Got::fail;
}

Got transpose(Run& run, Value* values, Value& out) {
  const Value& in = values[0];
  if (in.is_object()) return in.size() ? run.fail("Cannot index object with number") : answer(Value::array(), out);
  if (!in.is_array()) return run.fail("Cannot iterate over " + shown(in));
  uint32_t width = 0;
  for (const Value& row : in.items()) {
    if (!row.is_array() && !row.is_null()) return run.fail(fmt::format("Cannot index {} with number", kind_name(row.kind())));
    width = std::max(width, row.size());
  }
  Value made = Value::array(width);
  for (uint32_t column = 0; column < width; ++column) {
    Value line = Value::array(in.size());
    for (const Value& row : in.items()) line.push(column < row.size() ? row.items()[column] : Value());
    made.push(std::move(line));
    if (!run.spend(1 + in.size())) return Got::fail;
  }
  return answer(std::move(made), out);
}

}  // namespace leat::expr::functions
