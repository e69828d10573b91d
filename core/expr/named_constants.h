// NamedConstants: `500 as $least | ...` in front of an expression as if 500 stood wherever $least does, so that what is known
// before the first record costs nothing at one: paths, comparisons and aggregates see a literal.
// Owner:   the compiler, while it compiles.
// Thread:  one.   Blocks: never.   Fails: cannot; a name that is given again further in is left as it stands.
#pragma once

#include "core/expr/ast.h"

namespace leat::expr {

void put_named_constants(AstPtr& tree);

}  // namespace leat::expr
