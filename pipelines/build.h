// build: a checked spec becomes the graph of a run.
// Owner:   the caller gets the graph.   Thread: one.   Blocks: never; ends are opened by Runner::start.
// Fails:   with every problem found: an expression that does not compile, an end or codec that does not exist.
#pragma once

#include <functional>
#include <memory>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/codec/codec.h"
#include "pipelines/graph.h"
#include "pipelines/spec.h"

namespace leat {

// What takes the place of an end; see SourceUse and SinkUse.
struct StandIns {
  std::function<std::unique_ptr<Source>(const EndSpec&, const CodecSpec&, const CodecOptions&)> source;
  std::function<std::unique_ptr<Sink>(const EndSpec&, const CodecSpec&, const CodecOptions&)> sink;
};

struct BuildContext {
  const World* world;
  const std::vector<std::pair<std::string, std::string>>* environment;
  const StandIns* stand_ins = nullptr;
};

// Appends to `problems`; the graph is whole only if it added none.
Graph build(const PipelineSpec& spec, const BuildContext& context, Problems& problems);

}  // namespace leat
