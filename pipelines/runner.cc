#include "pipelines/runner.h"

#include <algorithm>

#include <fmt/format.h>

#include "pipelines/lane.h"

namespace leat {

// What a sink may ask of us: everything but post() comes under the turn.
class Runner::SinkPort final : public SinkHost {
 public:
  SinkPort(Runner& runner, uint32_t node) : runner_(runner), node_(node) {}

  Loop& loop() override { return runner_.loop_; }
  Instant now() override { return runner_.now(); }
  void post(std::function<void()> job) override { runner_.turnstile_.post(std::move(job)); }

  void full(bool is) override { runner_.shut(node_, is); }

  void done(bool of_stdout) override {
    if (of_stdout) {
      std::lock_guard lock(runner_.outcome_mutex_);
      runner_.outcome_.reader_gone = true;
    }
    close();
  }

  void failed(Error error) override {
    runner_.states_[node_]->failed = true;
    if (here().events) {  // who is told is no part of what the run is for
      runner_.report(error.text);
      return close(error.text);
    }
    runner_.record_error(error);
    runner_.tell_broken(here().id, error);
    close(error.text);
    runner_.loop_.post([runner = &runner_] { runner->drain(); });
  }

  void delivered(uint64_t records) override {
    NodeState& state = *runner_.states_[node_];
    state.delivered += records;
    state.delivered_seen.store(state.delivered, std::memory_order_relaxed);
  }

  void idle() override { runner_.check_over(); }

  bool refusable() const override { return !here().readers[kErr].empty() || runner_.graph_.drop_errors; }

  void refuse(Batch&& batch, const Refusal& why) override {
    runner_.send_refused(node_, batch, why);
    batch.let_go();
  }

  void dropped(uint64_t records, std::string_view reason) override {
    runner_.count_drop(node_, records, reason, runner_.serial_->tallies[node_]);
  }

  void note(std::string text) override { runner_.note(text); }

  void count(std::string_view what, uint64_t n) override {
    std::lock_guard lock(runner_.drops_mutex_);
    runner_.states_[node_]->counted[std::string(what)] += n;
  }

  void circuit(std::string_view from, std::string_view to, const std::string& why) override { runner_.tell_circuit(node_, from, to, why); }

  bool spoiled() const override {
    if (here().events) return false;
    std::lock_guard lock(runner_.outcome_mutex_);
    return runner_.outcome_.error || runner_.outcome_.stopped_by_strict || runner_.outcome_.drain_expired;
  }

 private:
  const Graph::Node& here() const { return runner_.graph_.nodes[node_]; }

  void close(std::string_view why = {}) {
    runner_.states_[node_]->closed = true;
    runner_.tell_closed(node_, why);
    runner_.graph_.nodes[node_].sink->abandon();
    runner_.turnstile_.post([runner = &runner_] {
      runner->prune();
      runner->check_over();
    });
  }

  Runner& runner_;
  const uint32_t node_;
};

class Runner::SourcePort final : public SourceHost {
 public:
  SourcePort(Runner& runner, InputState& input) : runner_(runner), input_(input) {}

  Loop& loop() override { return runner_.loop_; }
  void wake() override {
    input_.woken.fetch_add(1);
    runner_.wake();
  }
  void note(std::string text) override { runner_.note(text); }
  void count(std::string_view what, uint64_t n) override {
    std::lock_guard lock(runner_.drops_mutex_);
    input_.counted[std::string(what)] += n;
  }
  bool envelopes() const override { return runner_.graph_.envelopes || runner_.graph_.artifacts; }

 private:
  Runner& runner_;
  InputState& input_;
};

namespace {

// A run that stops behind the very record that failed must have passed all before it and none behind.
RunOptions settled(RunOptions options, const Graph& graph) {
  if (graph.strict || options.recorder) options.threads = 1;
  return options;
}

}  // namespace

Runner::Runner(Graph graph, Loop& loop, const Clock& clock, RunOptions options)
    : graph_(std::move(graph)), loop_(loop), clock_(clock), options_(settled(std::move(options), graph_)) {
  for (size_t i = 0; i < graph_.inputs.size(); ++i) {
    inputs_.push_back(std::make_unique<InputState>());
    inputs_[i]->input = &graph_.inputs[i];
    inputs_[i]->origin = static_cast<uint16_t>(i);
    source_ports_.push_back(std::make_unique<SourcePort>(*this, *inputs_[i]));
  }
  for (size_t i = 0; i < graph_.nodes.size(); ++i) {
    states_.push_back(std::make_unique<NodeState>());
    sink_ports_.push_back(graph_.nodes[i].sink ? std::make_unique<SinkPort>(*this, static_cast<uint32_t>(i)) : nullptr);
  }
  for (uint32_t i = 0; i < graph_.nodes.size(); ++i) call_ports_.push_back(make_call_port(i));
  if (auto events = std::make_unique<Events>(graph_); events->any()) events_ = std::move(events);
  connect();
  read_together();
  number_walks();
  pool_.bound(options_.memory, [this] { wake(); });
  for (int i = 0; i < std::max(1, options_.threads); ++i) {
    lanes_.push_back(std::make_unique<Lane>(graph_.nodes.size(), inputs_.size(), false, options_.seed + static_cast<uint64_t>(i)));
    for (size_t node = 0; i > 0 && node < graph_.nodes.size(); ++node)
      if (graph_.nodes[node].parallel) lanes_.back()->clones[node] = graph_.nodes[node].stage->clone();
  }
  serial_ = std::make_unique<Lane>(graph_.nodes.size(), inputs_.size(), true, options_.seed);
}

Runner::~Runner() {
  abort();
  stop_watches();  // and the threads of a run that was over by itself
  pool_.bound(0, nullptr);
  for (Graph::Input& input : graph_.inputs) input.source.reset();  // one may have a thread, which wakes us for as long as it is there
}

// Counts the edges into every node, and what must pause while it has no room: the inputs and buffers next above it.
void Runner::connect() {
  for (uint32_t i = 0; i < graph_.inputs.size(); ++i)
    for (const auto* readers : {&graph_.inputs[i].out, &graph_.inputs[i].err})
      for (uint32_t reader : *readers) ++states_[reader]->open_parents, states_[reader]->inputs.push_back(i);
  const auto tidy = [](std::vector<uint32_t>& all) {
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
  };
  for (uint32_t node = 0; node < graph_.nodes.size(); ++node) {
    auto &inputs = states_[node]->inputs, &buffers = states_[node]->buffers;
    tidy(inputs), tidy(buffers);
    const bool waits = graph_.nodes[node].spec && graph_.nodes[node].spec->waits;
    for (size_t port = 0; port < graph_.nodes[node].readers.size(); ++port)
      for (uint32_t reader : graph_.nodes[node].readers[port]) {
        NodeState& below = *states_[reader];
        ++below.open_parents;
        if (waits && port == kOut) {
          below.buffers.push_back(node);
          continue;
        }
        below.inputs.insert(below.inputs.end(), inputs.begin(), inputs.end());
        below.buffers.insert(below.buffers.end(), buffers.begin(), buffers.end());
      }
  }
}

// From the last stage up: what brings records to one that compares its inputs.
void Runner::read_together() {
  std::vector<bool> together(graph_.nodes.size(), false);
  const auto any = [&](const Graph::Readers& readers) {
    return std::any_of(readers.begin(), readers.end(), [&](uint32_t reader) { return together[reader]; });
  };
  for (size_t i = graph_.nodes.size(); i-- > 0;) {
    const Graph::Node& node = graph_.nodes[i];
    together[i] = (node.spec && node.spec->together) || std::any_of(node.readers.begin(), node.readers.end(), any);
  }
  for (Graph::Input& input : graph_.inputs) input.together = any(input.out);
}

// A sink or a buffer has no room, or has some again.
void Runner::shut(uint32_t node, bool is) {
  for (uint32_t input : states_[node]->inputs) inputs_[input]->shut.fetch_add(is ? 1 : -1);
  for (uint32_t buffer : states_[node]->buffers)
    if ((states_[buffer]->full += is ? 1 : -1) == 0) turnstile_.post([this, buffer] { room(buffer); });
  if (!is) wake();
}

// The same of what brings the records of one origin: a source, or a stage and what is above it.
void Runner::shut_origin(uint16_t origin, bool is) {
  if (origin >= inputs_.size()) return shut(origin - static_cast<uint32_t>(inputs_.size()), is);
  inputs_[origin]->shut.fetch_add(is ? 1 : -1);
  if (!is) wake();
}

// What waits in a buffer goes on, unless its readers have filled up again.
void Runner::room(uint32_t buffer) {
  if (states_[buffer]->finished || states_[buffer]->full > 0) return;
  serial_->now = now();
  {
    StageTurn turn(*this, buffer, *serial_);
    const Stint stint(work(buffer));
    graph_.nodes[buffer].stage->room(turn);
  }
  flush();
  after_turn();
}

Done Runner::start() {
  for (size_t i = 0; i < graph_.nodes.size(); ++i)
    if (graph_.nodes[i].sink)
      if (Done opened = graph_.nodes[i].sink->open(*sink_ports_[i]); !opened) return opened;
  if (Done opened = open_calls(); !opened) return opened;
  for (auto& input : inputs_)
    if (Done opened = input->input->source->open(*source_ports_[input->origin]); !opened) return opened;
  for (auto& table : graph_.tables)
    if (Done opened = table->open({&loop_, [this](std::function<void()> job) { turnstile_.post(std::move(job)); },
                                   [this](const std::string& text) { note(text); }});
        !opened)
      return opened;
  tell_opened();
  start_watches();
  loop_.on_time([this] { on_time(); });
  // Before a lane runs: once they do, a node's last parent may end at any time, and must end it once.
  turnstile_.post([this] {
    for (uint32_t node = 0; node < graph_.nodes.size(); ++node)
      if (states_[node]->open_parents == 0) finish_node(node);
    check_over();
  });
  if (options_.threads > 1 && options_.patience == 0)
    begin_lanes();
  else
    loop_.work([this] { return !threaded_ && step_alone(); });
  return {};
}

Instant Runner::now() { return last_now_ = std::max(last_now_, clock_.now()); }

// Input would block and nothing is under way: what waits goes out now, so a lone record is never held back.
void Runner::flush() {
  for (uint32_t i = 0; i < graph_.nodes.size(); ++i)
    if (graph_.nodes[i].sink && !states_[i]->closed) {
      const Stint stint(work(i));
      graph_.nodes[i].sink->flush();
    }
  commit(true);
}

void Runner::commit(bool resting) {
  for (auto& input : inputs_) input->input->source->committed(input->frontier.committed(), resting);
}

void Runner::on_time() {
  turnstile_.post([this] {
    armed_.reset();
    serial_->now = now();
    if (drain_by_ && serial_->now >= *drain_by_) return give_up();
    if (tell_drops_by_ && serial_->now >= *tell_drops_by_) tell_drops();
    for (uint32_t i = 0; i < graph_.nodes.size(); ++i) {
      const Graph::Node& node = graph_.nodes[i];
      if (!node.stage || node.spec->stateless || states_[i]->finished) continue;
      if (const auto due = node.stage->deadline(); due && *due <= serial_->now) {
        StageTurn turn(*this, i, *serial_);
        const Stint stint(work(i));
        node.stage->tick(turn);
      }
    }
    flush();
    after_turn();
  });
}

// Arms the one timer for the earliest deadline.
void Runner::after_turn() {
  finish_lingering();
  commit(false);
  std::optional<Instant> first = drain_by_;
  if (const auto due = drops_due(); due && (!first || *due < *first)) first = due;
  for (uint32_t i = 0; i < graph_.nodes.size(); ++i) {
    const Graph::Node& node = graph_.nodes[i];
    if (!node.stage || node.spec->stateless || states_[i]->finished) continue;
    if (const auto due = node.stage->deadline(); due && (!first || *due < *first)) first = due;
  }
  if (first == armed_) return;
  armed_ = first;
  // With lanes always by post, even from the loop's own thread: an older post must not come after a newer direct call.
  if (!threaded_) return loop_.arm(first);
  loop_.post([loop = &loop_, first] { loop->arm(first); });
}

void Runner::note(const std::string& text) {
  std::lock_guard lock(outcome_mutex_);
  if (options_.note) options_.note(text);
}

void Runner::report(const std::string& text) {
  std::lock_guard lock(outcome_mutex_);
  options_.report(text);
}

bool Runner::log(Level level, const std::string& line) {
  std::lock_guard lock(outcome_mutex_);
  return !options_.log || options_.log(level, line);
}

void Runner::record_error(const Error& error) {
  std::lock_guard lock(outcome_mutex_);
  if (!outcome_.error) outcome_.error = error;
  options_.report(error.text);
}

uint64_t Runner::total_bytes() const {
  uint64_t total = 0;
  for (const auto& input : graph_.inputs) {
    if (input.events) continue;
    if (input.source->total() == 0) return 0;
    total += input.source->total();
  }
  return total;
}

}  // namespace leat
