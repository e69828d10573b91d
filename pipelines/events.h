// Events: what happens in a run, told to those chains that ask for it (stages/source/events.h).
// Owner:   the runner, if a chain asks.   Thread: publish() and what ends it under the turn, or before the run.   Blocks: never.
// Fails:   cannot: what a reader has no room for it counts.
//
// The chains that read events make none, so nothing goes round in circles.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/data/slab.h"
#include "core/stage/event.h"
#include "pipelines/graph.h"
#include "pipelines/ledger.h"

namespace leat {

// One of them as it is written: {"event":"error","time":"...",...}.
class EventRecord {
 public:
  EventRecord(Event what, Instant at, std::string_view stage);
  EventRecord& add(std::string_view key, std::string_view text);  // an empty text says nothing
  EventRecord& add(std::string_view key, uint64_t number);
  EventRecord& add_json(std::string_view key, std::string_view json);

  Event event() const { return event_; }
  std::string text() const { return text_ + '}'; }

 private:
  Event event_;
  std::string text_;  // without the closing brace
};

// What a stage made of several records: an array that went out, the answer of a window.
EventRecord made_event(Event what, Instant at, std::string_view stage, const Slab& slab, uint32_t record);
EventRecord complete_event(Instant at, const Totals& totals, uint64_t bytes_in);

class Events {
 public:
  explicit Events(const Graph& graph);

  bool any() const { return !readers_.empty(); }
  bool wants(Event event) const { return wanted_.has(event); }
  void publish(const EventRecord& record);
  void end();

 private:
  std::vector<EventSource*> readers_;
  EventSet wanted_{};
};

}  // namespace leat
