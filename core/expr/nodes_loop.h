// Loop nodes: generators of the language's own loops, and orders by key.
// Owner:   the program.
// Thread:  as Node.   Blocks: never.   Fails: as Node.
#pragma once

#include "core/expr/node.h"

namespace leat::expr {

class Range final : public Node {  // range(from; to; by)
 public:
  Range(NodePtr from, NodePtr to, NodePtr by) : Node(Yield::many), from_(std::move(from)), to_(std::move(to)), by_(std::move(by)) {}
  Flow each(Env& env, Spot&& in, Emit emit) const override;

 private:
  Flow count(Run& run, const Value& from, const Value& to, const Value& by, const Spot& in, Emit emit) const;
  NodePtr from_, to_, by_;
};

// The chain of values that `step` makes of each other.
class Chain final : public Node {
 public:
  enum class Way : uint8_t { recurse, while_true, until };  // recurse: all; while: as long as; until: the one where
  // Of recurse, `condition` may be null: it then judges what step gave.
  Chain(Way way, NodePtr condition, NodePtr step)
      : Node(Yield::many), way_(way), condition_(std::move(condition)), step_(std::move(step)) {}
  Flow each(Env& env, Spot&& in, Emit emit) const override;

 private:
  Flow visit(Env& env, Spot&& at, Emit emit) const;
  Flow follow(Env& env, Spot&& at, Emit emit) const;
  Way way_;
  NodePtr condition_, step_;
};

class Repeat final : public Node {  // the outputs of one expression over and over
 public:
  explicit Repeat(NodePtr of) : Node(Yield::many), of_(std::move(of)) {}
  Flow each(Env& env, Spot&& in, Emit emit) const override;

 private:
  NodePtr of_;
};

class Sum final : public Node {  // add(of)
 public:
  explicit Sum(NodePtr of) : Node(Yield::one), of_(std::move(of)) {}
  Got eval(Env& env, Value&& in, Value& out) const override;

 private:
  NodePtr of_;
};

}  // namespace leat::expr
