// Bind nodes: variables, folds, functions and their arguments.
// Owner:   the program.
// Thread:  as Node.   Blocks: never.   Fails: as Node.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/expr/node.h"

namespace leat::expr {

// Pattern: $name, [patterns] or {key: pattern}.
class Pattern {
 public:
  struct Part {
    NodePtr key;  // of an object; of an array null
    std::unique_ptr<const Pattern> inner;
  };
  static constexpr uint32_t kNoVariable = UINT32_MAX;

  explicit Pattern(uint32_t slot) : slot_(slot) {}
  explicit Pattern(std::vector<Part> parts) : slot_(kNoVariable), parts_(std::move(parts)) {}
  bool plain() const { return slot_ != kNoVariable; }
  uint32_t slot() const { return slot_; }

  // Sets the variables, then runs `then`, for each way to read the value; keys are computed from it.
  template <class F>
  Flow match(Env& env, const Value& value, F&& then) const {
    auto next = [&](Spot&&) { return then(); };
    return from(0, env, value, next);
  }

 private:
  Flow from(size_t part, Env& env, const Value& value, Emit then) const;
  uint32_t slot_;
  std::vector<Part> parts_;
};

class Bind final : public Node {  // source as pattern ?// pattern ... | body
 public:
  Bind(NodePtr source, std::vector<Pattern> patterns, std::vector<uint32_t> slots, NodePtr body);
  Got eval(Env& env, Value&& in, Value& out) const override;
  Flow each(Env& env, Spot&& in, Emit emit) const override;

 private:
  Flow with(Env& env, const Value& value, const Spot& in, Emit emit) const;
  static Yield yield_of(const Node& source, const std::vector<Pattern>& patterns, const Node& body);
  NodePtr source_;
  std::vector<Pattern> patterns_;
  std::vector<uint32_t> slots_;  // that any of them sets
  NodePtr body_;
};

class Reduce final : public Node {
 public:
  Reduce(NodePtr source, Pattern pattern, std::vector<uint32_t> slots, NodePtr start, NodePtr step);
  Flow each(Env& env, Spot&& in, Emit emit) const override;

 private:
  NodePtr source_;
  Pattern pattern_;
  std::vector<uint32_t> slots_;
  NodePtr start_, step_;
};

class Foreach final : public Node {
 public:
  Foreach(NodePtr source, Pattern pattern, std::vector<uint32_t> slots, NodePtr start, NodePtr step, NodePtr extract);
  Flow each(Env& env, Spot&& in, Emit emit) const override;

 private:
  NodePtr source_;
  Pattern pattern_;
  std::vector<uint32_t> slots_;
  NodePtr start_, step_, extract_;
};

struct Function {
  std::string name;
  NodePtr body;            // null while it is being compiled
  uint32_t variables = 0;  // slots a call needs
  uint32_t closures = 0;
};

class Call final : public Node {
 public:
  static constexpr size_t kMostArguments = 10;
  // levels: from the place of the call out to where the function was defined.
  Call(const Function* function, uint32_t levels, std::vector<NodePtr> arguments);
  Got eval(Env& env, Value&& in, Value& out) const override;
  Flow each(Env& env, Spot&& in, Emit emit) const override;

 private:
  template <class F>
  auto inside(Env& env, F&& run) const;
  const Function* function_;
  uint32_t levels_;
  std::vector<NodePtr> arguments_;
};

class Argument final : public Node {  // the call of a function's parameter
 public:
  Argument(uint32_t levels, uint32_t index) : Node(Yield::many), levels_(levels), index_(index) {}
  Flow each(Env& env, Spot&& in, Emit emit) const override;

 private:
  uint32_t levels_, index_;
};

// Locals: a function's variables on the stack.
class Locals {
 public:
  explicit Locals(uint32_t count) : count_(count) {
    if (count > kNear)
      far_ = std::make_unique<Value[]>(count);
    else
      std::uninitialized_default_construct_n(data(), count);
  }
  Locals(const Locals&) = delete;
  Locals& operator=(const Locals&) = delete;
  ~Locals() {
    if (!far_) std::destroy_n(data(), count_);
  }
  Value* data() { return far_ ? far_.get() : reinterpret_cast<Value*>(near_); }

 private:
  static constexpr uint32_t kNear = 6;
  const uint32_t count_;
  alignas(Value) std::byte near_[kNear * sizeof(Value)];  // made as they are needed: to clear all took 4 % of a window
  std::unique_ptr<Value[]> far_;
};

}  // namespace leat::expr
