// What a lane does: it reads from whichever source is ready, walks what it read, and waits for its turn.
#include <algorithm>

#include <fmt/format.h>

#include "pipelines/lane.h"

namespace leat {

// A short file and a slow pipe are read here: threads would cost them more than they give (a lone record waits 186 us for a lane,
// and 67 us for the loop).
bool Runner::step_alone() {
  const bool worked = step(*lanes_[0]);
  in_a_row_ = worked ? in_a_row_ + 1 : 0;
  if (options_.threads <= 1 || in_a_row_ < options_.patience || !worth_lanes()) return worked;
  begin_lanes();
  return false;
}

// Where no stage has work to do and what is read comes plain, lanes would only wait for each other: 1.3 times the CPU of a pass from
// pipe to pipe.
bool Runner::worth_lanes() const {
  return std::any_of(graph_.nodes.begin(), graph_.nodes.end(), [](const Graph::Node& node) { return node.stage && !node.events; }) ||
         std::any_of(inputs_.begin(), inputs_.end(), [](const auto& input) { return input->input->source->unpacks(); });
}

void Runner::begin_lanes() {
  threaded_ = true;
  for (size_t i = 0; i < lanes_.size(); ++i) threads_.emplace_back([this, i] { run_lane(i); });
}

void Runner::run_lane(size_t index) {
  Lane& lane = *lanes_[index];
  if (!watches_.empty()) Stopwatch::mine = watches_[index + 1].get();
  const Stint idle(Stopwatch::kIdle);
  while (!over()) {
    const uint64_t before = wakes_.load();
    if (step(lane)) continue;
    std::unique_lock lock(wake_mutex_);
    woken_.wait(lock, [&] { return wakes_.load() != before || over(); });
  }
}

void Runner::wake() {
  wakes_.fetch_add(1);
  if (!threaded_) return loop_.wake();
  std::lock_guard lock(wake_mutex_);
  woken_.notify_all();
}

bool Runner::may_read(const InputState& input) const {
  if (input.ended || (input.shut.load() > 0 && !input.stopped) || input.waits()) return false;
  if (pool_.full() && !input.input->events) return false;
  if (!input.input->source->in_turn() || input.input->together) return true;
  // A file's turn comes when the files before it have ended.
  return std::none_of(inputs_.begin(), inputs_.begin() + input.origin,
                      [](const auto& before) { return !before->ended && before->input->source->in_turn(); });
}

bool Runner::step(Lane& lane) {
  if (over()) return false;
  const Stint engine(Stopwatch::kEngine);
  InputState* busy = nullptr;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    InputState& input = *inputs_[(lane.next_input + i) % inputs_.size()];
    if (!may_read(input)) continue;
    if (!input.token.try_lock()) {
      busy = busy ? busy : &input;
      continue;
    }
    if (lane_pull(lane, input)) return true;
  }
  if (busy) {  // another lane reads the only source that is ready: the next block is ours
    {
      const Stint waits(Stopwatch::kTurn);
      busy->token.lock();
    }
    if (lane_pull(lane, *busy)) return true;
  }
  if (!flushed_.load() && turnstile_.next() == numbers_.load() && !flushed_.exchange(true)) turnstile_.post([this] { flush(); });
  return false;
}

// Holds the read token when called, and has let it go on return.
bool Runner::lane_pull(Lane& lane, InputState& input) {
  if (!may_read(input)) {  // it was before the token was ours
    input.token.unlock();
    return false;
  }
  SlabRef slab;
  uint64_t end = 0;
  const uint64_t woken = input.woken.load();
  const Pull pulled = [&] {
    const Stint stint(reading(input.origin));
    return input.input->source->pull(pool_, slab, end);
  }();
  if (pulled == Pull::later) {
    input.parked = woken;
    input.token.unlock();
    return false;
  }
  lane.next_input = input.origin + 1u;
  // From the moment it has a number until turn_batch nothing may wait or return early: later numbers depend on it.
  const uint64_t number = numbers_.fetch_add(1);
  flushed_ = false;
  if (pulled == Pull::batch) {
    if (!input.input->events) pool_.charge(*slab);
    Receipt receipt(input.frontier, end);
    {
      const Stint waits(Stopwatch::kTurn);
      input.token.unlock();
    }
    if (graph_.strict && !input.input->events) {
      turn_strictly(input, std::move(slab), std::move(receipt), number);
    } else {
      walk_input(lane, input, std::move(slab), std::move(receipt));
      turn_batch(lane, number);
    }
    return true;
  }
  input.ended = true;
  input.token.unlock();
  if (pulled == Pull::failed && input.input->source->error()) input.failed = true, record_error(*input.input->source->error());
  if (const uint64_t bytes = input.input->source->cut_off(); bytes > 0 && draining_)
    note(fmt::format("{}: {} bytes of a record that had not ended were left unread", input.input->source->name(), bytes));
  turn_end(input, number);
  wake();  // the next file's turn has come
  return true;
}

bool Runner::enter_turn(uint64_t number) {
  const Stint waits(Stopwatch::kTurn);
  return turnstile_.enter(number);
}

// Who lets another in may have to make room for it on this very core: that is no work either.
void Runner::leave_turn() {
  const Stint waits(Stopwatch::kTurn);
  turnstile_.leave();
}

void Runner::turn_batch(Lane& lane, uint64_t number) {
  if (!enter_turn(number)) {
    for (const Lane::Crossing& crossing : lane.crossings)
      (graph_.nodes[crossing.node].events ? lane.events_cut_off : lane.cut_off).add(crossing.batch.size());
    lane.crossings.clear();
    lane.events.clear();
    return;
  }
  serial_->now = now();
  for (EventRecord& record : lane.events) events_->publish(record);
  lane.events.clear();
  for (Lane::Crossing& crossing : lane.crossings) push(crossing.node, std::move(crossing.batch), *serial_);
  lane.crossings.clear();
  after_turn();
  leave_turn();
}

void Runner::turn_strictly(InputState& input, SlabRef slab, Receipt receipt, uint64_t number) {
  if (!enter_turn(number)) return;
  serial_->now = now();
  walk_strictly(input, std::move(slab), std::move(receipt));
  after_turn();
  leave_turn();
}

void Runner::turn_end(InputState& input, uint64_t number) {
  if (!enter_turn(number)) return;
  serial_->now = now();
  tell_closed(input);
  origin_ended(input.origin);
  for (const auto* readers : {&input.input->out, &input.input->err})
    for (uint32_t reader : *readers) parent_ended(reader);
  after_turn();
  check_over();
  leave_turn();
}

}  // namespace leat
