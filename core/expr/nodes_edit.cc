#include "core/expr/nodes_edit.h"

#include "core/data/json.h"
#include "core/expr/nodes_build.h"
#include "core/expr/run.h"

namespace leat::expr {

// False: let the slow way find out what is the matter.
bool EditRecord::compute(Env& env, const Change& change, std::string& out) const {
  constexpr uint32_t kMostWeight = 1 << 16, kMostDepth = 512;  // far within the bounds of a value, the record around it included
  Value value, before;
  if (change.value->eval(env, Value(), value) != Got::value) return false;
  if (change.before && change.before->eval(env, Value(), before) != Got::value) return false;
  if (change.way == Change::Way::operate) {
    Value made;
    if (binary(env.run, change.op, std::move(before), std::move(value), made) != Got::value) return false;
    value = std::move(made);
  } else if (change.way == Change::Way::fill && before.truthy()) {
    value = std::move(before);
  }
  if (value.weight() > kMostWeight || value.depth() > kMostDepth) return false;
  out.clear();
  json::write(value, out);
  return true;
}

Got EditRecord::print(Env& env, Value&& in, std::string& out) const {
  Run& run = env.run;
  const uint64_t steps = run.steps;
  const Column& column = run.column(record_->column());
  bool good = column.kind == Column::Kind::object && column.form == Column::Form::plain && run.spend(1 + changes_.size());
  if (run.spelled.size() < changes_.size()) run.spelled.resize(changes_.size());
  for (size_t i = 0; good && i < changes_.size(); ++i) good = compute(env, changes_[i], run.spelled[i]);
  if (good && json::edit({run.row->slab->data() + column.begin, column.size}, edits_, run.spelled, out)) return Got::value;
  run.error = Value(), run.bounded = false;
  run.steps = steps;  // the slow way has all of what is left
  return slow_->print(env, std::move(in), out);
}

}  // namespace leat::expr
