// Update nodes: what reads paths and what writes through them.
// Owner:   the program.
// Thread:  as Node.   Blocks: never.   Fails: as Node.
#pragma once

#include <optional>
#include <vector>

#include "core/expr/ast.h"
#include "core/expr/node.h"

namespace leat::expr {

class PathOf final : public Node {  // path(of)
 public:
  explicit PathOf(NodePtr of) : Node(of->yield()), of_(std::move(of)) {}
  Flow each(Env& env, Spot&& in, Emit emit) const override;

 private:
  NodePtr of_;
};

class Update final : public Node {  // target |= change
 public:
  Update(NodePtr target, NodePtr change) : Node(Yield::one), target_(std::move(target)), change_(std::move(change)) {}
  Got eval(Env& env, Value&& in, Value& out) const override;

 private:
  NodePtr target_, change_;
};

class Assign final : public Node {  // target = value, and with an operator target OP= value
 public:
  enum class Way : uint8_t { set, operate, fill };
  Assign(Way way, Op op, NodePtr target, NodePtr value)
      : Node(value->yield()), way_(way), op_(op), target_(std::move(target)), value_(std::move(value)) {}
  Flow each(Env& env, Spot&& in, Emit emit) const override;

 private:
  bool change(Run& run, Value& at, const Value& value) const;
  Way way_;
  Op op_;
  NodePtr target_, value_;
};

class Delete final : public Node {  // del(target)
 public:
  explicit Delete(NodePtr target) : Node(Yield::one), target_(std::move(target)) {}
  Got eval(Env& env, Value&& in, Value& out) const override;

 private:
  NodePtr target_;
};

class Pick final : public Node {  // pick(target)
 public:
  explicit Pick(NodePtr target) : Node(Yield::one), target_(std::move(target)) {}
  Got eval(Env& env, Value&& in, Value& out) const override;

 private:
  NodePtr target_;
};

class MapValues final : public Node {  // .[] |= first of change, in place
 public:
  explicit MapValues(NodePtr change) : Node(Yield::one), change_(std::move(change)) {}
  Got eval(Env& env, Value&& in, Value& out) const override;

 private:
  NodePtr change_;
};

}  // namespace leat::expr
