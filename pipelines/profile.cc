#include "pipelines/profile.h"

#include <algorithm>

#include "pipelines/lane.h"

namespace leat {

Duration Profile::whole() const {
  Duration sum = engine + waiting + turn;
  for (const Row& row : rows) sum += row.time;
  return sum;
}

// The accounts: reading and framing of each input, then the work of each node, then the walks of each plan.
uint32_t Runner::reading(uint16_t input) const { return Stopwatch::kFirst + 2u * input; }
uint32_t Runner::framing(uint16_t input) const { return reading(input) + 1; }
uint32_t Runner::work(uint32_t node) const { return Stopwatch::kFirst + 2u * static_cast<uint32_t>(inputs_.size()) + node; }

void Runner::number_walks() {
  for (const Graph::Node& node : graph_.nodes) {
    const auto at = std::find_if(graph_.plans.begin(), graph_.plans.end(), [&](const FieldPlan& plan) { return &plan == node.plan; });
    walks_.push_back(work(static_cast<uint32_t>(graph_.nodes.size())) + static_cast<uint32_t>(at - graph_.plans.begin()));
  }
}

void Runner::start_watches() {
  if (!options_.stopwatch) return;
  const size_t accounts = work(static_cast<uint32_t>(graph_.nodes.size())) + graph_.plans.size();
  for (size_t i = 0; i <= lanes_.size(); ++i) watches_.push_back(std::make_unique<Stopwatch>(*options_.stopwatch, accounts));
  Stopwatch::mine = watches_.front().get();
  Stopwatch::mine->turn_to(Stopwatch::kLoop);
}

void Runner::stop_watches() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  if (watches_.empty() || Stopwatch::mine != watches_.front().get()) return;
  Stopwatch::mine->turn_to(Stopwatch::kNowhere);
  Stopwatch::mine = nullptr;
}

void Runner::count_work(uint32_t account, const Batch& batch) {
  uint64_t bytes = 0;
  batch.each([&](uint32_t i) { bytes += batch.slab().record(i).size(); });
  Stopwatch::mine->count(account, batch.size(), bytes);
}

// What another stage has read by the same plan is not read again.
void Runner::count_walk(uint32_t node, const Batch& batch) const {
  uint64_t records = 0, bytes = 0;
  batch.each([&](uint32_t i) {
    if (batch.slab().looked[i] != Slab::kGood) ++records, bytes += batch.slab().record(i).size();
  });
  Stopwatch::mine->count(walks_[node], records, bytes);
}

// The walk of a plan stands in front of the first that reads by it, and serves all that do.
void Runner::add_walk(uint32_t node, const std::vector<Stopwatch::Account>& spent, Profile& profile) const {
  const FieldPlan* plan = graph_.nodes[node].plan;
  const auto reads = [&](const Graph::Node& one) { return one.plan == plan; };
  const auto first = std::find_if(graph_.nodes.begin(), graph_.nodes.end(), reads);
  if (!plan || plan->empty() || &*first != &graph_.nodes[node]) return;
  const Stopwatch::Account& account = spent[walks_[node]];
  Profile::Row row{first->id, std::string(first->spec->name), "fields", account.records, account.records, account.bytes, account.time, {}};
  for (auto also = std::find_if(first + 1, graph_.nodes.end(), reads); also != graph_.nodes.end();
       also = std::find_if(also + 1, graph_.nodes.end(), reads))
    row.note += (row.note.empty() ? "and of " : ", ") + also->id;
  profile.rows.push_back(std::move(row));
}

Profile Runner::profile() {
  stop_watches();
  std::vector<Stopwatch::Account> spent(watches_.empty() ? 0 : watches_.front()->accounts().size());
  for (const auto& watch : watches_)
    for (size_t i = 0; i < spent.size(); ++i) {
      const Stopwatch::Account& one = watch->accounts()[i];
      spent[i].time += one.time, spent[i].records += one.records, spent[i].bytes += one.bytes;
    }
  Profile profile;
  if (spent.empty()) return profile;
  const Ledger ledger = this->ledger();
  for (uint16_t i = 0; i < inputs_.size(); ++i) {
    const LedgerRow& row = ledger.rows[i];
    const uint64_t bytes = inputs_[i]->bytes.load();
    profile.rows.push_back({row.id, row.kind, "read", row.in, row.in, bytes, spent[reading(i)].time, {}});
    profile.rows.push_back({row.id, row.kind, "frame", row.in, row.passed, bytes, spent[framing(i)].time, {}});
  }
  for (uint32_t i = 0; i < graph_.nodes.size(); ++i) {
    const LedgerRow& row = ledger.rows[inputs_.size() + i];
    const bool sink = graph_.nodes[i].sink != nullptr;
    const Stopwatch::Account& account = spent[work(i)];
    add_walk(i, spent, profile);
    profile.rows.push_back({row.id,
                            row.kind,
                            sink ? "write" : "stage",
                            row.in,
                            sink ? row.delivered : row.passed + row.emitted,
                            account.bytes,
                            account.time,
                            {}});
  }
  profile.engine = spent[Stopwatch::kEngine].time;
  profile.waiting = spent[Stopwatch::kIdle].time + (threaded_ ? Duration() : spent[Stopwatch::kLoop].time);
  profile.turn = spent[Stopwatch::kTurn].time;
  return profile;
}

}  // namespace leat
