// Graph: sources, stages and sinks wired by ports; what the builder makes and the runner runs.
// Owner:   the runner.   Thread: as each member says.   Blocks: never.   Fails: cannot; the builder has checked it.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "core/data/format.h"
#include "core/stage/call.h"
#include "core/stage/end.h"
#include "core/stage/stage.h"
#include "stages/table_file.h"

namespace leat {

class EventSource;

struct Graph {
  using Readers = std::vector<uint32_t>;  // indices into nodes

  struct Input {
    std::string id;
    std::unique_ptr<Source> source;
    Readers out, err;
    EventSource* events = nullptr;  // the source, if that is what it brings
    bool together = false;          // a stage below compares its inputs: not read after the files before it, but beside them
  };

  // A stage or a sink. Nodes stand in topological order: a node's readers have greater indices.
  struct Node {
    std::string id;
    std::unique_ptr<Stage> stage;  // one of these two
    std::unique_ptr<Sink> sink;
    const StageSpec* spec = nullptr;  // of a stage
    std::vector<std::string> ports;   // names; a sink has out (never written) and err
    std::vector<Readers> readers;     // by port
    const FieldPlan* plan = nullptr;  // what to read before process(); null or empty: nothing
    bool parallel = false;            // stateless, and all its ancestors are
    uint16_t origin = 0;              // of what a stateful stage emits
    std::vector<uint16_t> origins;    // that can reach it
    bool dead_letters = false;        // a sink that takes what failed
    bool events = false;              // what it takes are events, so it makes none
    bool fallback = false;            // a sink that takes what another one could not deliver, in its stead
  };

  std::vector<std::unique_ptr<TableFile>> tables;  // that stages are lent, so they go after them
  std::vector<Input> inputs;
  std::vector<Node> nodes;
  std::deque<FieldPlan> plans;
  bool envelopes = false;  // a stage reads or writes them: every record gets its own from the source
  bool artifacts = false;  // a sink writes them: only records that bring none need one, the others leave as they came
  bool remade = false;  // a stage makes other bytes of records on their way to artifacts or letters: those that bring envelopes keep them
  bool strict = false;  // the first failure nobody takes ends the run
  bool drop_errors = false;  // on_error: drop
};

// What such a stage sends out stands for several of its input records, or leaves in its own time: it has a clock, and an end, of its own.
inline bool makes_origin(const Graph::Node& node, Port port) {
  if (!node.spec || node.spec->stateless) return false;
  if (port == kOut) return node.spec->new_bytes || node.spec->lingers;
  return port < node.spec->ports.size() && node.spec->ports[port].made;
}

// Null: it is none.
inline Call* call_of(const Graph::Node& node) { return node.spec && node.spec->calls ? static_cast<Call*>(node.stage.get()) : nullptr; }

}  // namespace leat
