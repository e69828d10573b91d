#include "core/expr/nodes_bind.h"

#include "core/expr/access.h"
#include "core/expr/run.h"

namespace leat::expr {
namespace {

// Variables hold their values for one output of their source, and what they held before comes back behind it: the same
// place in the text may be running further out, in another turn of the same closure.
class Restore {
 public:
  Restore(Env& env, const std::vector<uint32_t>& slots) : env_(env), slots_(slots) {
    if (slots.size() > kNear) far_ = std::make_unique<Value[]>(slots.size());
    for (size_t i = 0; i < slots.size(); ++i) kept()[i] = std::move(env.variables[slots[i]]);
  }
  ~Restore() {
    for (size_t i = 0; i < slots_.size(); ++i) env_.variables[slots_[i]] = std::move(kept()[i]);
  }

 private:
  static constexpr size_t kNear = 3;
  Value* kept() { return far_ ? far_.get() : near_; }
  Env& env_;
  const std::vector<uint32_t>& slots_;
  Value near_[kNear];
  std::unique_ptr<Value[]> far_;
};

}  // namespace

Flow Pattern::from(size_t part, Env& env, const Value& value, Emit then) const {
  if (plain()) {
    env.variables[slot_] = value;
    return then(Spot());
  }
  if (part == parts_.size()) return then(Spot());
  const auto with_key = [&](const Value& key) {
    if (parts_[part].key && !key.is_string()) return env.run.fail("Cannot use " + shown(key) + " as object key"), Flow::fail;
    Value item;
    if (!get(env.run, value, key, item)) return Flow::fail;
    return parts_[part].inner->match(env, item, [&] { return from(part + 1, env, value, then); });
  };
  if (!parts_[part].key) return with_key(Value::integer(static_cast<int64_t>(part)));
  return for_each(*parts_[part].key, env, Value(value), [&](Value&& key) { return with_key(key); });
}

Node::Yield Bind::yield_of(const Node& source, const std::vector<Pattern>& patterns, const Node& body) {
  return patterns.size() == 1 && patterns[0].plain() ? wider(source.yield(), body.yield()) : Yield::many;
}

Bind::Bind(NodePtr source, std::vector<Pattern> patterns, std::vector<uint32_t> slots, NodePtr body)
    : Node(yield_of(*source, patterns, *body)),
      source_(std::move(source)),
      patterns_(std::move(patterns)),
      slots_(std::move(slots)),
      body_(std::move(body)) {}

Got Bind::eval(Env& env, Value&& in, Value& out) const {
  Value value;
  if (const Got end = source_->eval(env, Value(in), value); end != Got::value) return end;
  Value& variable = env.variables[patterns_[0].slot()];
  Value before = std::exchange(variable, std::move(value));
  const Got end = body_->eval(env, std::move(in), out);
  variable = std::move(before);
  return end;
}

Flow Bind::with(Env& env, const Value& value, const Spot& in, Emit emit) const {
  for (size_t i = 0; i < patterns_.size(); ++i) {
    Restore restore(env, slots_);
    bool above = false;
    auto next = [&](Spot&& spot) {
      const Flow end = emit(std::move(spot));
      above = end == Flow::fail;
      return end;
    };
    const Flow end = patterns_[i].match(env, value, [&] { return body_->each(env, Spot(in), next); });
    // A pattern that does not fit, or a body that fails, leaves it to the next one.
    if (end != Flow::fail || above || env.run.bounded || i + 1 == patterns_.size()) return end;
  }
  return Flow::go;
}

Flow Bind::each(Env& env, Spot&& in, Emit emit) const {
  if (single() && !in.tracked()) return Node::each(env, std::move(in), emit);
  return for_each(*source_, env, Value(in.value), [&](Value&& value) { return with(env, value, in, emit); });
}

Reduce::Reduce(NodePtr source, Pattern pattern, std::vector<uint32_t> slots, NodePtr start, NodePtr step)
    : Node(start->yield()),
      source_(std::move(source)),
      pattern_(std::move(pattern)),
      slots_(std::move(slots)),
      start_(std::move(start)),
      step_(std::move(step)) {}

Flow Reduce::each(Env& env, Spot&& in, Emit emit) const {
  auto fold = [&](Spot&& state) {
    const Flow end = for_each(*source_, env, Value(in.value), [&](Value&& value) {
      Restore restore(env, slots_);
      return pattern_.match(env, value, [&] {
        if (!env.run.spend()) return Flow::fail;
        Spot next = state.with(Value());
        auto keep = [&](Spot&& spot) { return next = std::move(spot), Flow::go; };
        const Flow stepped = step_->each(env, std::move(state), keep);
        state = std::move(next);
        return stepped;
      });
    });
    return end == Flow::go ? emit(std::move(state)) : end;
  };
  return start_->each(env, Spot(in), fold);
}

Foreach::Foreach(NodePtr source, Pattern pattern, std::vector<uint32_t> slots, NodePtr start, NodePtr step, NodePtr extract)
    : Node(Yield::many),
      source_(std::move(source)),
      pattern_(std::move(pattern)),
      slots_(std::move(slots)),
      start_(std::move(start)),
      step_(std::move(step)),
      extract_(std::move(extract)) {}

Flow Foreach::each(Env& env, Spot&& in, Emit emit) const {
  auto fold = [&](Spot&& state) {
    return for_each(*source_, env, Value(in.value), [&](Value&& value) {
      Restore restore(env, slots_);
      return pattern_.match(env, value, [&] {
        Spot next = state.with(Value());  // what stands if the step has no output
        auto keep = [&](Spot&& spot) {
          if (!env.run.spend()) return Flow::fail;
          next = spot;
          return extract_->each(env, std::move(spot), emit);
        };
        const Flow end = step_->each(env, std::move(state), keep);
        state = std::move(next);
        return end;
      });
    });
  };
  return start_->each(env, Spot(in), fold);
}

Call::Call(const Function* function, uint32_t levels, std::vector<NodePtr> arguments)
    : Node(function->body ? function->body->yield() : Yield::many),
      function_(function),
      levels_(levels),
      arguments_(std::move(arguments)) {}

template <class F>
auto Call::inside(Env& env, F&& run) const {
  Closure closures[kMostArguments];
  for (size_t i = 0; i < arguments_.size(); ++i) closures[i] = {arguments_[i].get(), &env};
  Locals locals(function_->variables);
  Env inner{env.run, locals.data(), closures, &above(env, levels_)};
  return run(inner);
}

Got Call::eval(Env& env, Value&& in, Value& out) const {
  Deeper deeper(env.run);
  if (!deeper.fits() || !env.run.spend()) return Got::fail;
  return inside(env, [&](Env& inner) { return function_->body->eval(inner, std::move(in), out); });
}

Flow Call::each(Env& env, Spot&& in, Emit emit) const {
  Deeper deeper(env.run);
  if (!deeper.fits() || !env.run.spend()) return Flow::fail;
  return inside(env, [&](Env& inner) { return function_->body->each(inner, std::move(in), emit); });
}

Flow Argument::each(Env& env, Spot&& in, Emit emit) const {
  Deeper deeper(env.run);
  if (!deeper.fits() || !env.run.spend()) return Flow::fail;
  const Closure& closure = above(env, levels_).closures[index_];
  return closure.body->each(*closure.env, std::move(in), emit);
}

}  // namespace leat::expr
