// Expression: how a stage compiles one of its options, with what its context says goes with it.
// Owner:   the stage that asked.   Thread: one.   Blocks: never.   Fails: as expr::Program::compile.
#pragma once

#include <memory>
#include <string_view>

#include "core/expr/program.h"
#include "core/stage/stage.h"

namespace leat {

inline expr::CompileOptions compile_options(const MakeContext& context) { return {.environment = context.environment}; }

// Records get envelopes if it reads one. `condition` as in CompileOptions.
inline Result<std::shared_ptr<const expr::Program>> compile(std::string_view text, const MakeContext& context, bool condition = false) {
  expr::CompileOptions options = compile_options(context);
  options.condition = condition;
  auto program = expr::Program::compile(text, *context.fields, options);
  if (program && (*program)->reads_envelope() && context.envelopes) *context.envelopes = true;
  return program;
}

// An option that may not be given: null then.
inline Result<std::shared_ptr<const expr::Program>> compile_option(const Settings& settings, std::string_view name,
                                                                   const MakeContext& context) {
  const auto text = settings.text(name);
  return text ? compile(*text, context) : std::shared_ptr<const expr::Program>();
}

}  // namespace leat
