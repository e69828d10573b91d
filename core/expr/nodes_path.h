// Path nodes: what leads from a value to its parts. All of them keep the path where somebody asks for it.
// Owner:   the program.
// Thread:  as Node.   Blocks: never.   Fails: as Node.
#pragma once

#include "core/expr/node.h"

namespace leat::expr {

class Index final : public Node {  // base[key]
 public:
  Index(NodePtr base, NodePtr key, bool optional = false)
      : Node(wider(optional ? Yield::maybe : Yield::one, wider(base->yield(), key->yield()))),
        base_(std::move(base)),
        key_(std::move(key)),
        optional_(optional) {}
  Got eval(Env& env, Value&& in, Value& out) const override;
  Flow each(Env& env, Spot&& in, Emit emit) const override;

 private:
  NodePtr base_, key_;
  bool optional_;  // what cannot be read is no output
};

class Slice final : public Node {  // base[from:to]
 public:
  Slice(NodePtr base, NodePtr from, NodePtr to, bool optional);
  Got eval(Env& env, Value&& in, Value& out) const override;
  Flow each(Env& env, Spot&& in, Emit emit) const override;

 private:
  NodePtr base_, from_, to_;
  bool optional_;
};

class Iterate final : public Node {  // base[]
 public:
  explicit Iterate(NodePtr base, bool optional = false) : Node(Yield::many), base_(std::move(base)), optional_(optional) {}
  Flow each(Env& env, Spot&& in, Emit emit) const override;

 private:
  NodePtr base_;
  bool optional_;
};

class Descend final : public Node {  // ..
 public:
  Descend() : Node(Yield::many) {}
  Flow each(Env& env, Spot&& in, Emit emit) const override;
};

class GetPath final : public Node {
 public:
  explicit GetPath(NodePtr path) : Node(path->yield()), path_(std::move(path)) {}
  Flow each(Env& env, Spot&& in, Emit emit) const override;

 private:
  NodePtr path_;
};

// To `emit`, what lies at base[key].
Flow step(Run& run, Spot&& base, const Value& key, bool optional, Emit emit);
// To `emit`, each item.
Flow items(Run& run, Spot&& base, bool optional, Emit emit);

}  // namespace leat::expr
