#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/data/order.h"
#include "core/expr/access.h"
#include "core/expr/nodes_build.h"
#include "core/expr/nodes_slot.h"
#include "core/expr/run.h"

namespace leat::expr {
namespace {

Got cannot(Run& run, const Value& left, const Value& right, std::string_view what) {
  return run.fail(fmt::format("{} and {} cannot be {}", shown(left), shown(right), what));
}

bool integers(const Value& left, const Value& right, int64_t& a, int64_t& b) { return left.exact(a) && right.exact(b); }

Got number(Value made, Value& out) { return out = std::move(made), Got::value; }

Got add(Run& run, Value&& left, Value&& right, Value& out) {
  int64_t a, b, sum;
  if (integers(left, right, a, b) && !__builtin_add_overflow(a, b, &sum)) return number(Value::integer(sum), out);
  if (left.is_null()) return out = std::move(right), Got::value;
  if (right.is_null()) return out = std::move(left), Got::value;
  if (left.kind() != right.kind() || left.is_bool()) return cannot(run, left, right, "added");
  switch (left.kind()) {
    case Value::Kind::number:
      return number(Value::real(left.number() + right.number()), out);
    case Value::Kind::string:
      left.append(right.view());
      break;
    case Value::Kind::array:
      for (const Value& item : right.items()) left.push(item);
      break;
    default:
      for (const Entry& entry : right.entries()) left.put(entry.key, entry.item);
  }
  out = std::move(left);
  return run.spend(1 + right.size() / 8) && run.within(out) ? Got::value : Got::fail;
}

Got subtract(Run& run, Value&& left, Value&& right, Value& out) {
  int64_t a, b, difference;
  if (integers(left, right, a, b) && !__builtin_sub_overflow(a, b, &difference)) return number(Value::integer(difference), out);
  if (left.is_number() && right.is_number()) return number(Value::real(left.number() - right.number()), out);
  if (!left.is_array() || !right.is_array()) return cannot(run, left, right, "subtracted");
  Value kept = Value::array();
  for (const Value& item : left.items()) {
    bool found = false;
    for (size_t i = 0; i < right.size() && !found; ++i) found = equal(item, right.items()[i]);
    if (!found) kept.push(item);
    if (!run.spend(1 + right.size())) return Got::fail;
  }
  out = std::move(kept);
  return Got::value;
}

bool merge(Run& run, Value& left, const Value& right) {
  Deeper deeper(run);
  if (!deeper.fits()) return false;
  for (const Entry& entry : right.entries()) {
    const Value* old = left.find(entry.key.view());
    Value item = entry.item;
    if (old && old->is_object() && item.is_object()) {
      Value mine = left.take(entry.key.view());
      if (!merge(run, mine, item)) return false;
      item = std::move(mine);
    }
    left.put(entry.key, std::move(item));
    if (!run.spend()) return false;
  }
  return true;
}

Got repeat(Run& run, std::string_view text, double times, Value& out) {
  if (times < 0 || std::isnan(times)) return out = Value(), Got::value;
  const double count = std::floor(times);
  if (!text.empty() && !run.room(count * static_cast<double>(text.size()))) return Got::fail;
  char* bytes;
  const auto whole = static_cast<size_t>(text.empty() ? 0 : count);
  Value made = Value::text(text.size() * whole, bytes);
  for (size_t i = 0; i < whole; ++i) text.copy(bytes + i * text.size(), text.size());
  out = std::move(made);
  return run.spend(1 + out.size() / 64) ? Got::value : Got::fail;
}

Got multiply(Run& run, Value&& left, Value&& right, Value& out) {
  int64_t a, b, product;
  // 0 * -1 is -0 in doubles.
  if (integers(left, right, a, b) && !__builtin_mul_overflow(a, b, &product) && (product != 0 || (a >= 0 && b >= 0)))
    return number(Value::integer(product), out);
  if (left.is_number() && right.is_number()) return number(Value::real(left.number() * right.number()), out);
  if (left.is_string() && right.is_number()) return repeat(run, left.view(), right.number(), out);
  if (left.is_number() && right.is_string()) return repeat(run, right.view(), left.number(), out);
  if (!left.is_object() || !right.is_object()) return cannot(run, left, right, "multiplied");
  if (!merge(run, left, right)) return Got::fail;
  out = std::move(left);
  return run.within(out) ? Got::value : Got::fail;
}

Got split(Run& run, const Value& whole, std::string_view by, Value& out) {
  const std::string_view text = whole.view();
  Value pieces = Value::array(text.empty() ? 0 : 8);
  for (size_t at = 0, end = 0; !text.empty() && at != std::string_view::npos; at = end) {
    end = by.empty() ? at + byte_of(text.substr(at), 1) : text.find(by, at);
    pieces.push(whole.part(at, std::min(end, text.size()) - at));
    if (!run.spend()) return Got::fail;
    end = end == (by.empty() ? text.size() : std::string_view::npos) ? std::string_view::npos : end + by.size();
  }
  out = std::move(pieces);
  return Got::value;
}

Got divide(Run& run, Value&& left, Value&& right, Value& out) {
  if (left.is_number() && right.is_number()) {
    const double by = right.number();
    if (by == 0) return cannot(run, left, right, "divided because the divisor is zero");
    int64_t a, b;
    if (integers(left, right, a, b) && b != -1 && a % b == 0 && (a != 0 || b > 0)) return number(Value::integer(a / b), out);
    return number(Value::real(left.number() / by), out);
  }
  if (left.is_string() && right.is_string()) return split(run, left, right.view(), out);
  return cannot(run, left, right, "divided");
}

int64_t truncated(double value) {
  if (value >= 9223372036854775807.0) return INT64_MAX;
  if (value <= -9223372036854775808.0) return INT64_MIN;
  return static_cast<int64_t>(value);
}

Got modulo(Run& run, Value&& left, Value&& right, Value& out) {
  if (!left.is_number() || !right.is_number()) return cannot(run, left, right, "divided (remainder)");
  int64_t a, b;
  if (!left.exact(a)) {
    if (std::isnan(left.number()) || std::isnan(right.number())) return number(Value::real(std::nan("")), out);
    a = truncated(left.number());
  }
  if (!right.exact(b)) {
    if (std::isnan(right.number())) return number(Value::real(std::nan("")), out);
    b = truncated(right.number());
  }
  if (b == 0) return cannot(run, left, right, "divided (remainder) because the divisor is zero");
  return number(Value::integer(b == -1 ? 0 : a % b), out);
}

}  // namespace

Got binary(Run& run, Op op, Value&& left, Value&& right, Value& out) {
  switch (op) {
    case Op::add:
      return add(run, std::move(left), std::move(right), out);
    case Op::subtract:
      return subtract(run, std::move(left), std::move(right), out);
    case Op::multiply:
      return multiply(run, std::move(left), std::move(right), out);
    case Op::divide:
      return divide(run, std::move(left), std::move(right), out);
    case Op::modulo:
      return modulo(run, std::move(left), std::move(right), out);
    default:
      break;
  }
  if (left.is_container() && !run.spend(1 + std::min(left.weight(), right.weight()) / 8)) return Got::fail;
  const int order = op == Op::equal || op == Op::differ ? !equal(left, right) : compare(left, right);
  out = Value(holds(op, order));
  return Got::value;
}

}  // namespace leat::expr
