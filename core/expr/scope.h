// Scope: a name and what it means from some place of an expression on.
// Owner:   the compiler's stack frames.
// Thread:  one.   Blocks: never.   Fails: cannot.
#pragma once

#include "core/expr/compiler.h"

namespace leat::expr {

struct Compiler::Scope {
  enum class Kind : uint8_t { variable, function, closure, label };
  Kind kind;
  std::string_view name;
  const Frame* frame;  // where it was declared
  uint32_t slot = 0;   // of a variable or label; the index of a closure
  uint32_t arity = 0;  // of a function
  const Function* function = nullptr;
  const Scope* outer = nullptr;
  const Ast* body = nullptr;  // of a function without parameters
};

}  // namespace leat::expr
