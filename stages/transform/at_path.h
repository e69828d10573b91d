// at_path: what stands in a value at a path as the language writes one: names, numbers and slices, in an array.
// Owner:   pure function.   Thread: any.   Blocks: never.   Fails: as f does. Where nothing stands nothing is made.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "core/data/value.h"

namespace leat {

// The items of an array that a slice {start, end} names.
inline std::pair<size_t, size_t> slice_of(const Value& step, size_t size) {
  const auto bound = [&](std::string_view name, double missing) {
    const Value* at = step.find(name);
    const double wanted = at && at->is_number() ? at->number() : missing;
    const double from_front = wanted < 0 ? wanted + static_cast<double>(size) : wanted;
    return static_cast<size_t>(std::clamp(name == "end" ? std::ceil(from_front) : std::floor(from_front), 0.0, static_cast<double>(size)));
  };
  return {bound("start", 0), bound("end", static_cast<double>(size))};
}

template <class F>
bool at_path(Value& value, std::span<const Value> path, F&& f);

// The path goes on in an array of its own that the slice makes: in .a[1:][0] the 0 is what is 1 in .a.
template <class F>
bool at_slice(Value& value, std::pair<size_t, size_t> slice, std::span<const Value> rest, F&& f) {
  Value part = Value::array(slice.second > slice.first ? slice.second - slice.first : 0);
  for (size_t i = slice.first; i < slice.second; ++i) part.push(value.take(i));
  const bool more = at_path(part, rest, f);
  for (size_t i = slice.first; i < slice.second; ++i) value.set(i, part.take(i - slice.first));
  return more;
}

// f(Value&) may change what it is given; its answer, false: stop, is the answer.
template <class F>
bool at_path(Value& value, std::span<const Value> path, F&& f) {
  if (path.empty()) return f(value);
  const Value& step = path.front();
  const auto rest = path.subspan(1);
  if (step.is_string()) {
    if (!value.is_object() || !value.find(step.view())) return true;
    Value inner = value.take(step.view());
    const bool more = at_path(inner, rest, f);
    value.put(step, std::move(inner));
    return more;
  }
  if (!value.is_array()) return true;
  if (!step.is_number() && !rest.empty()) return at_slice(value, slice_of(step, value.size()), rest, f);
  const double number = step.is_number() ? std::floor(step.number()) : 0;
  const double index = number < 0 ? number + value.size() : number;
  if (step.is_number() && !(index >= 0 && index < value.size())) return true;
  const auto [first, last] =
      step.is_number() ? std::pair(static_cast<size_t>(index), static_cast<size_t>(index) + 1) : slice_of(step, value.size());
  for (size_t i = first; i < last; ++i) {
    Value inner = value.take(i);
    const bool more = at_path(inner, rest, f);
    value.set(i, std::move(inner));
    if (!more) return false;
  }
  return true;
}

}  // namespace leat
