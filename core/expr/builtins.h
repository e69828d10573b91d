// Builtins: the functions an expression may call, by name and arity.
// Owner:   a constant table; help and man pages are made from it.
// Thread:  any.   Blocks: never.   Fails: find_builtin answers null.
#pragma once

#include <span>
#include <string_view>

#include "core/expr/compiler.h"
#include "core/expr/functions.h"
#include "core/expr/nodes_build.h"

namespace leat::expr {

struct Builtin {
  using Special = NodePtr (*)(Compiler& compiler, const Ast& call, const Context& in);

  std::string_view name;
  uint8_t arity;
  std::string_view usage;  // split(separator)
  std::string_view help;   // one line
  // Exactly one of these makes it.
  Native::Function native = nullptr;
  Native::Order order = Native::Order::last_slowest;
  Special special = nullptr;
  std::string_view definition = {};  // in the language itself
  bool reads_input = true;
  bool light = false;  // what it takes does not grow with an array or object given to it
};

std::span<const Builtin> builtins();  // by name, then arity
const Builtin* find_builtin(std::string_view name, size_t arity);

// Names of other languages, or ones that leat leaves out, and what to write instead; empty: unknown.
std::string_view foreign_hint(std::string_view name);

}  // namespace leat::expr
