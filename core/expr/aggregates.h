// Aggregates: the calls in an --emit expression that are gathered over a window, found while it is compiled.
// Owner:   EmitProgram::compile, for as long as it compiles.
// Thread:  one.   Blocks: never.   Fails: find() with the mistake.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/expr/ast.h"
#include "core/expr/emit.h"

namespace leat::expr {

class Aggregates {
 public:
  Aggregates(std::string_view text, FieldPlan& plan, const CompileOptions& options) : text_(text), plan_(plan), options_(options) {}

  // The variable that stands for the call, where it is one of an aggregate.
  std::optional<Result<std::string>> find(const Ast& call);
  static std::string variable(size_t index);
  std::vector<Aggregate> take() { return std::move(found_); }

 private:
  Result<Aggregate> read(const Ast& call, Aggregate::Kind kind, double number);

  std::string_view text_;
  FieldPlan& plan_;
  const CompileOptions& options_;
  std::vector<Aggregate> found_;
  std::map<std::string, std::shared_ptr<const Program>> arguments_;  // by what they say
};

}  // namespace leat::expr
