// Lane: one thread's walk through the parallel part of a graph: its own stage clones, column readers and counters.
// Owner:   the runner.   Thread: its own; the serial lane belongs to whoever holds the turn.   Blocks: never.   Fails: cannot.
// Private to the runner's own files.
#pragma once

#include <memory>
#include <vector>

#include "core/base/random.h"
#include "pipelines/runner.h"

namespace leat {

struct Runner::InputState {
  Graph::Input* input = nullptr;
  uint16_t origin = 0;
  std::mutex token;                  // the read token
  std::atomic<int> shut{0};          // reasons to keep the gate shut
  std::atomic<bool> stopped{false};  // it was told to end, and a shut gate keeps it from nothing but that
  // The source said `later` when it had been woken so often; a wake that came while it said so is not lost.
  std::atomic<uint64_t> woken{1}, parked{0};
  bool waits() const { return parked.load() == woken.load(); }
  std::atomic<bool> ended{false};
  bool failed = false;  // it ended by its error; lane, then turn
  Frontier frontier;
  std::atomic<uint64_t> bytes{0};
  std::map<std::string, uint64_t> counted;  // its own numbers; under drops_mutex_
};

struct Runner::Lane {
  Lane(size_t nodes, size_t inputs, bool is_serial, uint64_t seed)
      : tallies(nodes), input_tallies(inputs), clones(nodes), serial(is_serial), random(seed) {}

  std::vector<Tally> tallies, input_tallies;
  std::vector<std::unique_ptr<Stage>> clones;  // of parallel stages; null: the graph's own
  struct Crossing {
    uint32_t node;
    Batch batch;
  };
  std::vector<Crossing> crossings;  // batches that reached the serial part, in order
  Counter cut_off, events_cut_off;  // records there whose turn never came
  std::vector<EventRecord> events;  // that happened on the way there, and are told when its turn comes
  struct Known {
    const FieldPlan* plan;
    uint64_t format;
    std::unique_ptr<Reader> reader;
  };
  std::vector<Known> readers;  // the one used last stands last
  const bool serial;
  SplitMix random;  // for the ids of new envelopes
  Instant now{};
  size_t next_input = 0;  // where the next look for something to read begins, so that a busy source starves no other

  Reader& reader(const FieldPlan& plan, const Format& format);
};

// The Turn of one call into one node.
class Runner::StageTurn final : public Turn {
 public:
  StageTurn(Runner& runner, uint32_t node, Lane& lane) : Turn(lane.now), runner_(runner), node_(node), lane_(lane) {}

  bool fail(uint32_t record, Reason reason) override;
  void fault(Slab::Fault& found);  // of the framer; takes its message
  void fail_made(Batch&& made, Reason reason) override;
  void emit(Port port, Batch&& batch) override;
  bool wants(Port port) const override;
  SlabRef slab() override;
  void drop(uint32_t records, std::string_view reason) override;
  void made_nothing(uint32_t records) override { barren += records; }
  void count(std::string_view what, uint64_t n, std::string_view why) override;
  void note(std::string_view line) override;
  bool log(Level level, std::string_view line) override;
  void pass(Batch&& part) override;
  bool full() const override { return runner_.states_[node_]->full > 0; }
  void hold(bool is_full) override { runner_.shut(node_, is_full); }
  void hold_from(uint16_t origin, bool is_full) override { runner_.shut_origin(origin, is_full); }
  void reply(Batch&& replies, uint64_t records) override;
  void fail_taken(Batch&& taken, const Refusal& why) override;

  struct Failed {
    uint32_t record;
    Reason reason;
    bool cut = false;  // framing refused it, and kept no more than its front
  };
  // What is told of one of them.
  std::unique_ptr<Failure> failure(Failed& one, const std::string& id, const Slab& entered, Instant at) const;
  std::vector<Failed> failed;
  uint64_t dropped = 0, barren = 0;
  bool of_events = false;            // the node reads them
  bool in_stead = false;             // of a fallback: they had failed before they came, and have failed again
  const Refusal* refusal = nullptr;  // of records that were taken in an earlier turn

 private:
  Runner& runner_;
  const uint32_t node_;
  Lane& lane_;
};

}  // namespace leat
