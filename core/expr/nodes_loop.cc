#include "core/expr/nodes_loop.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/data/order.h"
#include "core/expr/nodes_build.h"
#include "core/expr/run.h"

namespace leat::expr {

Flow Range::count(Run& run, const Value& from, const Value& to, const Value& by, const Spot& in, Emit emit) const {
  if (!from.is_number() || !to.is_number() || !by.is_number()) return run.fail("Range bounds must be numeric"), Flow::fail;
  int64_t start, step;
  const double end = to.number(), stride = by.number();
  if (from.exact(start) && by.exact(step) && step != 0 && std::abs(step) < (1 << 30) && std::abs(start) < (int64_t{1} << 52)) {
    for (int64_t at = start; step > 0 ? static_cast<double>(at) < end : static_cast<double>(at) > end; at += step) {
      if (!run.spend()) return Flow::fail;
      if (const Flow given = emit(in.with(Value::integer(at))); given != Flow::go) return given;
    }
    return Flow::go;
  }
  if (!(stride > 0) && !(stride < 0)) return Flow::go;
  for (double at = from.number(); stride > 0 ? at < end : at > end; at += stride) {
    if (!run.spend()) return Flow::fail;
    if (const Flow given = emit(in.with(Value::real(at))); given != Flow::go) return given;
  }
  return Flow::go;
}

Flow Range::each(Env& env, Spot&& in, Emit emit) const {
  return for_each(*from_, env, Value(in.value), [&](Value&& from) {
    return for_each(*to_, env, Value(in.value), [&](Value&& to) {
      if (!by_) return count(env.run, from, to, Value::integer(1), in, emit);
      return for_each(*by_, env, Value(in.value), [&](Value&& by) { return count(env.run, from, to, by, in, emit); });
    });
  });
}

// Where each value makes at most one other the chain is a loop; else what a value makes is visited while it is made.
Flow Chain::each(Env& env, Spot&& in, Emit emit) const {
  if (!step_->single() || (condition_ && !condition_->single()) || in.tracked()) return visit(env, std::move(in), emit);
  Value at = std::move(in.value);
  for (bool first = true;; first = false) {
    if (!env.run.spend()) return Flow::fail;
    bool yes = true;
    if (condition_ && (way_ != Way::recurse || !first))
      if (const Got end = condition_->truth(env, Value(at), yes); end != Got::value) return flow(end);
    if (way_ == Way::until ? yes : !yes) return way_ == Way::until ? emit(Spot{std::move(at), {}}) : Flow::go;
    if (way_ != Way::until)
      if (const Flow given = emit(Spot{at, {}}); given != Flow::go) return given;
    Value next;
    if (const Got end = step_->eval(env, std::move(at), next); end != Got::value) return flow(end);
    at = std::move(next);
  }
}

Flow Chain::follow(Env& env, Spot&& at, Emit emit) const {
  auto next = [&](Spot&& spot) {
    if (way_ != Way::recurse || !condition_) return visit(env, std::move(spot), emit);
    return for_each(*condition_, env, Value(spot.value),
                    [&](Value&& truth) { return truth.truthy() ? visit(env, Spot(spot), emit) : Flow::go; });
  };
  return step_->each(env, std::move(at), next);
}

Flow Chain::visit(Env& env, Spot&& at, Emit emit) const {
  Deeper deeper(env.run);
  if (!deeper.fits() || !env.run.spend()) return Flow::fail;
  if (way_ == Way::recurse) {
    if (const Flow given = emit(Spot(at)); given != Flow::go) return given;
    return follow(env, std::move(at), emit);
  }
  return for_each(*condition_, env, Value(at.value), [&](Value&& truth) {
    if (way_ == Way::until) return truth.truthy() ? emit(Spot(at)) : follow(env, Spot(at), emit);
    if (!truth.truthy()) return Flow::go;
    const Flow given = emit(Spot(at));
    return given == Flow::go ? follow(env, Spot(at), emit) : given;
  });
}

Flow Repeat::each(Env& env, Spot&& in, Emit emit) const {
  for (;;) {
    if (!env.run.spend()) return Flow::fail;
    if (const Flow end = of_->each(env, Spot(in), emit); end != Flow::go) return end;
  }
}

Got Sum::eval(Env& env, Value&& in, Value& out) const {
  Value sum;
  const Flow end = for_each(*of_, env, std::move(in), [&](Value&& item) {
    Value next;
    if (!env.run.spend() || binary(env.run, Op::add, std::move(sum), std::move(item), next) != Got::value) return Flow::fail;
    sum = std::move(next);
    return Flow::go;
  });
  if (end != Flow::go) return got(end);
  out = std::move(sum);
  return Got::value;
}

}  // namespace leat::expr
