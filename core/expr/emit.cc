#include "core/expr/emit.h"

#include <fmt/format.h>

#include "core/expr/aggregates.h"
#include "core/expr/compiled.h"
#include "core/expr/named_constants.h"
#include "core/expr/parser.h"

namespace leat::expr {
namespace {

class Emitter final : public EmitProgram {
 public:
  Emitter(std::vector<Aggregate> aggregates, std::shared_ptr<const Program> outer)
      : aggregates_(std::move(aggregates)), outer_(std::move(outer)) {
    for (size_t i = 0; i < aggregates_.size(); ++i) names_.push_back(Aggregates::variable(i));
  }

  std::span<const Aggregate> aggregates() const override { return aggregates_; }

  bool reads_envelope() const override {
    bool any = outer_->reads_envelope();
    for (const Aggregate& aggregate : aggregates_) any |= aggregate.argument && aggregate.argument->reads_envelope();
    return any;
  }

  bool make(Machine& machine, const Value& key, const Value& start, const Value& end, std::span<const Value> values,
            Value& out) const override {
    machine.set("key", key), machine.set("start", start), machine.set("end", end);
    for (size_t i = 0; i < names_.size(); ++i) machine.set(names_[i], values[i]);
    size_t outputs = 0;
    const bool good = machine.each(*outer_, Row{nullptr, 0}, [&](const Value& value) {
      out = value;
      out.own();
      return ++outputs < 2;
    });
    for (const std::string& name : names_) machine.set(name, Value());  // what a group held is not held on to
    if (!good) return false;
    return (outputs == 1 && out.is_object()) || machine.refuse("--emit must make exactly one object of a window");
  }

 private:
  std::vector<Aggregate> aggregates_;
  std::vector<std::string> names_;
  std::shared_ptr<const Program> outer_;
};

}  // namespace

Result<std::shared_ptr<const EmitProgram>> EmitProgram::compile(std::string_view text, FieldPlan& plan, const CompileOptions& options) {
  auto tree = parse(text);
  if (!tree) return tree.error();
  put_named_constants(*tree);
  CompileOptions with = options;
  for (std::string_view name : {"key", "start", "end"}) with.variables.emplace_back(name);
  Aggregates aggregates(text, plan, options);
  auto made = Compiler(text, plan, with, &aggregates).all(**tree);
  if (!made) return made.error();
  auto outer = std::make_shared<Compiled>(std::move(*made));
  return std::shared_ptr<const EmitProgram>(std::make_shared<Emitter>(aggregates.take(), std::move(outer)));  // shared as Program is
}

}  // namespace leat::expr
