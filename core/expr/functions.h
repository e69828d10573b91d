// Functions: the builtins that map their input and arguments to one value.
// Owner:   pure functions.
// Thread:  as the Run.   Blocks: never.   Fails: Got::fail, with the reason in the Run.
#pragma once

#include <cmath>

#include <fmt/format.h>

#include "core/expr/node.h"
#include "core/expr/run.h"

namespace leat::expr::functions {

// values: the input, then the arguments; they may be used up.
using Signature = Got(Run& run, Value* values, Value& out);

// functions_value.cc
Signature negate, length, utf8bytelength, keys, keys_unsorted, has, contains, add, flatten, flatten_to, reverse, type, tostring, tonumber,
    toboolean, toarray;
Signature tojson, fromjson, to_entries, from_entries, error, error_with, set_path, delete_paths, transpose, absolute;
// An item of to_entries, {key, value}, and what from_entries reads from one.
Value entry_of(Value key, Value item);
bool read_entry(Run& run, const Value& entry, Value& key, Value& item);
// functions_order.cc
Signature sort, unique, min, max, indices, index, rindex, bsearch;
// functions_text.cc
Signature implode, explode, split, join, ascii_downcase, ascii_upcase, ltrimstr, rtrimstr, trimstr, startswith, endswith, trim, ltrim,
    rtrim, ascii, format;
// functions_math.cc
Signature infinite, nan, isinfinite, isnan, isnormal, floor, ceil, round, trunc, frexp, modf, lgamma_r, ldexp, significand;
// functions_time.cc
Signature now, mktime, gmtime, localtime, strftime, strflocaltime, strptime, fromdate, todate;

inline Got answer(Value value, Value& out) { return out = std::move(value), Got::value; }

template <double (*f)(double)>
Got math(Run& run, Value* values, Value& out) {
  if (!values[0].is_number()) return run.fail(shown(values[0]) + " number required");
  return answer(Value::real(f(values[0].number())), out);
}

template <double (*f)(double, double)>
Got math(Run& run, Value* values, Value& out) {
  for (int i = 1; i <= 2; ++i)
    if (!values[i].is_number()) return run.fail(shown(values[i]) + " number required");
  return answer(Value::real(f(values[1].number(), values[2].number())), out);
}

template <double (*f)(double, double, double)>
Got math(Run& run, Value* values, Value& out) {
  for (int i = 1; i <= 3; ++i)
    if (!values[i].is_number()) return run.fail(shown(values[i]) + " number required");
  return answer(Value::real(f(values[1].number(), values[2].number(), values[3].number())), out);
}

}  // namespace leat::expr::functions
