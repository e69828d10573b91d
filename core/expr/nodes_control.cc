#include "core/expr/nodes_control.h"

#include "core/expr/run.h"

namespace leat::expr {

Branch::Branch(NodePtr condition, NodePtr yes, NodePtr no)
    : Node(wider(condition->yield(), wider(yes->yield(), no->yield()))),
      condition_(std::move(condition)),
      yes_(std::move(yes)),
      no_(std::move(no)) {}

Got Branch::eval(Env& env, Value&& in, Value& out) const {
  bool yes = false;
  if (const Got end = condition_->truth(env, Value(in), yes); end != Got::value) return end;
  return (yes ? yes_ : no_)->eval(env, std::move(in), out);
}

Flow Branch::each(Env& env, Spot&& in, Emit emit) const {
  if (condition_->single()) {
    bool yes = false;
    if (const Got end = condition_->truth(env, Value(in.value), yes); end != Got::value) return flow(end);
    return (yes ? yes_ : no_)->each(env, std::move(in), emit);
  }
  return for_each(*condition_, env, Value(in.value),
                  [&](Value&& truth) { return (truth.truthy() ? yes_ : no_)->each(env, Spot(in), emit); });
}

Got Branch::truth(Env& env, Value&& in, bool& yes) const {
  bool chosen = false;
  if (const Got end = condition_->truth(env, Value(in), chosen); end != Got::value) return end;
  return (chosen ? yes_ : no_)->truth(env, std::move(in), yes);
}

Got Branch::print(Env& env, Value&& in, std::string& out) const {
  bool yes = false;
  if (const Got end = condition_->truth(env, Value(in), yes); end != Got::value) return end;
  return (yes ? yes_ : no_)->print(env, std::move(in), out);
}

Guard::Guard(NodePtr condition, NodePtr rest)
    : Node(wider(Yield::maybe, wider(condition->yield(), rest->yield()))), condition_(std::move(condition)), rest_(std::move(rest)) {}

Got Guard::eval(Env& env, Value&& in, Value& out) const {
  bool yes = false;
  if (const Got end = condition_->truth(env, Value(in), yes); end != Got::value) return end;
  return yes ? rest_->eval(env, std::move(in), out) : Got::none;
}

Flow Guard::each(Env& env, Spot&& in, Emit emit) const {
  if (condition_->single()) {
    bool yes = false;
    if (const Got end = condition_->truth(env, Value(in.value), yes); end != Got::value) return flow(end);
    return yes ? rest_->each(env, std::move(in), emit) : Flow::go;
  }
  return for_each(*condition_, env, Value(in.value),
                  [&](Value&& truth) { return truth.truthy() ? rest_->each(env, Spot(in), emit) : Flow::go; });
}

Got Guard::truth(Env& env, Value&& in, bool& yes) const {
  bool chosen = false;
  if (const Got end = condition_->truth(env, Value(in), chosen); end != Got::value) return end;
  return chosen ? rest_->truth(env, std::move(in), yes) : Got::none;
}

Got Guard::print(Env& env, Value&& in, std::string& out) const {
  bool yes = false;
  if (const Got end = condition_->truth(env, Value(in), yes); end != Got::value) return end;
  return yes ? rest_->print(env, std::move(in), out) : Got::none;
}

Got Logic::truth(Env& env, Value&& in, bool& yes) const {
  if (const Got end = left_->truth(env, Value(in), yes); end != Got::value || yes != both_) return end;
  return right_->truth(env, std::move(in), yes);
}

Got Logic::eval(Env& env, Value&& in, Value& out) const {
  bool yes = false;
  const Got end = truth(env, std::move(in), yes);
  if (end == Got::value) out = Value(yes);
  return end;
}

Flow Logic::each(Env& env, Spot&& in, Emit emit) const {
  return for_each(*left_, env, Value(in.value), [&](Value&& left) {
    if (left.truthy() != both_) return emit(in.with(Value(!both_)));
    return for_each(*right_, env, Value(in.value), [&](Value&& right) { return emit(in.with(Value(right.truthy()))); });
  });
}

Got Not::truth(Env& env, Value&& in, bool& yes) const {
  const Got end = of_->truth(env, std::move(in), yes);
  yes = !yes;
  return end;
}

Got Not::eval(Env& env, Value&& in, Value& out) const {
  bool yes = false;
  const Got end = truth(env, std::move(in), yes);
  if (end == Got::value) out = Value(yes);
  return end;
}

Flow Not::each(Env& env, Spot&& in, Emit emit) const {
  const Spot like{Value(), in.path};
  return for_each(*of_, env, std::move(in.value), [&](Value&& value) { return emit(like.with(Value(!value.truthy()))); });
}

Alternative::Alternative(NodePtr left, NodePtr right)
    : Node(left->single() ? right->yield() : Yield::many), left_(std::move(left)), right_(std::move(right)) {}

Got Alternative::eval(Env& env, Value&& in, Value& out) const {
  const Got end = left_->eval(env, Value(in), out);
  if (end == Got::value ? out.truthy() : end != Got::none) return end;
  return right_->eval(env, std::move(in), out);
}

Flow Alternative::each(Env& env, Spot&& in, Emit emit) const {
  bool any = false;
  auto keep = [&](Spot&& spot) {
    if (!spot.value.truthy()) return Flow::go;
    any = true;
    return emit(std::move(spot));
  };
  const Flow end = left_->each(env, Spot(in), keep);
  return any || end != Flow::go ? end : right_->each(env, std::move(in), emit);
}

Got Alternative::print(Env& env, Value&& in, std::string& out) const {
  bool yes = false;
  const Got end = left_->truth(env, Value(in), yes);
  if (end == Got::stop || end == Got::fail) return end;
  return (end == Got::value && yes ? left_ : right_)->print(env, std::move(in), out);
}

Attempt::Attempt(NodePtr body, NodePtr handler)
    : Node(wider(Yield::maybe, handler ? wider(body->yield(), handler->yield()) : body->yield())),
      body_(std::move(body)),
      handler_(std::move(handler)) {}

Got Attempt::eval(Env& env, Value&& in, Value& out) const {
  const Got end = body_->eval(env, std::move(in), out);
  if (end != Got::fail || env.run.bounded) return end;
  return handler_ ? handler_->eval(env, std::exchange(env.run.error, Value()), out) : Got::none;
}

Flow Attempt::each(Env& env, Spot&& in, Emit emit) const {
  bool above = false;  // the reader failed, which is not the body's failure
  auto next = [&](Spot&& spot) {
    const Flow end = emit(std::move(spot));
    above = end == Flow::fail;
    return end;
  };
  const Spot like{Value(), in.path};
  const Flow end = body_->each(env, std::move(in), next);
  if (end != Flow::fail || above || env.run.bounded) return end;
  if (!handler_) return Flow::go;
  return handler_->each(env, like.with(std::exchange(env.run.error, Value())), emit);
}

Flow Label::each(Env& env, Spot&& in, Emit emit) const {
  const int64_t name = ++env.run.labels;
  Value before = std::exchange(env.variables[slot_], Value::integer(name));
  const Flow end = body_->each(env, std::move(in), emit);
  env.variables[slot_] = std::move(before);
  return end == Flow::stop && env.run.leaving == name ? (env.run.leaving = -1, Flow::go) : end;
}

Got Leave::eval(Env& env, Value&&, Value&) const {
  above(env, levels_).variables[slot_].exact(env.run.leaving);
  return Got::stop;
}

Flow Window::run(Env& env, Spot&& in, double skip, double count, Emit emit) const {
  if (count <= 0) return Flow::go;
  bool done = false;
  auto next = [&](Spot&& spot) {
    if (!env.run.spend()) return Flow::fail;
    if (skip > 0) return --skip, Flow::go;
    done = --count <= 0;
    const Flow end = emit(std::move(spot));
    if (end != Flow::go) return done = false, end;
    return done ? Flow::stop : Flow::go;
  };
  const Flow end = of_->each(env, std::move(in), next);
  return end == Flow::stop && done ? Flow::go : end;
}

Flow Window::each(Env& env, Spot&& in, Emit emit) const {
  constexpr double kAll = 1e300;
  if (count_)
    return for_each(*count_, env, Value(in.value), [&](Value&& count) {
      if (!count.is_number()) return env.run.fail("limit takes a number"), Flow::fail;
      return run(env, Spot(in), 0, count.number() < 0 ? kAll : count.number(), emit);
    });
  return for_each(*skip_, env, Value(in.value), [&](Value&& skip) {
    if (!skip.is_number()) return env.run.fail("skip takes a number"), Flow::fail;
    if (skip.number() < 0) return env.run.fail("skip doesn't support negative count"), Flow::fail;
    return run(env, Spot(in), skip.number(), kAll, emit);
  });
}

Flow First::each(Env& env, Spot&& in, Emit emit) const {
  bool done = false;
  auto next = [&](Spot&& spot) {
    const Flow end = emit(std::move(spot));
    done = end == Flow::go;
    return done ? Flow::stop : end;
  };
  const Flow end = of_->each(env, std::move(in), next);
  return end == Flow::stop && done ? Flow::go : end;
}

Flow Nth::each(Env& env, Spot&& in, Emit emit) const {
  return for_each(*number_, env, Value(in.value), [&](Value&& number) {
    if (!number.is_number()) return env.run.fail("nth takes a number"), Flow::fail;
    double left = number.number();
    if (left < 0) return env.run.fail("nth doesn't support negative indices"), Flow::fail;
    bool done = false;
    auto next = [&](Spot&& spot) {
      if (!env.run.spend()) return Flow::fail;
      if (--left >= 0) return Flow::go;
      const Flow end = emit(std::move(spot));
      done = end == Flow::go;
      return done ? Flow::stop : end;
    };
    const Flow end = of_->each(env, Spot(in), next);
    return end == Flow::stop && done ? Flow::go : end;
  });
}

Flow Last::each(Env& env, Spot&& in, Emit emit) const {
  Spot last;
  bool any = false;
  auto next = [&](Spot&& spot) {
    last = std::move(spot), any = true;
    return env.run.spend() ? Flow::go : Flow::fail;
  };
  const Flow end = of_->each(env, std::move(in), next);
  return end == Flow::go && any ? emit(std::move(last)) : end;
}

Got Exists::eval(Env& env, Value&& in, Value& out) const {
  bool found = false;
  const auto judge = [&](bool truth) {
    found = ask_ == Ask::none || truth == (ask_ == Ask::any);
    return found ? Flow::stop : env.run.spend() ? Flow::go : Flow::fail;
  };
  const Flow end = for_each(*of_, env, std::move(in), [&](Value&& value) {
    if (!condition_) return judge(value.truthy());
    return for_each(*condition_, env, std::move(value), [&](Value&& truth) { return judge(truth.truthy()); });
  });
  if (end == Flow::fail || (end == Flow::stop && !found)) return got(end);
  out = Value(found == (ask_ == Ask::any));
  return Got::value;
}

}  // namespace leat::expr
