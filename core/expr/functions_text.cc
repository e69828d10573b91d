#include <algorithm>

#include "core/data/json.h"
#include "core/expr/access.h"
#include "core/expr/format_text.h"
#include "core/expr/functions.h"
#include "core/expr/nodes_build.h"

namespace leat::expr::functions {
namespace {

bool strings(const Value& a, const Value& b) { return a.is_string() && b.is_string(); }

bool starts(std::string_view text, std::string_view part) { return text.substr(0, part.size()) == part; }
bool ends(std::string_view text, std::string_view part) {
  return text.size() >= part.size() && text.substr(text.size() - part.size()) == part;
}

// A part of a string value, which may borrow from it only as far as it borrowed itself.
Value part_of(std::string_view part) { return Value::text(part); }

template <class F>
Got letters(Run& run, Value* values, Value& out, F&& change) {
  if (!values[0].is_string()) return run.fail("explode input must be a string");
  char* bytes;
  Value made = Value::text(values[0].size(), bytes);
  const std::string_view text = values[0].view();
  std::transform(text.begin(), text.end(), bytes, change);
  return answer(std::move(made), out);
}

Got trimmed(Run& run, const Value& in, bool left, bool right, Value& out) {
  if (!in.is_string()) return run.fail("trim input must be a string");
  std::string_view text = in.view();
  const auto blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (left && !text.empty() && blank(text.front())) text.remove_prefix(1);
  while (right && !text.empty() && blank(text.back())) text.remove_suffix(1);
  return answer(part_of(text), out);
}

}  // namespace

Got explode(Run& run, Value* values, Value& out) {
  if (!values[0].is_string()) return run.fail("explode input must be a string");
  const std::string_view text = values[0].view();
  const size_t count = characters(text);
  if (!run.room(static_cast<double>(count) * sizeof(Value))) return Got::fail;
  Value made = Value::array(count);
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    int64_t point = size == 1 ? lead : lead & (0xFF >> (size + 1));
    for (size_t k = 1; k < size && i + k < text.size(); ++k) point = point << 6 | (text[i + k] & 0x3F);
    made.push(Value::integer(point));
    i += size;
  }
  return answer(std::move(made), out);
}

Got implode(Run& run, Value* values, Value& out) {
  if (!values[0].is_array()) return run.fail("implode input must be an array");
  std::string text;
  for (const Value& item : values[0].items()) {
    if (!item.is_number() || std::isnan(item.number()))
      return run.fail(shown(item) + " can't be imploded, unicode codepoint needs to be numeric");
    const double point = item.number();
    json::append_code_point(point >= 0 && point <= 0x10FFFF ? static_cast<uint32_t>(point) : 0xFFFD, text);
  }
  return answer(Value::text(text), out);
}

Got split(Run& run, Value* values, Value& out) {
  if (!strings(values[0], values[1])) return run.fail("split input and separator must be strings");
  return binary(run, Op::divide, std::move(values[0]), std::move(values[1]), out);
}

Got join(Run& run, Value* values, Value& out) {
  if (!values[0].is_container()) return run.fail("Cannot iterate over " + shown(values[0]));
  Value joined;
  for (uint32_t i = 0; i < values[0].size(); ++i) {
    const Value& item = values[0].is_array() ? values[0].items()[i] : values[0].entries()[i].item;
    Value word = item;
    if (item.is_null()) word = Value::borrow("");
    if (item.is_bool() || item.is_number()) {
      std::string text;
      json::write(item, text);
      word = Value::text(text);
    }
    Value before = Value::borrow(""), next;
    if (!joined.is_null() && binary(run, Op::add, std::move(joined), Value(values[1]), before) != Got::value) return Got::fail;
    if (binary(run, Op::add, std::move(before), std::move(word), next) != Got::value) return Got::fail;
    joined = std::move(next);
  }
  return answer(joined.truthy() ? std::move(joined) : Value::text(""), out);
}

Got ascii_downcase(Run& run, Value* values, Value& out) {
  return letters(run, values, out, [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
}

Got ascii_upcase(Run& run, Value* values, Value& out) {
  return letters(run, values, out, [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
}

Got ltrimstr(Run&, Value* values, Value& out) {
  if (strings(values[0], values[1]) && starts(values[0].view(), values[1].view()))
    return answer(part_of(values[0].view().substr(values[1].size())), out);
  return answer(std::move(values[0]), out);
}

Got rtrimstr(Run&, Value* values, Value& out) {
  if (strings(values[0], values[1]) && ends(values[0].view(), values[1].view()))
    return answer(part_of(values[0].view().substr(0, values[0].size() - values[1].size())), out);
  return answer(std::move(values[0]), out);
}

Got trimstr(Run& run, Value* values, Value& out) {
  Value left;
  const Value part = values[1];
  ltrimstr(run, values, left);
  Value again[2] = {std::move(left), part};
  return rtrimstr(run, again, out);
}

Got startswith(Run& run, Value* values, Value& out) {
  if (!strings(values[0], values[1])) return run.fail("startswith() requires string inputs");
  return answer(Value(starts(values[0].view(), values[1].view())), out);
}

Got endswith(Run& run, Value* values, Value& out) {
  if (!strings(values[0], values[1])) return run.fail("endswith() requires string inputs");
  return answer(Value(ends(values[0].view(), values[1].view())), out);
}

Got trim(Run& run, Value* values, Value& out) { return trimmed(run, values[0], true, true, out); }
Got ltrim(Run& run, Value* values, Value& out) { return trimmed(run, values[0], true, false, out); }
Got rtrim(Run& run, Value* values, Value& out) { return trimmed(run, values[0], false, true, out); }

Got ascii(Run& run, Value* values, Value& out) {
  if (!values[0].is_number()) return run.fail(shown(values[0]) + " number required");
  Value list = Value::array(1);
  list.push(std::move(values[0]));
  return implode(run, &list, out);
}

Got format(Run& run, Value* values, Value& out) {
  if (!values[1].is_string()) return run.fail(shown(values[1]) + " is not a valid format");
  const Text::Format write = find_format(values[1].view());
  if (!write) return run.fail(fmt::format("{} is not a valid format", values[1].view()));
  std::string text;
  if (!write(run, values[0], text)) return Got::fail;
  return answer(Value::text(text), out);
}

}  // namespace leat::expr::functions
