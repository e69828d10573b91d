// Regex nodes: test, match and what is made of matches.
// Owner:   the program.
// Thread:  as Node.   Blocks: never.   Fails: as Node.
#pragma once

#include "core/expr/node.h"
#include "core/expr/regex.h"

namespace leat::expr {

class Compiler;
struct Ast;
struct Context;

enum class RegexWay : uint8_t { test, match, capture, scan, splits, split };

class RegexNode final : public Node {
 public:
  // flags may be null. `fixed`: both are constant, and compiled.
  RegexNode(RegexWay way, NodePtr input, NodePtr pattern, NodePtr flags, std::shared_ptr<const Regex> fixed);
  Got eval(Env& env, Value&& in, Value& out) const override;
  Flow each(Env& env, Spot&& in, Emit emit) const override;
  Got truth(Env& env, Value&& in, bool& yes) const override;

 private:
  template <class F>
  Flow with_regex(Env& env, const Value& in, F&& use) const;
  Flow run(Env& env, const Regex& regex, const Value& text, const Spot& in, Emit emit) const;
  Flow pieces(Env& env, const Regex& regex, const Value& text, const Spot& in, Emit emit) const;
  bool global() const { return way_ == RegexWay::scan || way_ == RegexWay::splits || way_ == RegexWay::split; }

  RegexWay way_;
  NodePtr input_, pattern_, flags_;
  std::shared_ptr<const Regex> fixed_;  // shared: a Regex is not copied, and caches keep theirs
};

class Substitute final : public Node {  // sub, gsub
 public:
  Substitute(bool global, NodePtr input, NodePtr pattern, NodePtr flags, NodePtr with);
  Flow each(Env& env, Spot&& in, Emit emit) const override;

 private:
  Flow run(Env& env, const Regex& regex, const Value& text, const Spot& in, Emit emit) const;
  bool global_;
  NodePtr input_, pattern_, flags_, with_;
};

NodePtr compile_regex(Compiler& compiler, const Ast& call, const Context& in, RegexWay way);
NodePtr compile_substitute(Compiler& compiler, const Ast& call, const Context& in, bool global);

}  // namespace leat::expr
