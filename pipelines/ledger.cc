// The ledger of a run: sums the lanes' tallies into one row per source, stage and sink.
#include "pipelines/ledger.h"

#include <algorithm>

#include "pipelines/lane.h"
#include "stages/source/events.h"

namespace leat {
namespace {

void add(LedgerRow& row, const Tally& tally) {
  row.in += tally.in.get();
  row.passed += tally.passed.get();
  row.failed += tally.failed.get();
  row.spoiled += tally.spoiled.get();
  row.emitted += tally.emitted.get();
}

}  // namespace

Ledger Runner::ledger() const {
  Ledger ledger;
  std::vector<const Lane*> lanes{serial_.get()};
  for (const auto& lane : lanes_) lanes.push_back(lane.get());
  for (const Lane* lane : lanes) ledger.pending += lane->cut_off.get(), ledger.events.pending += lane->events_cut_off.get();
  for (size_t i = 0; i < inputs_.size(); ++i) {
    LedgerRow row;
    const EventSource* events = graph_.inputs[i].events;
    Totals& totals = events ? ledger.events : ledger;
    row.id = graph_.inputs[i].id, row.kind = events ? "events" : "source";
    for (const Lane* lane : lanes) add(row, lane->input_tallies[i]), totals.copied += lane->input_tallies[i].copied.get();
    row.passed = row.in - row.failed;
    totals.read += row.in;
    if (graph_.inputs[i].err.empty()) (graph_.drop_errors ? totals.dropped : totals.failed) += row.failed;
    if (!events) ledger.bytes_in += inputs_[i]->bytes.load();
    {
      std::lock_guard lock(drops_mutex_);
      row.counted.insert(inputs_[i]->counted.begin(), inputs_[i]->counted.end());
    }
    if (events && events->left_out() > 0) row.counted["left out"] = events->left_out();
    ledger.rows.push_back(std::move(row));
  }
  for (size_t i = 0; i < graph_.nodes.size(); ++i) {
    const Graph::Node& node = graph_.nodes[i];
    Totals& totals = node.events ? ledger.events : ledger;
    LedgerRow row;
    row.id = node.id;
    row.kind = !node.sink ? node.spec->name : node.events ? "hook" : node.dead_letters ? "dlq" : node.fallback ? "fallback" : "sink";
    uint64_t dropped_here = 0;
    for (const Lane* lane : lanes) {
      add(row, lane->tallies[i]);
      totals.copied += lane->tallies[i].copied.get();
    }
    {
      std::lock_guard lock(drops_mutex_);
      for (const auto& [reason, count] : states_[i]->dropped) row.dropped[reason] = count, dropped_here += count;
      row.counted.insert(states_[i]->counted.begin(), states_[i]->counted.end());
    }
    totals.dropped += dropped_here;
    totals.emitted += row.emitted;
    if (node.readers[kErr].empty()) (graph_.drop_errors ? totals.dropped : totals.failed) += row.failed;
    if (node.sink) {
      row.delivered = states_[i]->delivered_seen.load();
      row.pending = row.in - row.failed - row.delivered - dropped_here;
      totals.pending += row.pending;
      (node.dead_letters ? totals.dead_lettered : node.fallback ? totals.fallback : totals.delivered) += row.delivered;
    } else {
      const bool filtered = node.spec->missing == StageSpec::Missing::filtered;
      // What a stage dropped itself left no other trace; what an unread port dropped had been emitted or passed before.
      uint64_t own = 0;
      for (const auto& [reason, count] : row.dropped)
        if (std::find(node.ports.begin(), node.ports.end(), reason) == node.ports.end()) own += count;
      const uint64_t missing = row.in - row.passed - (row.failed - row.spoiled) - own;
      if (node.spec->missing == StageSpec::Missing::pending) {
        totals.pending += row.pending = missing;
      } else {
        row.missing = missing;
        row.missing_word = filtered ? "filtered" : "absorbed";
        (filtered ? totals.filtered : totals.absorbed) += missing;
      }
    }
    ledger.rows.push_back(std::move(row));
  }
  return ledger;
}

}  // namespace leat
