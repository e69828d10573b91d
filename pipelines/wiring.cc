#include "pipelines/wiring.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/stage/stage.h"

namespace leat {
namespace {

class Wirer {
 public:
  explicit Wirer(const PipelineSpec& spec) : spec_(spec) {}

  Wiring wire() {
    for (size_t chain = 0; chain < spec_.chains.size(); ++chain) add_nodes(chain);
    for (size_t chain = 0; chain < spec_.chains.size(); ++chain) add_edges(chain);
    for (size_t chain = 0; chain < spec_.chains.size(); ++chain) add_dead_letters(chain);
    const std::vector<bool> events = chains_of_events(spec_);
    for (Wiring::Node& node : made_.nodes) node.events = events[node.chain];
    sort();
    return std::move(made_);
  }

 private:
  using From = Wiring::From;

  void add_nodes(size_t chain) {
    const ChainSpec& from = spec_.chains[chain];
    for (const StageUse& use : from.stages) {
      by_id_[use.id] = static_cast<uint32_t>(made_.nodes.size());
      made_.nodes.push_back({.use = &use, .chain = chain, .ports = ports_of(use)});
    }
    for (const EndSpec& sink : from.to)
      each_in_line(sink, [&](const EndSpec& end) {
        const auto before = static_cast<uint32_t>(made_.nodes.size() - 1);
        made_.nodes.push_back({.end = &end, .chain = chain, .fallback = &end != &sink, .ports = {"out", "err"}});
        if (&end != &sink) made_.nodes.back().from = {{false, before, kErr}};
      });
    if (from.dlq) {
      letters_[&*from.dlq] = static_cast<uint32_t>(made_.nodes.size());
      made_.nodes.push_back({.end = &*from.dlq, .chain = chain, .dead_letters = true, .ports = {"out", "err"}});
    }
  }

  // The nodes of a chain that stand in no other place than its own stages and ends, in order.
  std::vector<uint32_t> nodes_of(size_t chain, bool sinks) const {
    std::vector<uint32_t> found;
    for (uint32_t i = 0; i < made_.nodes.size(); ++i)
      if (made_.nodes[i].chain == chain && !made_.nodes[i].dead_letters && (made_.nodes[i].end != nullptr) == sinks) found.push_back(i);
    return found;
  }

  void add_edges(size_t chain) {
    const auto stages = nodes_of(chain, false), sinks = nodes_of(chain, true);
    std::vector<From> heads;
    for (const EndSpec& end : spec_.chains[chain].from) {
      if (const auto address = stage_of(end)) {
        const uint32_t node = by_id_.at(address->stage());
        const auto& ports = made_.nodes[node].ports;
        const auto port = std::find(ports.begin(), ports.end(), address->port()) - ports.begin();
        heads.push_back({false, node, static_cast<uint16_t>(port)});
      } else {
        heads.push_back({true, static_cast<uint32_t>(made_.inputs.size()), kOut});
        made_.inputs.push_back({&end, chain});
      }
    }
    for (uint32_t stage : stages) {
      made_.nodes[stage].from = std::move(heads);
      heads = {{false, stage, kOut}};
    }
    for (uint32_t sink : sinks)
      if (!made_.nodes[sink].fallback) made_.nodes[sink].from = heads;
  }

  bool read(const From& from) const {
    return std::any_of(made_.nodes.begin(), made_.nodes.end(), [&](const Wiring::Node& node) {
      return std::any_of(node.from.begin(), node.from.end(),
                         [&](const From& f) { return f.input == from.input && f.index == from.index && f.port == from.port; });
    });
  }

  // Everything that can fail in this chain, and whose err nobody reads by name, goes to the chain's dead letters.
  void add_dead_letters(size_t chain) {
    const EndSpec* dlq = dlq_of(spec_, chain);
    if (!dlq) return;
    auto& letters = made_.nodes[letters_.at(dlq)];
    const auto add = [&](From from) {
      if (!read(from)) letters.from.push_back(from);
    };
    for (uint32_t i = 0; i < made_.inputs.size(); ++i)
      if (made_.inputs[i].chain == chain) add({true, i, kErr});
    for (bool sinks : {false, true})
      for (uint32_t node : nodes_of(chain, sinks)) add({false, node, kErr});
  }

  // Kahn's: a node stands behind everything it reads. Order within is the order written, so runs are the same each time.
  void sort() {
    std::vector<uint32_t> order, waits(made_.nodes.size(), 0), place(made_.nodes.size(), 0);
    for (uint32_t i = 0; i < made_.nodes.size(); ++i)
      for (const From& from : made_.nodes[i].from) waits[i] += !from.input;
    std::vector<bool> placed(made_.nodes.size(), false);
    for (bool moved = true; moved;) {
      moved = false;
      for (uint32_t i = 0; i < made_.nodes.size(); ++i) {
        if (placed[i] || waits[i] > 0) continue;
        placed[i] = moved = true;
        place[i] = static_cast<uint32_t>(order.size());
        order.push_back(i);
        for (uint32_t j = 0; j < made_.nodes.size(); ++j)
          for (const From& from : made_.nodes[j].from) waits[j] -= !from.input && from.index == i;
      }
    }
    std::vector<Wiring::Node> sorted;
    for (uint32_t i : order) sorted.push_back(std::move(made_.nodes[i]));
    for (Wiring::Node& node : sorted)
      for (From& from : node.from)
        if (!from.input) from.index = place[from.index];
    made_.nodes = std::move(sorted);
  }

  const PipelineSpec& spec_;
  Wiring made_;
  std::map<std::string, uint32_t> by_id_;
  std::map<const EndSpec*, uint32_t> letters_;
};

}  // namespace

Wiring wire(const PipelineSpec& spec) { return Wirer(spec).wire(); }

}  // namespace leat
