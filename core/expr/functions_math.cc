#include <cmath>
#include <limits>

#include "core/expr/functions.h"

namespace leat::expr::functions {
namespace {

Got required(Run& run, const Value& in) { return run.fail(shown(in) + " number required"); }

// Whole numbers stay as they are; others by `f`.
template <double (*f)(double)>
Got rounded(Run& run, Value* values, Value& out) {
  int64_t whole;
  if (!values[0].is_number()) return required(run, values[0]);
  if (values[0].exact(whole)) return answer(std::move(values[0]), out);
  return answer(Value::real(f(values[0].number())), out);
}

Got pair(double first, double second, Value& out) {
  Value made = Value::array(2);
  made.push(Value::real(first));
  made.push(Value::real(second));
  return answer(std::move(made), out);
}

}  // namespace

Got floor(Run& run, Value* values, Value& out) { return rounded<::floor>(run, values, out); }
Got ceil(Run& run, Value* values, Value& out) { return rounded<::ceil>(run, values, out); }
Got round(Run& run, Value* values, Value& out) { return rounded<::round>(run, values, out); }
Got trunc(Run& run, Value* values, Value& out) { return rounded<::trunc>(run, values, out); }

Got infinite(Run&, Value*, Value& out) { return answer(Value::real(std::numeric_limits<double>::infinity()), out); }
Got nan(Run&, Value*, Value& out) { return answer(Value::real(std::nan("")), out); }

Got isinfinite(Run&, Value* values, Value& out) { return answer(Value(values[0].is_number() && std::isinf(values[0].number())), out); }

Got isnan(Run&, Value* values, Value& out) { return answer(Value(values[0].is_number() && std::isnan(values[0].number())), out); }

Got isnormal(Run&, Value* values, Value& out) { return answer(Value(values[0].is_number() && std::isnormal(values[0].number())), out); }

Got frexp(Run& run, Value* values, Value& out) {
  if (!values[0].is_number()) return required(run, values[0]);
  int exponent = 0;
  const double part = std::frexp(values[0].number(), &exponent);
  return pair(part, std::isfinite(part) ? exponent : 0, out);
}

Got modf(Run& run, Value* values, Value& out) {
  if (!values[0].is_number()) return required(run, values[0]);
  double whole = 0;
  const double part = std::modf(values[0].number(), &whole);
  return pair(part, whole, out);
}

Got lgamma_r(Run& run, Value* values, Value& out) {
  if (!values[0].is_number()) return required(run, values[0]);
  int sign = 0;
  const double value = ::lgamma_r(values[0].number(), &sign);
  return pair(value, sign, out);
}

Got ldexp(Run& run, Value* values, Value& out) {
  for (int i = 1; i <= 2; ++i)
    if (!values[i].is_number()) return required(run, values[i]);
  const double power = std::isnan(values[2].number()) ? 0 : std::fmin(std::fmax(values[2].number(), -100000), 100000);
  return answer(Value::real(std::ldexp(values[1].number(), static_cast<int>(power))), out);
}

Got significand(Run& run, Value* values, Value& out) {
  if (!values[0].is_number()) return required(run, values[0]);
  const double value = values[0].number();
  if (value == 0 || !std::isfinite(value)) return answer(Value::real(value), out);
  int exponent = 0;
  return answer(Value::real(std::frexp(value, &exponent) * 2), out);
}

}  // namespace leat::expr::functions
