// build: a checked spec becomes the graph of a run.
// Owner:   the caller gets the graph.   Thread: one.   Blocks: never; ends are opened by Runner::start.
// Fails:   with every problem found: an expression that does not compile, an end or codec that does not exist.
#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "pipelines/graph.h"
#include "pipelines/spec.h"

namespace leat {

struct BuildContext {
  const World* world;
  const std::vector<std::pair<std::string, std::string>>* environment;
};

// Appends to `problems`; the graph is whole only if it added none.
Graph build(const PipelineSpec& spec, const BuildContext& context, Problems& problems);

}  // namespace leat
