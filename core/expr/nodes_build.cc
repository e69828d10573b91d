#include "core/expr/nodes_build.h"

#include <algorithm>

#include "core/data/json.h"
#include "core/expr/run.h"

namespace leat::expr {

Got Array::eval(Env& env, Value&& in, Value& out) const {
  Value made = Value::array();
  if (of_) {
    const Flow end = for_each(*of_, env, std::move(in), [&](Value&& item) {
      made.push(std::move(item));
      return env.run.spend() ? Flow::go : Flow::fail;
    });
    if (end != Flow::go) return got(end);
    if (!env.run.within(made)) return Got::fail;
  }
  out = std::move(made);
  return Got::value;
}

Got Array::print(Env& env, Value&& in, std::string& out) const {
  char before = '[';
  if (of_)
    if (const Flow end = of_->print_all(env, std::move(in), before, out); end != Flow::go) return got(end);
  out += before == '[' ? "[]" : "]";
  return Got::value;
}

Node::Yield Object::yield_of(const std::vector<Part>& parts) {
  Yield yield = Yield::one;
  for (const Part& part : parts) yield = wider(yield, wider(part.key->yield(), part.item->yield()));
  return yield;
}

Object::Object(std::vector<Part> parts) : Node(yield_of(parts)), parts_(std::move(parts)) {
  std::vector<std::string> known;
  for (const Part& part : parts_) {
    const Value* key = part.key->constant();
    if (!key || !key->is_string()) return;
    std::string spelled;
    json::write_string(key->view(), spelled);
    if (std::find(known.begin(), known.end(), spelled) != known.end()) return;
    known.push_back(spelled);
  }
  for (size_t i = 0; i < known.size(); ++i) known[i] = (i == 0 ? '{' : ',') + known[i] + ':';
  spelled_ = std::move(known);
}

Got Object::eval(Env& env, Value&& in, Value& out) const {
  Value made = Value::object(parts_.size());
  for (const Part& part : parts_) {
    Value computed, item;
    const Value* key = part.key->constant();
    if (!key) {
      if (const Got end = part.key->eval(env, Value(in), computed); end != Got::value) return end;
      key = &computed;
    }
    if (!key->is_string()) return env.run.fail("Cannot use " + shown(*key) + " as object key");
    if (const Got end = part.item->eval(env, Value(in), item); end != Got::value) return end;
    spelled_.empty() ? made.put(*key, std::move(item)) : made.add(*key, std::move(item));
  }
  if (!env.run.within(made)) return Got::fail;
  out = std::move(made);
  return Got::value;
}

Flow Object::from(size_t part, Env& env, const Spot& in, const Value& made, Emit emit) const {
  if (part == parts_.size()) return env.run.within(made) ? emit(in.with(made)) : Flow::fail;
  return for_each(*parts_[part].key, env, Value(in.value), [&](Value&& key) {
    if (!key.is_string()) return env.run.fail("Cannot use " + shown(key) + " as object key"), Flow::fail;
    return for_each(*parts_[part].item, env, Value(in.value), [&](Value&& item) {
      Value next = made;
      next.put(key, std::move(item));
      return from(part + 1, env, in, next, emit);
    });
  });
}

Flow Object::each(Env& env, Spot&& in, Emit emit) const {
  if (single()) return Node::each(env, std::move(in), emit);
  return from(0, env, in, Value::object(), emit);
}

Got Object::print(Env& env, Value&& in, std::string& out) const {
  if (spelled_.empty()) return Node::print(env, std::move(in), out);
  for (size_t i = 0; i < parts_.size(); ++i) {
    out += spelled_[i];
    if (const Got end = parts_[i].item->print(env, Value(in), out); end != Got::value) return end;
  }
  out += '}';
  return Got::value;
}

Node::Yield Operation::yield_of(const std::vector<NodePtr>& operands) {
  Yield yield = Yield::one;
  for (const NodePtr& operand : operands) yield = wider(yield, operand->yield());
  return yield;
}

Operation::Operation(std::vector<NodePtr> operands) : Node(yield_of(operands)), operands_(std::move(operands)) {}

Got Operation::eval(Env& env, Value&& in, Value& out) const {
  Value values[kMost];
  const size_t last = operands_.size() - 1;
  for (size_t i = 0; i < last; ++i)
    if (const Got end = operands_[i]->eval(env, Value(in), values[i]); end != Got::value) return end;
  if (const Got end = operands_[last]->eval(env, std::move(in), values[last]); end != Got::value) return end;
  return apply(env, values, out);
}

Flow Operation::from(size_t operand, Env& env, const Spot& in, Value* values, Emit emit) const {
  if (operand == operands_.size()) {
    Value used[kMost], out;
    std::copy(values, values + operand, used);
    if (!env.run.spend()) return Flow::fail;
    const Got end = apply(env, used, out);
    return end == Got::value ? emit(in.with(std::move(out))) : flow(end);
  }
  return for_each(*operands_[operand], env, Value(in.value), [&](Value&& value) {
    values[operand] = std::move(value);
    return from(operand + 1, env, in, values, emit);
  });
}

Flow Operation::each(Env& env, Spot&& in, Emit emit) const {
  if (single()) return Node::each(env, std::move(in), emit);
  Value values[kMost];
  return from(0, env, in, values, emit);
}

namespace {

std::vector<NodePtr> two(NodePtr a, NodePtr b) {
  std::vector<NodePtr> out;
  out.push_back(std::move(a)), out.push_back(std::move(b));
  return out;
}

// The input last: it costs nothing to compute and may be used up.
std::vector<NodePtr> ordered(Native::Order order, std::vector<NodePtr> arguments, NodePtr input) {
  if (order == Native::Order::last_slowest) std::reverse(arguments.begin(), arguments.end());
  arguments.push_back(std::move(input));
  return arguments;
}

}  // namespace

Binary::Binary(Op op, NodePtr left, NodePtr right) : Operation(two(std::move(right), std::move(left))), op_(op) {}

Got Binary::eval(Env& env, Value&& in, Value& out) const {
  Value right, left;
  if (const Got end = operands()[0]->eval(env, Value(in), right); end != Got::value) return end;
  if (const Got end = operands()[1]->eval(env, std::move(in), left); end != Got::value) return end;
  return binary(env.run, op_, std::move(left), std::move(right), out);
}

Got Binary::apply(Env& env, Value* values, Value& out) const {
  return binary(env.run, op_, std::move(values[1]), std::move(values[0]), out);
}

Native::Native(Function function, Order order, std::vector<NodePtr> arguments, NodePtr input, bool light)
    : Operation(ordered(order, std::move(arguments), std::move(input))), function_(function), order_(order), light_(light) {}

Got Native::apply(Env& env, Value* values, Value& out) const {
  // They come as they were evaluated, the input last; the function wants the input first.
  const size_t count = operands().size();
  std::rotate(values, values + count - 1, values + count);
  if (order_ == Order::last_slowest) std::reverse(values + 1, values + count);
  if ((!light_ || values[0].is_string()) && values[0].weight() > 64 && !env.run.spend(values[0].weight() / 64)) return Got::fail;
  const Got end = function_(env.run, values, out);
  return end == Got::value && out.weight() > 1 && !env.run.within(out) ? Got::fail : end;
}

Node::Yield Text::yield_of(const std::vector<NodePtr>& parts) {
  Yield yield = Yield::one;
  for (const NodePtr& part : parts) yield = wider(yield, part->yield());
  return yield;
}

Text::Text(std::vector<NodePtr> parts, Format format, bool plain)
    : Node(yield_of(parts)), parts_(std::move(parts)), format_(format), plain_(plain) {}

Got Text::eval(Env& env, Value&& in, Value& out) const {
  std::string text;
  for (size_t i = 0; i < parts_.size(); ++i) {
    Value value;
    if (const Got end = parts_[i]->eval(env, Value(in), value); end != Got::value) return end;
    if (i % 2 == 0)
      text += value.view();
    else if (!format_(env.run, value, text))
      return Got::fail;
  }
  out = Value::text(text);
  return env.run.spend(1 + text.size() / 64) ? Got::value : Got::fail;
}

Got Text::print(Env& env, Value&& in, std::string& out) const {
  std::string piece;
  const size_t begin = out.size();
  out += '"';
  for (size_t i = 0; i < parts_.size(); ++i) {
    Value made;
    const Value* known = parts_[i]->constant();
    if (!known)
      if (const Got end = parts_[i]->eval(env, Value(in), made); end != Got::value) return end;
    const Value& value = known ? *known : made;
    if (i % 2 == 0 || (plain_ && value.is_string())) {
      json::write_inside(value.view(), out);
    } else {
      piece.clear();
      if (!format_(env.run, value, piece)) return Got::fail;
      json::write_inside(piece, out);
    }
    if (!env.run.printed(out.size())) return Got::fail;
  }
  out += '"';
  return env.run.spend(1 + (out.size() - begin) / 64) ? Got::value : Got::fail;
}

// From the last to the first: the language varies the first expression quickest.
Flow Text::from(size_t left, Env& env, const Spot& in, std::vector<std::string>& pieces, Emit emit) const {
  if (left == 0) {
    std::string text;
    for (const std::string& piece : pieces) text += piece;
    return env.run.spend(1 + text.size() / 64) ? emit(in.with(Value::text(text))) : Flow::fail;
  }
  const size_t part = left - 1;
  return for_each(*parts_[part], env, Value(in.value), [&](Value&& value) {
    std::string piece;
    if (part % 2 == 0)
      piece = value.view();
    else if (!format_(env.run, value, piece))
      return Flow::fail;
    pieces[part] = std::move(piece);
    return from(part, env, in, pieces, emit);
  });
}

Flow Text::each(Env& env, Spot&& in, Emit emit) const {
  if (single()) return Node::each(env, std::move(in), emit);
  std::vector<std::string> pieces(parts_.size());
  return from(parts_.size(), env, in, pieces, emit);
}

}  // namespace leat::expr
