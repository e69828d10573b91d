// Node: one step of a compiled expression.
// Owner:   the program; immutable once compiled.
// Thread:  any, each with its own Run.   Blocks: never.
// Fails:   by Got::fail or Flow::fail, with the reason in the Run; everything above hands it on.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>

#include "core/data/value.h"

namespace leat::expr {

struct Run;
class Node;
struct Env;
using NodePtr = std::unique_ptr<const Node>;

// How an evaluation to at most one output ended. stop: a `break` or a satisfied reader is unwinding to its place.
enum class Got : uint8_t { value, none, stop, fail };
// How a generator ended, and what its reader answers it.
enum class Flow : uint8_t { go, stop, fail };

inline Flow flow(Got got) { return got == Got::fail ? Flow::fail : got == Got::stop ? Flow::stop : Flow::go; }
inline Got got(Flow flow) { return flow == Flow::fail ? Got::fail : flow == Flow::stop ? Got::stop : Got::none; }

// Spot: a value and, while a path expression runs, where in the root it lies.
struct Spot {
  Value value;
  Value path;  // null: nobody asks; an array: the path; false: it was computed, so it has none

  bool tracked() const { return !path.is_null(); }
  bool lost() const { return path.is(Value::Kind::no); }
  Spot with(Value other) const { return {std::move(other), path.is_null() ? Value() : Value(false)}; }  // something computed from it
};

// Emit: a reference to a generator's reader, which lives in the frame below.
class Emit {
 public:
  template <class F, class = std::enable_if_t<!std::is_same_v<std::remove_const_t<F>, Emit>>>
  Emit(F& reader)
      : reader_(const_cast<void*>(static_cast<const void*>(&reader))),
        call_([](void* at, Spot&& spot) { return (*static_cast<F*>(at))(std::move(spot)); }) {}
  Flow operator()(Spot&& spot) const { return call_(reader_, std::move(spot)); }

 private:
  void* reader_;
  Flow (*call_)(void*, Spot&&);
};

// Closure: a function's argument: code and where its names mean something.
struct Closure {
  const Node* body = nullptr;
  Env* env = nullptr;
};

// Env: the names of one call of a function, on the caller's stack.
struct Env {
  Run& run;
  Value* variables;
  const Closure* closures;
  Env* outer;  // of the text around the function
};

inline Env& above(Env& env, uint32_t levels) {
  Env* at = &env;
  for (; levels > 0; --levels) at = at->outer;
  return *at;
}

class Node {
 public:
  enum class Yield : uint8_t { one, maybe, many };  // exactly one output, at most one, any number (failure aside)

  explicit Node(Yield yield) : yield_(yield) {}
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  virtual ~Node() = default;
  Yield yield() const { return yield_; }
  bool single() const { return yield_ != Yield::many; }

  // The output for an input; only where single(). May use up the input.
  virtual Got eval(Env& env, Value&& in, Value& out) const;
  // Every output to `emit`, until it answers otherwise than go. The base class evaluates, and knows no paths.
  virtual Flow each(Env& env, Spot&& in, Emit emit) const;
  // eval() for who only asks whether the output is neither null nor false.
  virtual Got truth(Env& env, Value&& in, bool& yes) const;
  // eval() for who only wants the output's JSON text.
  virtual Got print(Env& env, Value&& in, std::string& out) const;
  // each() for who only wants the JSON text of all outputs: each gets `before` in front, which then is a comma.
  virtual Flow print_all(Env& env, Value&& in, char& before, std::string& out) const;
  virtual const Value* constant() const { return nullptr; }

 private:
  const Yield yield_;
};

inline Node::Yield wider(Node::Yield a, Node::Yield b) { return a > b ? a : b; }

// read(value) for each output of a node whose path nobody asks for.
template <class F>
Flow for_each(const Node& node, Env& env, Value&& in, F&& read) {
  if (node.single()) {
    Value out;
    const Got end = node.eval(env, std::move(in), out);
    in = Value();  // a node that did not want its input has left it; held here, nobody could change it in place
    return end == Got::value ? read(std::move(out)) : flow(end);
  }
  auto reader = [&](Spot&& spot) { return read(std::move(spot.value)); };
  return node.each(env, Spot{std::move(in), {}}, reader);
}

}  // namespace leat::expr
