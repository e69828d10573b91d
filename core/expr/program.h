// Program: an expression in jq's language, compiled once and run over records.
// Owner:   the stage that compiled it; immutable, so clones of a stage may share it. A Machine belongs to one stage instance.
// Thread:  Program any, Machine one.   Blocks: never.
// Fails:   compile() with position, caret and hint; a run by failed(), with the reason; never by a wrong answer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/data/format.h"
#include "core/data/needle.h"
#include "core/data/value.h"

namespace leat::expr {

// What one evaluation may use; past it the record fails with code `limit`.
struct Limits {
  uint32_t depth = 2000;        // nested evaluations
  uint64_t steps = 50'000'000;  // evaluations
  uint64_t bytes = 256u << 20;  // live values
};

// Where an expression reads: one record of a slab whose columns have been read, under the plan it was compiled with.
struct Row {
  const Slab* slab;
  uint32_t record;
};

struct CompileOptions {
  std::vector<std::string> variables;  // beyond the envelope's own; their values are given to Machine::set
  const std::vector<std::pair<std::string, std::string>>* environment = nullptr;  // for $ENV and env
  bool condition = false;  // it is only asked whether it is true, so an assignment is a mistake: written = for ==
};

class Program {
 public:
  // Adds the paths it reads to `plan`. The error's text holds the expression, position and caret on lines of their own.
  static Result<std::shared_ptr<const Program>> compile(std::string_view text, FieldPlan& plan, const CompileOptions& options = {});
  virtual ~Program() = default;
  virtual bool reads_envelope() const = 0;                  // $artifact, $meta, $subject, $time, $id, $origin, $error
  virtual const std::optional<Needle>& needle() const = 0;  // without which it is not true; as a condition
};

class Machine {
 public:
  explicit Machine(const Limits& limits = {});
  ~Machine();

  void set(std::string_view variable, Value value);
  void now(Instant instant);  // what `now` answers

  enum class Truth : uint8_t { no, yes, failed };
  Truth test(const Program& program, const Row& row);  // is any output neither null nor false
  // The output, where there is exactly one.
  enum class One : uint8_t { value, none, several, failed };
  One one(const Program& program, const Row& row, Value& out);
  // emit(value) for each output, until it answers false. Answers whether the run did not fail. Values are slices of the record and
  // constants of the program: who keeps one calls own().
  bool each(const Program& program, const Row& row, const std::function<bool(const Value&)>& emit);
  // Appends each output as one line of JSON text to `out` and its span to `spans`; on failure nothing is appended.
  bool write(const Program& program, const Row& row, std::string& out, std::vector<Span>& spans);
  // Makes this the last failure, for who finds fault with the outputs; answers false.
  bool refuse(std::string_view message);
  std::string_view code() const;  // of the last failure: expression, limit
  const std::string& message() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace leat::expr
