#include "core/expr/access.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/data/order.h"

namespace leat::expr {
namespace {

constexpr double kMostItems = 1 << 29;

bool bad_key(Run& run, const Value& base, const Value& key) {
  if (key.is_string()) return run.fail(fmt::format("Cannot index {} with string \"{}\"", kind_name(base.kind()), key.view())), false;
  return run.fail(fmt::format("Cannot index {} with {}", kind_name(base.kind()), kind_name(key.kind()))), false;
}

// The items that base[from:to] means. A null pointer is a bound the key does not have.
bool bounds(Run& run, const Value* from, const Value* to, size_t size, size_t& begin, size_t& end) {
  const auto usable = [](const Value* bound) { return bound && (bound->is_null() || bound->is_number()); };
  if (!usable(from) || !usable(to)) return run.fail("Array/string slice indices must be integers"), false;
  const auto length = static_cast<double>(size);
  double first = from->is_null() ? 0 : from->number(), last = to->is_null() ? length : to->number();
  if (std::isnan(first)) first = 0;
  if (std::isnan(last)) last = length;
  if (first < 0) first += length;
  if (last < 0) last += length;
  first = std::clamp(std::floor(first), 0.0, length);
  last = std::clamp(std::ceil(last), first, length);
  begin = static_cast<size_t>(first), end = static_cast<size_t>(last);
  return true;
}

bool positions(Run& run, const Value& base, const Value& wanted, Value& out) {
  const auto all = base.items(), part = wanted.items();
  out = Value::array();
  if (part.empty()) return true;
  for (size_t i = 0; i + part.size() <= all.size(); ++i) {
    size_t same = 0;
    while (same < part.size() && equal(all[i + same], part[same])) ++same;
    if (same == part.size()) out.push(Value::integer(static_cast<int64_t>(i)));
    if (!run.spend(1 + same)) return false;
  }
  return true;
}

}  // namespace

size_t characters(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

size_t byte_of(std::string_view text, size_t character) {
  size_t at = 0;
  for (; at < text.size() && character > 0; --character)
    for (++at; at < text.size() && (text[at] & 0xC0) == 0x80;) ++at;
  return at;
}

bool slice_bounds(Run& run, const Value& key, size_t size, size_t& begin, size_t& end) {
  return bounds(run, key.find("start"), key.find("end"), size, begin, end);
}

bool get_slice(Run& run, const Value& base, const Value* from, const Value* to, Value& out) {
  size_t begin, end;
  if (base.is_string()) {
    const std::string_view text = base.view();
    if (!bounds(run, from, to, characters(text), begin, end)) return false;
    const size_t first = byte_of(text, begin), size = byte_of(text.substr(first), end - begin);
    out = base.part(first, size);
    return true;
  }
  if (!bounds(run, from, to, base.size(), begin, end)) return false;
  Value made = Value::array(end - begin);
  for (const Value& item : base.items().subspan(begin, end - begin)) made.push(item);
  out = std::move(made);
  return run.spend(1 + (end - begin) / 8);
}

Value slice_key(const Value& from, const Value& to) {
  Value key = Value::object(2);
  key.put(Value::borrow("start"), from);
  key.put(Value::borrow("end"), to);
  return key;
}

bool get(Run& run, const Value& base, const Value& key, Value& out) {
  if (base.is_object() && key.is_string()) {
    const Value* item = base.find(key.view());
    out = item ? Value(*item) : Value();
    return true;
  }
  if (base.is_array() && key.is_number()) {
    double at = std::floor(key.number());
    if (at < 0) at += base.size();
    out = at >= 0 && at < base.size() ? Value(base.items()[static_cast<size_t>(at)]) : Value();  // nan is no index
    return true;
  }
  if ((base.is_array() || base.is_string()) && key.is_object()) return get_slice(run, base, key.find("start"), key.find("end"), out);
  if (base.is_array() && key.is_array()) return positions(run, base, key, out);
  if (!base.is_null() || key.is_bool() || key.is_array()) return bad_key(run, base, key);
  if (key.is_null()) return bad_key(run, base, key);
  out = Value();
  return true;
}

bool get_path(Run& run, const Value& base, std::span<const Value> path, Value& out) {
  out = base;
  for (const Value& key : path) {
    if (out.is_null()) return true;
    Value item;
    if (!get(run, out, key, item)) return false;
    out = std::move(item);
  }
  return true;
}

bool take(Run& run, Value& base, const Value& key, Value& out) {
  if (base.is_object() && key.is_string()) {
    out = base.find(key.view()) ? base.take(key.view()) : Value();
    return true;
  }
  if (base.is_array() && key.is_number()) {
    double at = std::floor(key.number());
    if (at < 0) at += base.size();
    out = at >= 0 && at < base.size() ? base.take(static_cast<size_t>(at)) : Value();
    return true;
  }
  return get(run, base, key, out);
}

bool set(Run& run, Value& base, const Value& key, Value item) {
  if (key.is_string() && (base.is_object() || base.is_null())) {
    if (base.is_null()) base = Value::object();
    base.put(key, std::move(item));
    return run.within(base);
  }
  if (key.is_number() && (base.is_array() || base.is_null())) {
    if (base.is_null()) base = Value::array();
    double at = std::floor(key.number());
    if (std::isnan(at)) return run.fail("Cannot set array element at NaN index"), false;
    if (at < 0 && (at += base.size()) < 0) return run.fail("Out of bounds negative array index"), false;
    if (at >= kMostItems) return run.fail("Array index too large"), false;
    if (at >= base.size() && !run.room((at - base.size()) * sizeof(Value))) return false;
    base.set(static_cast<size_t>(at), std::move(item));
    return run.within(base);
  }
  if (key.is_object() && (base.is_array() || base.is_null())) {
    if (base.is_null()) base = Value::array();
    size_t begin, end;
    if (!slice_bounds(run, key, base.size(), begin, end)) return false;
    if (!item.is_array()) return run.fail("A slice of an array can only be assigned another array"), false;
    base.splice(begin, end, item);
    return run.within(base);
  }
  if (key.is_object()) return run.fail(fmt::format("Cannot update field at object index of {}", kind_name(base.kind()))), false;
  return bad_key(run, base, key);
}

bool set_path(Run& run, Value& base, std::span<const Value> path, Value item) {
  return change_path(run, base, path, [&](Value& at) { return at = std::move(item), true; });
}

}  // namespace leat::expr
