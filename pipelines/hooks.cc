// What the chains that read events are told of a run, and when. Where none does, events_ is null, and only what is rare asks: a batch that
// leaves a stage, a record that fails, an end.
#include <algorithm>

#include <fmt/format.h>

#include "pipelines/lane.h"
#include "stages/source/events.h"

namespace leat {
namespace {

constexpr auto kDropsEvery = std::chrono::seconds(1);

}  // namespace

// Under the turn at once; else when its turn comes, so that lanes tell in the order of what they read.
void Runner::tell(EventRecord&& record, Lane& lane) {
  if (lane.serial) return events_->publish(record);
  lane.events.push_back(std::move(record));
}

void Runner::tell_failed(const Failure& failure, std::string_view record_id, Instant at, Lane& lane) {
  EventRecord record(Event::error, at, failure.stage);
  record.add("code", failure.code).add("message", failure.message).add("attempts", failure.attempts);
  if (!failure.source.empty()) record.add("source", failure.source).add("offset", failure.offset);
  tell(std::move(record.add("id", record_id)), lane);
}

void Runner::tell_made(uint32_t node, const Batch& batch, Lane& lane) {
  const StageSpec* spec = graph_.nodes[node].spec;
  if (!spec) return;
  const RecordKind kind = gives(*spec, kOut);
  const Event what = kind == RecordKind::batch ? Event::batch : Event::window;
  if ((kind != RecordKind::batch && kind != RecordKind::window) || !tells(what, node)) return;
  batch.each([&](uint32_t record) { tell(made_event(what, lane.now, graph_.nodes[node].id, batch.slab(), record), lane); });
}

// What ended an end for good, beside the records that failed.
void Runner::tell_broken(const std::string& id, const Error& error) {
  if (!events_ || !events_->wants(Event::error)) return;
  events_->publish(EventRecord(Event::error, now(), id).add("code", "end").add("message", error.text));
}

void Runner::tell_circuit(uint32_t node, std::string_view from, std::string_view to, std::string_view why) {
  if (!tells(Event::circuit, node)) return;
  events_->publish(EventRecord(Event::circuit, now(), graph_.nodes[node].id).add("from", from).add("to", to).add("message", why));
}

void Runner::tell_opened() {
  if (!events_ || !events_->wants(Event::open)) return;
  const auto tell_of = [&](const std::string& id, const std::string& name) {
    events_->publish(EventRecord(Event::open, now(), id).add("name", name));
  };
  for (const Graph::Input& input : graph_.inputs)
    if (!input.events) tell_of(input.id, input.source->name());
  for (const Graph::Node& node : graph_.nodes)
    if (node.sink && !node.events) tell_of(node.id, node.sink->name());
}

void Runner::tell_closed(const InputState& input) {
  if (!events_ || input.input->events) return;
  const std::string& id = input.input->id;
  const Error* error = input.failed ? input.input->source->error() : nullptr;
  if (error) tell_broken(id, *error);
  if (!events_->wants(Event::close)) return;
  uint64_t records = serial_->input_tallies[input.origin].in.get();
  for (const auto& lane : lanes_) records += lane->input_tallies[input.origin].in.get();
  events_->publish(EventRecord(Event::close, now(), id)
                       .add("name", input.input->source->name())
                       .add("records", records)
                       .add("message", error ? std::string_view(error->text) : std::string_view()));
}

void Runner::tell_closed(uint32_t sink, std::string_view message) {
  if (!tells(Event::close, sink) || std::exchange(states_[sink]->close_told, true)) return;
  const Graph::Node& node = graph_.nodes[sink];
  events_->publish(EventRecord(Event::close, now(), node.id)
                       .add("name", node.sink->name())
                       .add("records", states_[sink]->delivered)
                       .add("message", message));
}

// Drops come in floods, and where a batch ends is not to be seen in how many were dropped at a time: so they are told by stage and
// reason, a second after the first.
std::optional<Instant> Runner::drops_due() {
  if (!events_ || !events_->wants(Event::drop)) return std::nullopt;
  if (!tell_drops_by_) {
    std::lock_guard lock(drops_mutex_);
    if (std::exchange(drops_untold_, false)) tell_drops_by_ = now() + kDropsEvery;
  }
  return tell_drops_by_;
}

void Runner::tell_drops() {
  tell_drops_by_.reset();
  std::vector<EventRecord> records;
  {
    std::lock_guard lock(drops_mutex_);
    drops_untold_ = false;
    for (uint32_t i = 0; i < graph_.nodes.size(); ++i) {
      if (!tells(Event::drop, i)) continue;
      for (const auto& [reason, count] : states_[i]->dropped) {
        uint64_t& told = states_[i]->told[reason];
        if (count > told)
          records.push_back(EventRecord(Event::drop, serial_->now, graph_.nodes[i].id).add("reason", reason).add("count", count - told));
        told = count;
      }
    }
  }
  for (const EventRecord& record : records) events_->publish(record);
}

// What waits to be read will not be any more; answers how many those are.
uint64_t Runner::leave_out_events() {
  uint64_t count = 0;
  for (const Graph::Input& input : graph_.inputs) {
    if (!input.events) continue;
    count -= input.events->left_out();
    input.source->stop();
    count += input.events->left_out();
  }
  return count;
}

// What reads events has as long as a drain has to come to its own end.
void Runner::complete() {
  completed_ = true;
  serial_->now = now();
  tell_drops();
  if (events_->wants(Event::complete)) {
    const Ledger all = ledger();
    events_->publish(complete_event(serial_->now, all, all.bytes_in));
  }
  events_->end();
  turnstile_.post([this, by = clock_.now() + options_.drain] {
    drain_by_ = drain_by_ ? std::min(*drain_by_, by) : by;
    after_turn();
  });
}

}  // namespace leat
