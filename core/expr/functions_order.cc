#include <algorithm>

#include "core/data/order.h"
#include "core/expr/access.h"
#include "core/expr/functions.h"
#include "core/expr/nodes_build.h"

namespace leat::expr::functions {
namespace {

Got not_sortable(Run& run, const Value& in) { return run.fail(shown(in) + " cannot be sorted, as it is not an array"); }

std::vector<Value> ordered(const Value& in) {
  std::vector<Value> all(in.items().begin(), in.items().end());
  std::stable_sort(all.begin(), all.end(), [](const Value& a, const Value& b) { return compare(a, b) < 0; });
  return all;
}

Got best(Run& run, const Value& in, bool largest, Value& out) {
  if (!in.is_array()) return run.fail(fmt::format("{0} and {0} cannot be iterated over", shown(in)));
  const Value* found = nullptr;
  for (const Value& item : in.items()) {
    const int order = found ? compare(item, *found) : 1;
    if (!found || (largest ? order >= 0 : order < 0)) found = &item;
  }
  return answer(found ? Value(*found) : Value(), out);
}

// Code point positions of `part` in `text`, overlapping ones too.
Value positions(std::string_view text, std::string_view part) {
  Value out = Value::array();
  size_t character = 0, counted = 0;
  for (size_t at = part.empty() ? std::string_view::npos : text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
    character += characters(text.substr(counted, at - counted));
    counted = at;
    out.push(Value::integer(static_cast<int64_t>(character)));
  }
  return out;
}

}  // namespace

Got sort(Run& run, Value* values, Value& out) {
  if (!values[0].is_array()) return not_sortable(run, values[0]);
  Value made = Value::array(values[0].size());
  for (Value& item : ordered(values[0])) made.push(std::move(item));
  return answer(std::move(made), out);
}

Got unique(Run& run, Value* values, Value& out) {
  if (!values[0].is_container()) return run.fail("Cannot iterate over " + shown(values[0]));
  if (!values[0].is_array()) return not_sortable(run, values[0]);
  Value made = Value::array();
  for (Value& item : ordered(values[0]))
    if (made.size() == 0 || !equal(made.items().back(), item)) made.push(std::move(item));
  return answer(std::move(made), out);
}

Got min(Run& run, Value* values, Value& out) { return best(run, values[0], false, out); }
Got max(Run& run, Value* values, Value& out) { return best(run, values[0], true, out); }

Got indices(Run& run, Value* values, Value& out) {
  const Value &in = values[0], &part = values[1];
  if (in.is_string() && part.is_string()) return answer(positions(in.view(), part.view()), out);
  if (in.is_array() && !part.is_array()) {
    Value found = Value::array();
    for (uint32_t i = 0; i < in.size(); ++i)
      if (equal(in.items()[i], part)) found.push(Value::integer(i));
    return answer(std::move(found), out);
  }
  return get(run, in, part, out) ? Got::value : Got::fail;
}

Got index(Run& run, Value* values, Value& out) {
  Value all;
  if (indices(run, values, all) != Got::value) return Got::fail;
  return get(run, all, Value::integer(0), out) ? Got::value : Got::fail;
}

Got rindex(Run& run, Value* values, Value& out) {
  Value all, tail;
  if (indices(run, values, all) != Got::value) return Got::fail;
  if (!get(run, all, slice_key(Value::integer(-1), Value()), tail)) return Got::fail;
  return get(run, tail, Value::integer(0), out) ? Got::value : Got::fail;
}

Got bsearch(Run& run, Value* values, Value& out) {
  const Value &in = values[0], &wanted = values[1];
  if (in.is_null()) return answer(Value::integer(-1), out);
  if (!in.is_array()) return run.fail(shown(in) + " cannot be searched from");
  const auto all = in.items();
  const auto at = std::lower_bound(all.begin(), all.end(), wanted, [](const Value& a, const Value& b) { return compare(a, b) < 0; });
  const auto place = static_cast<int64_t>(at - all.begin());
  return answer(Value::integer(at != all.end() && compare(*at, wanted) == 0 ? place : -1 - place), out);
}

}  // namespace leat::expr::functions
