#include "core/expr/nodes_basic.h"

#include "core/data/json.h"
#include "core/expr/run.h"

namespace leat::expr {

Got Node::eval(Env& env, Value&& in, Value& out) const {
  // For a node that only generates: its first output, which single() says is its last.
  bool any = false;
  auto keep = [&](Spot&& spot) { return out = std::move(spot.value), any = true, Flow::go; };
  const Flow end = each(env, Spot{std::move(in), {}}, keep);
  return end == Flow::go ? any ? Got::value : Got::none : got(end);
}

Flow Node::each(Env& env, Spot&& in, Emit emit) const {
  Value out;
  const bool tracked = in.tracked();
  const Got end = eval(env, std::move(in.value), out);
  if (end != Got::value) return flow(end);
  return emit(Spot{std::move(out), tracked ? Value(false) : Value()});
}

Got Node::truth(Env& env, Value&& in, bool& yes) const {
  Value out;
  const Got end = eval(env, std::move(in), out);
  yes = out.truthy();
  return end;
}

Got Node::print(Env& env, Value&& in, std::string& out) const {
  Value value;
  const Got end = eval(env, std::move(in), value);
  if (end == Got::value) json::write(value, out);
  return end;
}

Flow Node::print_all(Env& env, Value&& in, char& before, std::string& out) const {
  Run& run = env.run;
  return for_each(*this, env, std::move(in), [&](Value&& item) {
    if (item.depth() >= Value::kMaxDepth) return run.past("the value is nested too deeply"), Flow::fail;
    out += std::exchange(before, ',');
    json::write(item, out);
    return run.spend() && run.printed(out.size()) ? Flow::go : Flow::fail;
  });
}

Literal::Literal(Value value) : Node(Yield::one), value_(std::move(value)) { value_.freeze(); }

Literal::~Literal() { value_.thaw(); }

Got Pipe::eval(Env& env, Value&& in, Value& out) const {
  Value middle;
  const Got end = left_->eval(env, std::move(in), middle);
  return end == Got::value ? right_->eval(env, std::move(middle), out) : end;
}

Flow Pipe::each(Env& env, Spot&& in, Emit emit) const {
  if (left_->single() && !in.tracked()) {
    Value middle;
    const Got end = left_->eval(env, std::move(in.value), middle);
    return end == Got::value ? right_->each(env, Spot{std::move(middle), {}}, emit) : flow(end);
  }
  auto next = [&](Spot&& spot) {
    if (!right_->single() || spot.tracked()) return right_->each(env, std::move(spot), emit);
    Spot out;
    const Got end = right_->eval(env, std::move(spot.value), out.value);
    return end == Got::value ? emit(std::move(out)) : flow(end);
  };
  return left_->each(env, std::move(in), next);
}

Got Pipe::truth(Env& env, Value&& in, bool& yes) const {
  Value middle;
  const Got end = left_->eval(env, std::move(in), middle);
  return end == Got::value ? right_->truth(env, std::move(middle), yes) : end;
}

Got Pipe::print(Env& env, Value&& in, std::string& out) const {
  Value middle;
  const Got end = left_->eval(env, std::move(in), middle);
  return end == Got::value ? right_->print(env, std::move(middle), out) : end;
}

Flow Pipe::print_all(Env& env, Value&& in, char& before, std::string& out) const {
  return for_each(*left_, env, std::move(in), [&](Value&& middle) {
    if (!right_->single()) return right_->print_all(env, std::move(middle), before, out);
    const size_t mark = out.size();
    out += before;
    const Got end = right_->print(env, std::move(middle), out);
    if (end != Got::value) return out.resize(mark), flow(end);
    before = ',';
    return env.run.spend() && env.run.printed(out.size()) ? Flow::go : Flow::fail;
  });
}

Flow Comma::each(Env& env, Spot&& in, Emit emit) const {
  for (size_t i = 0; i + 1 < parts_.size(); ++i)
    if (const Flow end = parts_[i]->each(env, Spot(in), emit); end != Flow::go) return end;
  return parts_.back()->each(env, std::move(in), emit);
}

Got Given::eval(Env& env, Value&&, Value& out) const {
  for (const auto& [name, value] : env.run.variables)
    if (name == name_) return out = value, Got::value;
  return env.run.fail("$" + name_ + " has no value");
}

}  // namespace leat::expr
