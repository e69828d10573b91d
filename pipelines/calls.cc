// Calls in a run: stages that are answered from outside, in turns of their own, and bring records when their input is long over.
#include <algorithm>

#include "pipelines/lane.h"

namespace leat {

class Runner::CallPort final : public CallHost {
 public:
  CallPort(Runner& runner, uint32_t node) : runner_(runner), node_(node) {}

  Loop& loop() override { return runner_.loop_; }
  void post(std::function<void(Turn&)> job) override {
    runner_.turnstile_.post([this, job = std::move(job)] { runner_.in_turn_of(node_, job); });
  }
  void note(std::string text) override { runner_.note(text); }
  bool stopped() const override { return runner_.stopped_ && !runner_.graph_.nodes[node_].events; }
  void circuit(std::string_view from, std::string_view to, const std::string& why) override { runner_.tell_circuit(node_, from, to, why); }

 private:
  Runner& runner_;
  const uint32_t node_;
};

std::unique_ptr<CallHost> Runner::make_call_port(uint32_t node) {
  return call_of(graph_.nodes[node]) ? std::make_unique<CallPort>(*this, node) : nullptr;
}

Done Runner::open_calls() {
  for (size_t i = 0; i < graph_.nodes.size(); ++i)
    if (Call* call = call_of(graph_.nodes[i]))
      if (Done opened = call->open(*call_ports_[i]); !opened) return opened;
  return {};
}

void Runner::in_turn_of(uint32_t call, const std::function<void(Turn&)>& job) {
  if (over()) return;
  serial_->now = now();
  {
    StageTurn turn(*this, call, *serial_);
    const Stint stint(work(call));
    job(turn);
  }
  flush();
  after_turn();
}

void Runner::stop_unwanted(uint32_t node) {
  Call* call = call_of(graph_.nodes[node]);
  if (!call) return;
  serial_->now = now();
  StageTurn turn(*this, node, *serial_);
  call->unwanted(turn);
}

bool Runner::asking() const {
  return std::any_of(graph_.nodes.begin(), graph_.nodes.end(), [](const Graph::Node& node) {
    const Call* call = call_of(node);
    return call && call->asking();
  });
}

void Runner::abandon_calls() {
  for (Graph::Node& node : graph_.nodes)
    if (Call* call = call_of(node)) call->abandon();
}

}  // namespace leat
