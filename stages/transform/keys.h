// Keys: how a stage reads its --by: the values that make records belong together.
// Owner:   the stage that asked.   Thread: one.   Blocks: never.   Fails: as window::By.
#pragma once

#include "core/window/by.h"
#include "stages/expression.h"

namespace leat {

// `shown`: the keys stand in what the stage makes, so each needs a name.
inline Done add_keys(window::By& by, const Settings& settings, const MakeContext& context, bool shown) {
  for (const auto& value : settings.values("by"))
    if (const Done done = by.add(shown ? value.key : value.text, value.text, *context.fields, compile_options(context)); !done)
      return done.error();
  if (by.reads_envelope() && context.envelopes) *context.envelopes = true;
  return {};
}

// No more keys than so many, nor more bytes of them than so, so that few and very long ones are bounded as well.
inline constexpr uint64_t kMostKeyBytes = 128u << 20;

}  // namespace leat
