// Expression: runs one expression over one JSON record, for tests.
// Owner:   the test.
// Thread:  one.   Blocks: never.   Fails: the answer is "compile: ..." or ends with "error: ...".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/data/json.h"
#include "core/expr/program.h"
#include "tests/support/columns.h"

namespace leat::test {

// The outputs as JSON text, one a line; a failure is the last line.
struct Outcome {
  std::vector<std::string> outputs;
  std::string error, code;
  bool compiled = true;

  std::string text() const {
    std::string out;
    for (const std::string& output : outputs) out += (out.empty() ? "" : " ") + output;
    if (!error.empty() || !compiled) out += std::string(out.empty() ? "" : " ") + (compiled ? "error: " : "compile: ") + error;
    return out;
  }
};

inline Outcome run(std::string_view text, std::string_view record, const expr::CompileOptions& options = {},
                   const expr::Limits& limits = {}) {
  FieldPlan plan;
  const auto program = expr::Program::compile(text, plan, options);
  if (!program) return {{}, program.error().text + (program.error().hint.empty() ? "" : " | " + program.error().hint), "", false};
  Pool pool;
  SlabRef slab = pool.take();
  slab->add(record);
  look(*slab, plan);
  expr::Machine machine(limits);
  Outcome out;
  const bool good = machine.each(**program, {slab.get(), 0}, [&](const Value& value) {
    out.outputs.emplace_back();
    json::write(value, out.outputs.back());
    return true;
  });
  if (!good) out.error = machine.message(), out.code = machine.code();
  return out;
}

}  // namespace leat::test
