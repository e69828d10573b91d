// One batch's way through the nodes, and the Turn each stage sees.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base/meter.h"
#include "core/codec/json_format.h"
#include "core/data/envelopes.h"
#include "pipelines/lane.h"

namespace leat {

Reader& Runner::Lane::reader(const FieldPlan& plan, const Format& format) {
  static constexpr size_t kKept = 128;  // clients with a table each come and go without end
  const auto known =
      std::find_if(readers.rbegin(), readers.rend(), [&](const Known& k) { return k.plan == &plan && k.format == format.number(); });
  if (known != readers.rend()) {
    std::rotate(known.base() - 1, known.base(), readers.end());
  } else {
    if (readers.size() == kKept) readers.erase(readers.begin());
    readers.push_back({&plan, format.number(), format.reader(plan)});
  }
  return *readers.back().reader;
}

bool Runner::StageTurn::wants(Port port) const {
  const Graph::Node& node = runner_.graph_.nodes[node_];
  if (runner_.options_.watched && runner_.options_.watched(node.id, port)) return true;
  return port < node.readers.size() && !node.readers[port].empty();
}

SlabRef Runner::StageTurn::slab() {
  SlabRef slab = runner_.pool_.take();
  slab->format = &json_format();
  return slab;
}

void Runner::StageTurn::drop(uint32_t records, std::string_view reason) {
  dropped += records;
  runner_.count_drop(node_, records, reason, lane_.tallies[node_]);
}

void Runner::StageTurn::count(std::string_view what, uint64_t n, std::string_view why) {
  {
    std::lock_guard lock(runner_.drops_mutex_);
    const auto [at, first] = runner_.states_[node_]->counted.try_emplace(std::string(what), 0);
    at->second += n;
    if (!first || why.empty()) return;
  }
  note(why);
}

void Runner::StageTurn::note(std::string_view line) { runner_.note(fmt::format("{}: {}", runner_.graph_.nodes[node_].id, line)); }

bool Runner::StageTurn::log(Level level, std::string_view line) {
  return runner_.log(level, fmt::format("{}: {}", runner_.graph_.nodes[node_].id, line));
}

void Runner::StageTurn::pass(Batch&& part) {
  if (part.empty()) return part.let_go();
  const meter::Aside others;
  const Graph::Node& node = runner_.graph_.nodes[node_];
  lane_.tallies[node_].passed.add(part.size());
  if (makes_origin(node, kOut)) part.origin(node.origin);
  runner_.forward(node_, kOut, std::move(part), lane_);
}

void Runner::StageTurn::emit(Port port, Batch&& batch) {
  if (batch.empty()) return batch.let_go();
  const meter::Aside others;  // the stages below keep their own accounts
  lane_.tallies[node_].emitted.add(batch.size());
  if (const Graph::Node& node = runner_.graph_.nodes[node_]; makes_origin(node, port)) batch.origin(node.origin);
  runner_.forward(node_, port, std::move(batch), lane_);
}

void Runner::count_drop(uint32_t node, uint64_t records, std::string_view reason, Tally& tally) {
  tally.dropped.add(records);
  std::lock_guard lock(drops_mutex_);
  drops_untold_ = true;
  auto& dropped = states_[node]->dropped;
  const auto at = dropped.find(reason);
  if (at == dropped.end())
    dropped.emplace(reason, records);
  else
    at->second += records;
}

void Runner::StageTurn::reply(Batch&& replies, uint64_t records) {
  const meter::Aside others;
  lane_.tallies[node_].passed.add(records);
  lane_.tallies[node_].emitted.add(replies.size() - records);
  replies.origin(runner_.graph_.nodes[node_].origin);
  runner_.forward(node_, kOut, std::move(replies), lane_);
}

Batch Runner::enter(InputState& input, SlabRef slab, Receipt receipt, Lane& lane) {
  const Stint stint(framing(input.origin));
  Slab& bytes = *slab;
  input.input->source->frame(bytes);
  input.bytes.fetch_add(bytes.size(), std::memory_order_relaxed);
  if (bytes.envelopes.empty() && (graph_.envelopes || (bytes.format->carries_envelope() ? graph_.remade : graph_.artifacts)))
    add_envelopes(bytes, input.input->source->name(), lane.now, lane.random);
  Batch made(std::move(slab), std::move(receipt), input.origin);
  if (options_.recorder && !input.input->events) options_.recorder->came(input.input->id, made, lane.now);
  return made;
}

void Runner::walk_input(Lane& lane, InputState& input, SlabRef slab, Receipt receipt) {
  lane.now = clock_.now();
  Batch all = enter(input, std::move(slab), std::move(receipt), lane);
  Slab& bytes = all.slab();
  Tally& tally = lane.input_tallies[input.origin];
  tally.in.add(bytes.records.size());
  if (!bytes.faults.empty()) {
    StageTurn turn(*this, 0, lane);
    for (Slab::Fault& fault : bytes.faults) turn.fault(fault);
    size_t next = 0;
    all.keep_if([&](uint32_t i) { return next >= bytes.faults.size() || bytes.faults[next].record != i || (++next, false); });
    send_failed(input.input->id, input.input->err, turn, all, bytes, lane, tally);
  }
  const uint32_t most = options_.batch_records;
  if (most == 0 || all.size() <= most) return send(input.input->out, std::move(all), lane, tally);
  for (size_t at = 0; at < all.size(); at += most) {
    std::vector<uint32_t> part;
    for (size_t i = at; i < all.size() && i < at + most; ++i) part.push_back(all.index(i));
    send(input.input->out, all.pick(std::move(part)), lane, tally);
  }
  all.let_go();
}

// Under --strict each record goes all its way before the next: the run stops behind the very one that failed, whatever block it came
// in, and whoever failed it. What is left of the block counts as never read, so nothing past it is committed.
void Runner::walk_strictly(InputState& input, SlabRef slab, Receipt receipt) {
  Batch all = enter(input, std::move(slab), std::move(receipt), *serial_);
  Slab& bytes = all.slab();
  Tally& tally = serial_->input_tallies[input.origin];
  auto fault = bytes.faults.begin();
  for (uint32_t i = 0; i < bytes.records.size(); ++i) {
    if (stopped_) return;
    tally.in.add(1);
    if (fault == bytes.faults.end() || fault->record != i) {
      send(input.input->out, all.pick({i}), *serial_, tally);
      continue;
    }
    StageTurn turn(*this, 0, *serial_);
    turn.fault(*fault);
    send_failed(input.input->id, input.input->err, turn, all, bytes, *serial_, tally);
    ++fault;
  }
  if (!stopped_) all.let_go();
}

void Runner::send(const Graph::Readers& readers, Batch&& batch, Lane& lane, Tally& tally) {
  if (batch.empty() || readers.empty()) return batch.let_go();
  tally.copied.add(batch.size() * (readers.size() - 1));
  for (size_t i = 0; i + 1 < readers.size(); ++i) push(readers[i], batch.share(), lane);
  push(readers.back(), std::move(batch), lane);
}

void Runner::forward(uint32_t node, Port port, Batch&& batch, Lane& lane) {
  const Graph::Node& from = graph_.nodes[node];
  if (options_.tap && !batch.empty()) [[unlikely]]
    options_.tap(from.id, port, batch);
  if (events_ && port == kOut) [[unlikely]]
    tell_made(node, batch, lane);
  if (port >= from.readers.size() || from.readers[port].empty()) {
    if (!batch.empty()) count_drop(node, batch.size(), from.ports[port], lane.tallies[node]);
    return batch.let_go();
  }
  send(from.readers[port], std::move(batch), lane, lane.tallies[node]);
}

void Runner::push(uint32_t node, Batch&& batch, Lane& lane) {
  if (batch.empty()) return batch.let_go();
  if (!lane.serial && !graph_.nodes[node].parallel) {
    read_ahead(node, batch, lane);
    lane.crossings.push_back({node, std::move(batch)});
    return;
  }
  lane.tallies[node].in.add(batch.size());
  if (states_[node]->closed.load(std::memory_order_relaxed)) {
    if (states_[node]->failed) return;  // lost, and said so at the end
    if (states_[node]->sated) return batch.let_go();
    count_drop(node, batch.size(), "not needed", lane.tallies[node]);
    return batch.let_go();
  }
  if (Stopwatch::mine) [[unlikely]]
    count_work(work(node), batch);
  if (graph_.nodes[node].sink)
    run_sink(node, std::move(batch), lane);
  else
    run_stage(node, std::move(batch), lane);
}

void Runner::run_stage(uint32_t node, Batch&& batch, Lane& lane) {
  const Graph::Node& here = graph_.nodes[node];
  Stage& stage = lane.clones[node] ? *lane.clones[node] : *here.stage;
  Tally& tally = lane.tallies[node];
  StageTurn turn(*this, node, lane);
  turn.of_events = here.events;
  const uint64_t came = batch.size();
  const SlabRef entered = batch.ref();  // failed records leave with the bytes that came in, whatever the stage makes of them
  Flow flow = Flow::more;
  if (here.plan && batch.slab().looked.empty()) {
    const Stint stint(work(node));
    stage.sieve(batch, here.plan->trusted, turn);
  }
  if (!here.plan || here.plan->empty() || read_columns(node, batch, turn, lane)) {
    const Stint stint(work(node));
    flow = stage.process(batch, turn);
  }
  const uint64_t gone = turn.failed.size() + turn.dropped + turn.barren;
  const uint64_t able = came - std::min(gone, came);
  const uint64_t kept = std::min<uint64_t>(batch.size(), able);
  tally.passed.add(kept);
  tally.emitted.add(batch.size() - kept);
  if (!turn.failed.empty()) send_failed(here.id, here.readers[kErr], turn, batch, *entered, lane, tally);
  if (makes_origin(here, kOut)) batch.origin(here.origin);
  forward(node, kOut, std::move(batch), lane);
  if (flow != Flow::done || states_[node]->closed.exchange(true)) return;
  states_[node]->sated = true;
  turnstile_.post([this] { prune(); });
}

// Reads the columns of records nobody has looked at yet. False: none is left.
bool Runner::read_columns(uint32_t node, Batch& batch, StageTurn& turn, Lane& lane) {
  read_each(node, batch, lane, [&](uint32_t i, const Reader& reader) {
    batch.slab().looked[i] = Slab::kBad;
    return turn.fail(i, {reader.code(), reader.reason()});
  });
  return !batch.empty();
}

// `refused(record, reader)` says whether a record that cannot be read stays in the batch.
template <class Refused>
void Runner::read_each(uint32_t node, Batch& batch, Lane& lane, Refused&& refused) {
  const FieldPlan& plan = *graph_.nodes[node].plan;
  Slab& slab = batch.slab();
  if (slab.looked.empty()) {
    slab.looked.assign(slab.records.size(), Slab::kUnread);
    slab.width = plan.width();
    slab.columns.resize(slab.records.size() * slab.width);
  }
  if (Stopwatch::mine) [[unlikely]]
    count_walk(node, batch);
  const Stint stint(walks_[node]);
  Reader& reader = lane.reader(plan, *slab.format);
  reader.prepare(slab, batch.size());
  batch.keep_if([&](uint32_t i) {
    if (slab.looked[i] == Slab::kGood) return true;
    if (reader.read(slab, i, &slab.columns[size_t{i} * slab.width])) {
      slab.looked[i] = Slab::kGood;
      return true;
    }
    return refused(i, reader);
  });
}

// What a stateful stage will look at is read before its turn comes, by every lane for itself: half of what a window costs. A record
// that cannot be read is left to the stage's own turn, where it fails in its place.
void Runner::read_ahead(uint32_t node, Batch& batch, Lane& lane) {
  const FieldPlan* plan = graph_.nodes[node].plan;
  if (threaded_ && plan && !plan->empty()) read_each(node, batch, lane, [](uint32_t, const Reader&) { return true; });
}

void Runner::run_sink(uint32_t node, Batch&& batch, Lane& lane) {
  const Graph::Node& here = graph_.nodes[node];
  if (options_.recorder && !here.events) options_.recorder->went(here.id, batch.size());
  StageTurn turn(*this, node, lane);
  turn.of_events = here.events;
  turn.in_stead = here.fallback;
  const SlabRef entered = batch.ref();
  Batch kept = batch.share();
  {
    const Stint stint(work(node));
    here.sink->take(std::move(batch), turn);
  }
  if (!turn.failed.empty()) send_failed(here.id, here.readers[kErr], turn, kept, *entered, lane, lane.tallies[node]);
  kept.let_go();
}

}  // namespace leat
