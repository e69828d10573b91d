// Special builtins: those that take expressions rather than values, or whose shape depends on their arguments.
// Owner:   pure functions of the compiler.
// Thread:  one.   Blocks: never.   Fails: null, with the mistake in the compiler.
#pragma once

#include "core/expr/compiler.h"

namespace leat::expr::special {

using Signature = NodePtr(Compiler& compiler, const Ast& call, const Context& in);

Signature empty, negated, select, map, map_values, path, delete_target, pick, getpath, recurse, recurse_with, repeat, while_loop, until,
    range;
Signature first, last, limit, skip, nth, isempty, any, all, any_in, all_in, any_of, all_of, env;
Signature sort_by, group_by, unique_by, min_by, max_by, add_of, with_entries;
Signature test, match, capture, scan, splits, split, sub, gsub;
Signature inside, in_object, has;

}  // namespace leat::expr::special
