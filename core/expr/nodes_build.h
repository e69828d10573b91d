// Build nodes: arrays, objects and text made from parts, and operations on parts.
// Owner:   the program.
// Thread:  as Node.   Blocks: never.   Fails: as Node.
#pragma once

#include <vector>

#include "core/expr/ast.h"
#include "core/expr/node.h"

namespace leat::expr {

class Array final : public Node {  // [of]
 public:
  explicit Array(NodePtr of) : Node(Yield::one), of_(std::move(of)) {}
  Got eval(Env& env, Value&& in, Value& out) const override;
  Got print(Env& env, Value&& in, std::string& out) const override;

 private:
  NodePtr of_;
};

class Object final : public Node {
 public:
  struct Part {
    NodePtr key, item;
  };
  explicit Object(std::vector<Part> parts);
  Got eval(Env& env, Value&& in, Value& out) const override;
  Flow each(Env& env, Spot&& in, Emit emit) const override;
  Got print(Env& env, Value&& in, std::string& out) const override;

 private:
  Flow from(size_t part, Env& env, const Spot& in, const Value& made, Emit emit) const;
  static Yield yield_of(const std::vector<Part>& parts);
  std::vector<Part> parts_;
  std::vector<std::string> spelled_;  // {"key": or ,"key": of each part, where all keys are constant and differ
};

// Operation: a function of the outputs of its operands, for each combination of them, the first operand's the slowest.
class Operation : public Node {
 public:
  static constexpr size_t kMost = 5;
  explicit Operation(std::vector<NodePtr> operands);
  Got eval(Env& env, Value&& in, Value& out) const override;
  Flow each(Env& env, Spot&& in, Emit emit) const override;

 protected:
  // May use up the values.
  virtual Got apply(Env& env, Value* values, Value& out) const = 0;
  const std::vector<NodePtr>& operands() const { return operands_; }

 private:
  Flow from(size_t operand, Env& env, const Spot& in, Value* values, Emit emit) const;
  static Yield yield_of(const std::vector<NodePtr>& operands);
  std::vector<NodePtr> operands_;
};

// Of two values (right, left): the operand order in which the language evaluates.
class Binary final : public Operation {
 public:
  Binary(Op op, NodePtr left, NodePtr right);
  Got eval(Env& env, Value&& in, Value& out) const override;

 protected:
  Got apply(Env& env, Value* values, Value& out) const override;

 private:
  Op op_;
};

// A native function: its input and its arguments.
class Native final : public Operation {
 public:
  using Function = Got (*)(Run& run, Value* values, Value& out);  // values: the input, then the arguments
  enum class Order : uint8_t { last_slowest, first_slowest };
  // light: what it takes does not grow with an array or object given to it.
  Native(Function function, Order order, std::vector<NodePtr> arguments, NodePtr input, bool light = false);

 protected:
  Got apply(Env& env, Value* values, Value& out) const override;

 private:
  Function function_;
  Order order_;
  bool light_;
};

// Text with values in between: format(value) of each, joined.
class Text final : public Node {
 public:
  using Format = bool (*)(Run& run, const Value& value, std::string& out);
  Text(std::vector<NodePtr> parts, Format format, bool plain);  // literals and values by turns
  Got eval(Env& env, Value&& in, Value& out) const override;
  Got print(Env& env, Value&& in, std::string& out) const override;
  Flow each(Env& env, Spot&& in, Emit emit) const override;

 private:
  Flow from(size_t left, Env& env, const Spot& in, std::vector<std::string>& pieces, Emit emit) const;
  static Yield yield_of(const std::vector<NodePtr>& parts);
  std::vector<NodePtr> parts_;
  Format format_;
  bool plain_;  // strings go in as they are
};

// left OP right with the language's rules and messages.
Got binary(Run& run, Op op, Value&& left, Value&& right, Value& out);

}  // namespace leat::expr
