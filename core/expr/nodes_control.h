// Control nodes: which parts run, and what becomes of their failures.
// Owner:   the program.
// Thread:  as Node.   Blocks: never.   Fails: as Node.
#pragma once

#include <vector>

#include "core/expr/node.h"

namespace leat::expr {

class Branch final : public Node {  // if
 public:
  Branch(NodePtr condition, NodePtr yes, NodePtr no);
  Got eval(Env& env, Value&& in, Value& out) const override;
  Flow each(Env& env, Spot&& in, Emit emit) const override;
  Got truth(Env& env, Value&& in, bool& yes) const override;
  Got print(Env& env, Value&& in, std::string& out) const override;

 private:
  NodePtr condition_, yes_, no_;
};

// select(condition), and what follows it in a pipe whose input is the record.
class Guard final : public Node {
 public:
  Guard(NodePtr condition, NodePtr rest);
  Got eval(Env& env, Value&& in, Value& out) const override;
  Flow each(Env& env, Spot&& in, Emit emit) const override;
  Got truth(Env& env, Value&& in, bool& yes) const override;
  Got print(Env& env, Value&& in, std::string& out) const override;

 private:
  NodePtr condition_, rest_;
};

class Logic final : public Node {  // and, or
 public:
  Logic(bool both, NodePtr left, NodePtr right)
      : Node(wider(left->yield(), right->yield())), both_(both), left_(std::move(left)), right_(std::move(right)) {}
  Got eval(Env& env, Value&& in, Value& out) const override;
  Flow each(Env& env, Spot&& in, Emit emit) const override;
  Got truth(Env& env, Value&& in, bool& yes) const override;

 private:
  bool both_;
  NodePtr left_, right_;
};

class Not final : public Node {
 public:
  explicit Not(NodePtr of) : Node(of->yield()), of_(std::move(of)) {}
  Got eval(Env& env, Value&& in, Value& out) const override;
  Flow each(Env& env, Spot&& in, Emit emit) const override;
  Got truth(Env& env, Value&& in, bool& yes) const override;

 private:
  NodePtr of_;
};

class Alternative final : public Node {  // left // right
 public:
  Alternative(NodePtr left, NodePtr right);
  Got eval(Env& env, Value&& in, Value& out) const override;
  Flow each(Env& env, Spot&& in, Emit emit) const override;
  Got print(Env& env, Value&& in, std::string& out) const override;

 private:
  NodePtr left_, right_;
};

class Attempt final : public Node {  // try body catch handler; without a handler nothing
 public:
  Attempt(NodePtr body, NodePtr handler);
  Got eval(Env& env, Value&& in, Value& out) const override;
  Flow each(Env& env, Spot&& in, Emit emit) const override;

 private:
  NodePtr body_, handler_;
};

class Label final : public Node {
 public:
  Label(uint32_t slot, NodePtr body)
      : Node(body->yield() == Yield::many ? Yield::many : Yield::maybe), slot_(slot), body_(std::move(body)) {}
  Flow each(Env& env, Spot&& in, Emit emit) const override;

 private:
  uint32_t slot_;
  NodePtr body_;
};

class Leave final : public Node {  // break
 public:
  Leave(uint32_t levels, uint32_t slot) : Node(Yield::maybe), levels_(levels), slot_(slot) {}
  Got eval(Env& env, Value&&, Value&) const override;

 private:
  uint32_t levels_, slot_;
};

// first(of), limit and their kin: so many outputs after having skipped so many.
class Window final : public Node {
 public:
  // Outputs of `of` from number `skip` on, `count` of them; both are expressions, null for none and for all.
  Window(NodePtr skip, NodePtr count, NodePtr of)
      : Node(Yield::many), skip_(std::move(skip)), count_(std::move(count)), of_(std::move(of)) {}
  Flow each(Env& env, Spot&& in, Emit emit) const override;

 private:
  Flow run(Env& env, Spot&& in, double skip, double count, Emit emit) const;
  NodePtr skip_, count_, of_;
};

class First final : public Node {
 public:
  explicit First(NodePtr of) : Node(of->yield() == Yield::one ? Yield::one : Yield::maybe), of_(std::move(of)) {}
  Flow each(Env& env, Spot&& in, Emit emit) const override;

 private:
  NodePtr of_;
};

class Nth final : public Node {  // nth(number; of)
 public:
  Nth(NodePtr number, NodePtr of) : Node(Yield::many), number_(std::move(number)), of_(std::move(of)) {}
  Flow each(Env& env, Spot&& in, Emit emit) const override;

 private:
  NodePtr number_, of_;
};

class Last final : public Node {
 public:
  explicit Last(NodePtr of) : Node(of->yield() == Yield::one ? Yield::one : Yield::maybe), of_(std::move(of)) {}
  Flow each(Env& env, Spot&& in, Emit emit) const override;

 private:
  NodePtr of_;
};

// isempty, any and all: whether some output of `of` is as wanted.
class Exists final : public Node {
 public:
  enum class Ask : uint8_t { none, any, all };
  Exists(Ask ask, NodePtr of, NodePtr condition) : Node(Yield::one), ask_(ask), of_(std::move(of)), condition_(std::move(condition)) {}
  Got eval(Env& env, Value&& in, Value& out) const override;

 private:
  Ask ask_;
  NodePtr of_, condition_;
};

}  // namespace leat::expr
