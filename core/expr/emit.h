// Emit: a window's --emit expression: what is gathered over the records, and what is made of it when the window closes.
// Owner:   the stage that compiled it; immutable, as Program.
// Thread:  any, each with its own Machine.   Blocks: never.
// Fails:   compile() as Program::compile; make() by false, with the reason in the machine.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/expr/program.h"

namespace leat::expr {

// One call of an aggregate. What is gathered is the argument's outputs over the records.
struct Aggregate {
  enum class Kind : uint8_t {
    count,     // records; with an argument, those where it is true
    sum,       // of numbers
    avg,       // of numbers
    var,       // of numbers
    min,       // in the language's order
    max,       // in the language's order
    first,     // by time
    last,      // by time
    rate,      // records a second; with an argument, its sum a second
    quantile,  // of numbers, at `number`
    distinct,  // how many values differ
    topk,      // the `number` most frequent values
    collect,   // the first `number` values
  };
  Kind kind;
  std::string name;                         // as written: p99(.ms)
  std::shared_ptr<const Program> argument;  // of the record, one for all that say the same; null where the call has none
  double number = 0;                        // quantile: 0..1; topk, collect: 1..1'000'000
};

class EmitProgram {
 public:
  // Adds the paths that the arguments read to `plan`.
  static Result<std::shared_ptr<const EmitProgram>> compile(std::string_view text, FieldPlan& plan, const CompileOptions& options = {});
  virtual ~EmitProgram() = default;
  virtual std::span<const Aggregate> aggregates() const = 0;
  virtual bool reads_envelope() const = 0;
  // The object of one pane, which owns all it holds. `values` are those of aggregates(), in order; key, start and end are
  // what $key, $start and $end answer. Not exactly one object is a failure.
  virtual bool make(Machine& machine, const Value& key, const Value& start, const Value& end, std::span<const Value> values,
                    Value& out) const = 0;
};

}  // namespace leat::expr
