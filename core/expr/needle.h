// What a condition asks first: whether a text is there. Then a record without it cannot pass, and nothing else of the condition runs.
// Owner:   pure function.   Thread: any.   Blocks: never.   Fails: cannot; none is found where there is any doubt.
#pragma once

#include <optional>

#include "core/data/needle.h"
#include "core/expr/ast.h"

namespace leat::expr {

std::optional<Needle> needle(const Ast& condition);

}  // namespace leat::expr
