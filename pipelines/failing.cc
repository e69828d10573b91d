// What becomes of records that fail: what is told of them, their way to whoever reads `err`, and what is said where nobody does.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base/meter.h"
#include "core/codec/letter.h"
#include "core/data/envelopes.h"
#include "pipelines/lane.h"

namespace leat {
namespace {

// The end in whose stead this one stood has failed the record first: all attempts count, and both causes are told.
void follow(Failure& failure, const Failure& before) {
  failure.message += fmt::format("; before that {}: {}", before.stage, before.message);
  failure.attempts += before.attempts;
  failure.first = before.first;
  failure.source = before.source, failure.offset = before.offset;
}

}  // namespace

bool Runner::StageTurn::fail(uint32_t record, Reason reason) {
  failed.push_back({record, std::move(reason), false});
  return false;
}

void Runner::StageTurn::fault(Slab::Fault& found) {
  failed.push_back({found.record, {found.code, std::move(found.message)}, found.code == "limit"});
}

void Runner::StageTurn::fail_made(Batch&& made, Reason reason) {
  const meter::Aside others;
  const Graph::Node& node = runner_.graph_.nodes[node_];
  StageTurn turn(runner_, node_, lane_);
  turn.of_events = node.events;
  made.each([&](uint32_t i) { turn.fail(i, reason); });
  lane_.tallies[node_].emitted.add(made.size());
  lane_.tallies[node_].spoiled.add(made.size());
  runner_.send_failed(node.id, node.readers[kErr], turn, made, made.slab(), lane_, lane_.tallies[node_]);
  made.let_go();
}

void Runner::StageTurn::fail_taken(Batch&& taken, const Refusal& why) {
  const meter::Aside others;
  runner_.send_refused(node_, taken, why);
  taken.let_go();
}

std::unique_ptr<Failure> Runner::StageTurn::failure(Failed& one, const std::string& id, const Slab& entered, Instant at) const {
  auto made = std::make_unique<Failure>();
  made->code = one.reason.code;
  made->message = std::move(one.reason.message);
  made->stage = id;
  made->port = "err";
  made->attempts = refusal ? refusal->attempts : 1;
  made->first = (refusal ? refusal->first : at).time_since_epoch().count();
  made->last = (refusal ? refusal->last : at).time_since_epoch().count();
  if (entered.source) {
    made->source = *entered.source;
    made->offset = entered.position(one.record);
  }
  return made;
}

// Failed records travel on `err` as a slab of their own: the bytes as they came in, and an envelope that says what happened.
void Runner::send_failed(const std::string& id, const Graph::Readers& readers, StageTurn& turn, const Batch& batch, Slab& entered,
                         Lane& lane, Tally& tally) {
  tally.failed.add(turn.failed.size());
  // Reading fails some before the stage fails others; `err` keeps the order of the input, whatever the batches.
  std::stable_sort(turn.failed.begin(), turn.failed.end(), [](const auto& a, const auto& b) { return a.record < b.record; });
  SlabRef letters = pool_.take();
  letters->resemble(entered);
  const Instant at = clock_.now();
  for (StageTurn::Failed& failed : turn.failed) {
    auto failure = turn.failure(failed, id, entered, at);
    const Failure* before =
        turn.in_stead && failed.record < entered.envelopes.size() ? entered.envelopes[failed.record].failure.get() : nullptr;
    if (before) follow(*failure, *before);
    if (events_ && events_->wants(Event::error) && !turn.of_events) [[unlikely]]
      tell_failed(*failure, failed.record < entered.envelopes.size() ? entered.envelopes[failed.record].id : std::string_view(), at, lane);
    if (readers.empty()) {
      unhandled(*failure, turn.of_events);
      if (!options_.tap) continue;
    }
    letters->add(entered, failed.record);
    Envelope& envelope = letters->envelopes.emplace_back(envelope_of(entered, failed.record));
    if (envelope.id.empty()) envelope.id = uuid7(clock_.now(), lane.random);
    if (failed.cut) envelope.put(kCutKey, true);
    if (!before) {
      failure->attempts += envelope.attempt;
      if (envelope.first_failed != 0) failure->first = envelope.first_failed;
    }
    envelope.failure = std::move(failure);
  }
  if (readers.empty() && !options_.tap) return;
  Batch made = batch.with(std::move(letters));
  if (options_.tap) options_.tap(id, kErr, made);
  send(readers, std::move(made), lane, tally);
}

void Runner::send_refused(uint32_t node, const Batch& batch, const Refusal& why) {
  const Graph::Node& here = graph_.nodes[node];
  StageTurn turn(*this, node, *serial_);
  turn.refusal = &why;
  turn.of_events = here.events;
  turn.in_stead = here.fallback;
  batch.each([&](uint32_t record) { turn.fail(record, why.reason); });
  send_failed(here.id, here.readers[kErr], turn, batch, batch.slab(), *serial_, serial_->tallies[node]);
}

void Runner::unhandled(const Failure& failure, bool of_events) {
  if (graph_.drop_errors) return;
  static constexpr uint64_t kShown = 10;
  std::lock_guard lock(outcome_mutex_);
  if (of_events) {  // it is told of, and the run goes on as if nobody had asked
    if (hooks_reported_++ < kShown) options_.report(fmt::format("{}: {} (an event)", failure.stage, failure.message));
    return;
  }
  ++outcome_.failed;
  if (graph_.strict && !std::exchange(outcome_.stopped_by_strict, true)) {
    stopped_ = draining_ = true;
    loop_.post([this] { drain(); });
  }
  if (reported_++ < kShown) {
    const std::string where = failure.source.empty() ? "" : fmt::format("{}: byte {}: ", failure.source, failure.offset);
    options_.report(fmt::format("{}{}: {}", where, failure.stage, failure.message));
  } else if (reported_ == kShown + 1) {
    options_.report("further failed records are counted, not shown; `dlq FILE` keeps them all");
  }
}

}  // namespace leat
