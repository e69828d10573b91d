// Wiring: which stage and end reads which port, worked out from a spec before anything is made.
// Owner:   the builder.   Thread: one.   Blocks: never.
// Fails:   cannot on a checked spec: unknown ports and cycles were refused before.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pipelines/spec.h"

namespace leat {

struct Wiring {
  // Where records come from: input i (a chain's end), or a port of a node.
  struct From {
    bool input;
    uint32_t index;
    uint16_t port;  // of an input: 0 out, 1 err
  };
  struct Node {
    const StageUse* use = nullptr;  // a stage, or
    const EndSpec* end = nullptr;   // a sink
    size_t chain = 0;
    bool dead_letters = false;
    bool fallback = false;  // a sink that reads the err of another
    bool events = false;    // it stands in a chain that reads events
    std::vector<std::string> ports;
    std::vector<From> from;
  };
  struct Input {
    const EndSpec* end;
    size_t chain;
  };
  std::vector<Input> inputs;
  std::vector<Node> nodes;  // in topological order
};

Wiring wire(const PipelineSpec& spec);

}  // namespace leat
