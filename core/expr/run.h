// Run: what one evaluation carries: the record, the bounds, the error, and scratch that lasts over records.
// Owner:   the Machine.
// Thread:  one.   Blocks: never.
// Fails:   fail() keeps the reason; spend() and within() answer false past a bound.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/meter.h"
#include "core/expr/node.h"
#include "core/expr/program.h"
#include "core/expr/regex.h"

namespace leat::expr {

struct Run {
  explicit Run(const Limits& l) : limits(l) {}

  const Limits limits;
  const Row* row = nullptr;
  Value error;           // of the last failure
  bool bounded = false;  // it was a limit, which no `try` catches
  uint64_t steps = 0;
  size_t printed_before = 0;  // of other records, where the outputs are printed
  int64_t memory = 0;         // of this thread when the run began
  uint64_t copied = 0;        // of this thread when work was last counted
  uint32_t depth = 0;
  const char* stack = nullptr;  // where it stood when the run began
  int64_t labels = 0;           // given out
  int64_t leaving = -1;         // the label that a `break` is unwinding to
  Instant now{};
  std::vector<std::pair<std::string, Value>> variables;  // Machine::set
  std::vector<Value> parsed;                             // containers read from the record, by the program's own number of the slot
  std::vector<std::string> spelled;                      // new values of a record that is edited
  RegexCache regexes;

  Got fail(std::string_view text);
  Got fail(Value error);
  Got past(std::string_view what);  // a bound
  // Counts work; false past the bounds on steps or memory, with the failure kept. Eight items copied cost about what one
  // evaluation does: uncounted, a program that copies an array again and again to change one item would take hours.
  bool spend(uint64_t work = 1) {
    const uint64_t all = Value::copied();
    steps += work + (all - copied) / 8, copied = all;
    return (steps <= limits.steps && meter::taken - memory <= static_cast<int64_t>(limits.bytes)) || spent();
  }
  // Whether so many bytes more are within the bound: asked before they are taken.
  bool room(double bytes);
  // Whether what the record's outputs have come to is within the bound, now that so much has been printed in all.
  bool printed(size_t size) { return size - printed_before <= limits.bytes || (past("the outputs are too large"), false); }
  // Whether a value just built is within the bounds on depth and size.
  bool within(const Value& value) {
    const bool fits = value.depth() <= Value::kMaxDepth && uint64_t{value.weight()} * 8 <= limits.bytes * 2;
    return (fits || too_large(value)) && spend();
  }

  const Column& column(uint32_t slot) const { return row->slab->columns[size_t{row->record} * row->slab->width + slot]; }

 private:
  bool spent();                        // false, with the failure of the bound that was passed
  bool too_large(const Value& value);  // the same
};

// Deeper: one level of recursion, for as long as it is on the stack.
class Deeper {
 public:
  explicit Deeper(Run& run);
  ~Deeper() { --run_.depth; }
  bool fits() const { return fits_; }

 private:
  Run& run_;
  bool fits_;
};

// For messages: the kind's name, and kind and value cut short: number (1).
std::string_view kind_name(Value::Kind kind);
std::string shown(const Value& value);

}  // namespace leat::expr
