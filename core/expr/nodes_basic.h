// Basic nodes: values, names, and the joints between nodes.
// Owner:   the program.
// Thread:  as Node.   Blocks: never.   Fails: as Node.
#pragma once

#include <vector>

#include "core/expr/node.h"

namespace leat::expr {

class Literal final : public Node {
 public:
  explicit Literal(Value value);
  ~Literal() override;
  Got eval(Env&, Value&&, Value& out) const override { return out = value_, Got::value; }
  const Value* constant() const override { return &value_; }

 private:
  Value value_;  // frozen: lanes share programs
};

class Identity final : public Node {
 public:
  Identity() : Node(Yield::one) {}
  Got eval(Env&, Value&& in, Value& out) const override { return out = std::move(in), Got::value; }
  Flow each(Env&, Spot&& in, Emit emit) const override { return emit(std::move(in)); }
};

class Empty final : public Node {
 public:
  Empty() : Node(Yield::maybe) {}
  Got eval(Env&, Value&&, Value&) const override { return Got::none; }
  Flow each(Env&, Spot&&, Emit) const override { return Flow::go; }
};

class Pipe final : public Node {
 public:
  Pipe(NodePtr left, NodePtr right) : Node(wider(left->yield(), right->yield())), left_(std::move(left)), right_(std::move(right)) {}
  Got eval(Env& env, Value&& in, Value& out) const override;
  Flow each(Env& env, Spot&& in, Emit emit) const override;
  Got truth(Env& env, Value&& in, bool& yes) const override;
  Got print(Env& env, Value&& in, std::string& out) const override;
  Flow print_all(Env& env, Value&& in, char& before, std::string& out) const override;

 private:
  NodePtr left_, right_;
};

class Comma final : public Node {
 public:
  explicit Comma(std::vector<NodePtr> parts) : Node(Yield::many), parts_(std::move(parts)) {}
  Flow each(Env& env, Spot&& in, Emit emit) const override;

 private:
  std::vector<NodePtr> parts_;
};

// A variable of a function around this place.
class Variable final : public Node {
 public:
  Variable(uint32_t levels, uint32_t slot) : Node(Yield::one), levels_(levels), slot_(slot) {}
  Got eval(Env& env, Value&&, Value& out) const override { return out = above(env, levels_).variables[slot_], Got::value; }

 private:
  uint32_t levels_, slot_;
};

// A variable that Machine::set has given.
class Given final : public Node {
 public:
  explicit Given(std::string name) : Node(Yield::one), name_(std::move(name)) {}
  Got eval(Env& env, Value&&, Value& out) const override;

 private:
  std::string name_;
};

}  // namespace leat::expr
