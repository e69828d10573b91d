// The ledger of a run: sums the lanes' tallies into one row per source, stage and sink.
#include "pipelines/ledger.h"

#include <algorithm>

#include "pipelines/lane.h"

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
  for (size_t i = 0; i < inputs_.size(); ++i) {
    LedgerRow row;
    row.id = graph_.inputs[i].id, row.kind = "source";
    for (const Lane* lane : lanes) add(row, lane->input_tallies[i]), ledger.copied += lane->input_tallies[i].copied.get();
    row.passed = row.in - row.failed;
    ledger.read += row.in;
    if (graph_.inputs[i].err.empty()) (graph_.drop_errors ? ledger.dropped : ledger.failed) += row.failed;
    ledger.bytes_in += inputs_[i]->bytes.load();
    ledger.rows.push_back(std::move(row));
  }
  for (size_t i = 0; i < graph_.nodes.size(); ++i) {
    const Graph::Node& node = graph_.nodes[i];
    LedgerRow row;
    row.id = node.id;
    row.kind = !node.sink ? node.spec->name : node.dead_letters ? "dlq" : node.fallback ? "fallback" : "sink";
    uint64_t dropped_here = 0;
    for (const Lane* lane : lanes) {
      add(row, lane->tallies[i]);
      ledger.copied += lane->tallies[i].copied.get();
    }
    {
      std::lock_guard lock(drops_mutex_);
      for (const auto& [reason, count] : states_[i]->dropped) row.dropped[reason] = count, dropped_here += count;
      row.counted.insert(states_[i]->counted.begin(), states_[i]->counted.end());
    }
    ledger.dropped += dropped_here;
    ledger.emitted += row.emitted;
    if (node.readers[kErr].empty()) (graph_.drop_errors ? ledger.dropped : ledger.failed) += row.failed;
    if (node.sink) {
      row.delivered = states_[i]->delivered_seen.load();
      row.pending = row.in - row.failed - row.delivered - dropped_here;
      ledger.pending += row.pending;
      (node.dead_letters ? ledger.dead_lettered : node.fallback ? ledger.fallback : ledger.delivered) += row.delivered;
    } else {
      const bool filtered = node.spec->missing == StageSpec::Missing::filtered;
      // What a stage dropped itself left no other trace; what an unread port dropped had been emitted or passed before.
      uint64_t own = 0;
      for (const auto& [reason, count] : row.dropped)
        if (std::find(node.ports.begin(), node.ports.end(), reason) == node.ports.end()) own += count;
      const uint64_t missing = row.in - row.passed - (row.failed - row.spoiled) - own;
      if (node.spec->missing == StageSpec::Missing::pending) {
        ledger.pending += row.pending = missing;
      } else {
        row.missing = missing;
        row.missing_word = filtered ? "filtered" : "absorbed";
        (filtered ? ledger.filtered : ledger.absorbed) += missing;
      }
    }
    ledger.rows.push_back(std::move(row));
  }
  return ledger;
}

bool Ledger::balanced() const {
  const auto sum = [](const auto& totals) {
    uint64_t all = 0;
    for (const auto& [name, count] : totals) all += count;
    return all;
  };
  return sum(born()) == sum(fates());
}

}  // namespace leat
