// Ast: an expression as it was written.
// Owner:   the compiler, while it compiles.
// Thread:  any.   Blocks: never.   Fails: cannot.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/data/value.h"

namespace leat::expr {

enum class Op : uint8_t { add, subtract, multiply, divide, modulo, equal, differ, less, most, more, least };  // most: <=, least: >=

struct Ast;
using AstPtr = std::unique_ptr<Ast>;

struct Ast {
  enum class Kind : uint8_t {
    identity,          // .
    descend,           // ..
    literal,           // value
    text,              // "a\(b)c" or @name "...": name is the format; kids are literals and expressions
    format,            // @name
    index,             // kids: base, key
    slice,             // kids: base, from, to; either may be null
    iterate,           // kids: base
    array,             // kids: none or one
    object,            // kids: key, item, key, item ...
    negate,            // kids: one
    pipe,              // kids: two
    comma,             // kids: two
    binary,            // op; kids: two
    both,              // and
    either,            // or
    alternative,       // //
    assign,            // =
    update,            // |=
    modify,            // += and so on, by op
    fill,              // //=
    branch,            // kids: condition, then, else (null: .)
    attempt,           // try; kids: body, catch (null: nothing)
    reduce,            // kids: source, pattern, start, step
    foreach,           // kids: source, pattern, start, step, extract (null: .)
    define,            // name, params; kids: body, rest
    call,              // name; kids: arguments
    bind,              // kids: source, patterns ..., body
    label,             // name; kids: body
    leave,             // break $name
    variable,          // name
    place,             // $__loc__
    pattern_variable,  // name
    pattern_array,     // kids: patterns
    pattern_object,    // kids: key, pattern (null: only the variable), ...
  };

  Kind kind;
  uint32_t at = 0;        // byte of the text it came from
  uint32_t depth = 0;     // of the tree below it
  bool optional = false;  // of index, slice and iterate: a ? behind it forgives this step, not its base
  Op op = Op::add;
  std::string name;
  Value value;
  std::vector<std::string> params;  // with their $
  std::vector<AstPtr> kids;

  Ast(Kind k, uint32_t a) : kind(k), at(a) {}
};

}  // namespace leat::expr
