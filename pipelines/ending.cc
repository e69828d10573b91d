// How a run ends: inputs, nodes and readers that bring or want no more, a drain, an abort, and what is said of it afterwards.
#include <algorithm>

#include <fmt/format.h>

#include "core/base/text.h"
#include "pipelines/lane.h"

namespace leat {

void Runner::origin_ended(uint16_t origin) {
  if (draining_) return;  // there may be more where this came from
  for (uint32_t i = 0; i < graph_.nodes.size(); ++i) {
    const Graph::Node& node = graph_.nodes[i];
    if (!node.stage || node.spec->stateless || states_[i]->finished) continue;
    if (std::find(node.origins.begin(), node.origins.end(), origin) == node.origins.end()) continue;
    StageTurn turn(*this, i, *serial_);
    const Stint stint(work(i));
    node.stage->ended(origin, turn);
  }
}

void Runner::parent_ended(uint32_t node) {
  if (--states_[node]->open_parents == 0) finish_node(node);
}

// Does it keep records that will leave by themselves, for somebody who wants them, with time to wait for that? Of a call: is it owed
// answers, which only the end of the run's patience cuts short.
bool Runner::lingers(uint32_t node) const {
  const Graph::Node& here = graph_.nodes[node];
  if (const Call* call = call_of(here)) return !call->idle();
  const bool hurried = draining_ || (here.events && completed_);
  return here.spec && here.spec->lingers && !hurried && !states_[node]->closed && here.stage->lingers();
}

// What had been waited for may have left.
void Runner::finish_lingering() {
  bool finished = false;
  for (uint32_t node = 0; node < graph_.nodes.size(); ++node) {
    if (!states_[node]->lingers || states_[node]->finished || lingers(node)) continue;
    serial_->now = now();
    finish_node(node);
    finished = true;
  }
  if (finished) check_over();
}

void Runner::finish_node(uint32_t node) {
  const Graph::Node& here = graph_.nodes[node];
  if (call_of(here) && !states_[node]->lingers) finish_stage(node);  // it has to know, to come to its end
  if ((states_[node]->lingers = lingers(node))) return;
  states_[node]->finished = true;
  if (here.sink) {
    const Stint stint(work(node));
    if (!states_[node]->closed) here.sink->finish();
    return;
  }
  if (!here.spec->stateless) {
    if (!call_of(here)) finish_stage(node);
    origin_ended(here.origin);
  }
  for (const auto& readers : here.readers)
    for (uint32_t reader : readers) parent_ended(reader);
}

void Runner::finish_stage(uint32_t node) {
  StageTurn turn(*this, node, *serial_);
  const Stint stint(work(node));
  graph_.nodes[node].stage->finish(turn, draining_);
}

// A node none of whose readers is open closes too; a source without an open reader is stopped. Dead letters alone keep nothing going.
void Runner::prune() {
  const auto any_open = [&](const Graph::Readers& readers) {
    return std::any_of(readers.begin(), readers.end(), [&](uint32_t reader) { return !states_[reader]->closed; });
  };
  for (size_t i = graph_.nodes.size(); i-- > 0;) {
    const Graph::Node& node = graph_.nodes[i];
    if (node.sink || states_[i]->closed) continue;
    bool open = false, read = false;
    for (size_t port = 0; port < node.readers.size(); ++port) {
      if (port == kErr || node.readers[port].empty()) continue;
      read = true;
      open |= any_open(node.readers[port]);
    }
    if (!read) open = any_open(node.readers[kErr]);
    if (open) continue;
    states_[i]->closed = true;
    stop_unwanted(static_cast<uint32_t>(i));
  }
  for (auto& input : inputs_)
    if (!input->ended && !input->stopped && !any_open(input->input->out)) stop(*input);
  finish_lingering();
}

void Runner::stop(InputState& input) {
  input.input->source->stop();
  input.stopped = true;
  input.woken.fetch_add(1);
  wake();
}

// Has everything come to its end: the data's part of the graph, or the part that reads events.
bool Runner::all_ended(bool of_events) {
  for (uint32_t i = 0; i < graph_.nodes.size(); ++i) {
    const Graph::Node& node = graph_.nodes[i];
    if (node.events != of_events) continue;
    NodeState& state = *states_[i];
    if (!state.finished) return false;
    if (!node.sink) continue;
    if (!state.closed && !node.sink->idle()) return false;
    // Only now can it give nothing back any more: what reads its err, always a later node, ends with it.
    if (std::exchange(state.ended, true)) continue;
    tell_closed(i, {});
    for (uint32_t reader : node.readers[kErr]) parent_ended(reader);
  }
  return std::all_of(inputs_.begin(), inputs_.end(),
                     [&](const auto& input) { return input->ended || (input->input->events != nullptr) != of_events; });
}

void Runner::check_over() {
  if (over() || !all_ended(false)) return;
  if (events_ && !completed_) complete();
  if (!all_ended(true)) return;
  commit(true);
  over_.store(true, std::memory_order_release);
  wake();
  loop_.post([loop = &loop_] { loop->stop(); });
}

// The time is up: for the data, or for what reads events, which changes nothing of how the run ended.
void Runner::give_up() {
  if (completed_) {
    const uint64_t left = ledger().events.pending + leave_out_events();
    report(fmt::format("what reads events has not come to its end {} after the data did: {}", text::duration(options_.drain),
                       left > 0 ? fmt::format("{} of them are given up", left) : "it is cut off"));
  } else {
    std::lock_guard lock(outcome_mutex_);
    outcome_.drain_expired = true;
  }
  loop_.post([this] { abort(); });
}

void Runner::drain() {
  draining_ = true;
  for (auto& input : inputs_)
    if (!input->input->events) stop(*input);  // these end when everything else has
  // From now on, however long it takes until its turn has come.
  turnstile_.post([this, by = later(clock_.now(), options_.drain)] {
    if (!drain_by_) drain_by_ = by;
    after_turn();
  });
}

void Runner::abort() {
  if (over_.exchange(true)) return;
  aborting_ = true;
  turnstile_.abort();
  wake();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  for (size_t i = 0; i < graph_.nodes.size(); ++i)
    if (graph_.nodes[i].sink && !states_[i]->ended) graph_.nodes[i].sink->abandon();
  abandon_calls();
  leave_out_events();
  commit(true);
  loop_.stop();
}

Outcome Runner::outcome() const {
  std::lock_guard lock(outcome_mutex_);
  Outcome outcome = outcome_;
  for (const auto& input : inputs_)
    if (!input->input->events) outcome.lost += input->frontier.lost() + input->frontier.pending();
  return outcome;
}

}  // namespace leat
