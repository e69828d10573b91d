// Parser: an expression's text as a tree, or what is wrong with it.
// Owner:   pure functions.
// Thread:  any.   Blocks: never.
// Fails:   with an Error whose text has the position, the line and a caret.
#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/expr/ast.h"

namespace leat::expr {

Result<AstPtr> parse(std::string_view text);

// expression:LINE:COLUMN: message, the line, and a caret under its byte `at`.
Error mistake(std::string_view text, uint32_t at, std::string_view message, std::string_view hint = {});

constexpr uint32_t kMaxTree = 500;  // depth of an expression: what handles one recurses

}  // namespace leat::expr
