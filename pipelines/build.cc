#include "pipelines/build.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "core/codec/codec.h"
#include "pipelines/options.h"
#include "pipelines/wiring.h"
#include "stages/ends.h"
#include "stages/library.h"
#include "stages/source/events.h"

namespace leat {
namespace {

// Regions: nodes that read the same bytes share one FieldPlan, so that one pass over a record serves them all. A region
// begins at every input, at every err port (a slab of its own) and behind every stage that makes new bytes.
class Regions {
 public:
  explicit Regions(const Wiring& wiring) : inputs_(wiring.inputs.size()), of_node_(wiring.nodes.size()) {
    parent_.resize(inputs_);
    std::iota(parent_.begin(), parent_.end(), 0u);
    for (size_t i = 0; i < wiring.nodes.size(); ++i) {
      of_node_[i] = fresh();
      for (const Wiring::From& from : wiring.nodes[i].from)
        if (from.port != kErr) join(of_node_[i], behind(wiring, from));
    }
  }
  uint32_t of(size_t node) { return find(of_node_[node]); }

 private:
  uint32_t fresh() { return parent_.push_back(static_cast<uint32_t>(parent_.size())), parent_.back(); }
  uint32_t find(uint32_t region) {
    while (parent_[region] != region) region = parent_[region];
    return region;
  }
  void join(uint32_t a, uint32_t b) { parent_[find(a)] = find(b); }

  uint32_t behind(const Wiring& wiring, const Wiring::From& from) {
    if (from.input) return from.index;
    const StageUse* use = wiring.nodes[from.index].use;
    if (from.port != kOut || !use->spec->new_bytes) return of_node_[from.index];
    const auto [at, added] = made_by_.try_emplace(from.index, 0u);
    if (added) at->second = fresh();
    return at->second;
  }

  size_t inputs_;
  std::vector<uint32_t> parent_, of_node_;
  std::map<uint32_t, uint32_t> made_by_;
};

class Builder {
 public:
  Builder(const PipelineSpec& spec, const BuildContext& context, Problems& problems)
      : spec_(spec), context_(context), problems_(problems), wiring_(wire(spec)) {}

  Graph build() {
    graph_.strict = spec_.globals.flag("strict") || spec_.globals.text("on_error") == "stop";
    graph_.drop_errors = spec_.globals.text("on_error") == "drop";
    for (const Wiring::Input& input : wiring_.inputs) add_input(input);
    Regions regions(wiring_);
    for (size_t i = 0; i < wiring_.nodes.size(); ++i) add_node(i, regions);
    for (uint32_t i = 0; i < wiring_.nodes.size(); ++i)
      for (const Wiring::From& from : wiring_.nodes[i].from) readers(from).push_back(i);
    graph_.remade =
        std::any_of(graph_.nodes.begin(), graph_.nodes.end(), [](const auto& node) { return node.spec && node.spec->new_bytes; }) &&
        std::any_of(graph_.nodes.begin(), graph_.nodes.end(), [&](const auto& node) { return node.dead_letters || graph_.artifacts; });
    return std::move(graph_);
  }

 private:
  Graph::Readers& readers(const Wiring::From& from) {
    if (from.input) return from.port == kErr ? graph_.inputs[from.index].err : graph_.inputs[from.index].out;
    return graph_.nodes[from.index].readers[from.port];
  }

  void problem(const Mark& mark, std::string path, const Error& error) {
    problems_.push_back({mark, std::move(path), error.text, error.hint});
  }

  void add_input(const Wiring::Input& input) {
    const EndSpec& end = *input.end;
    const std::string* codec = codec_name(end, "in");
    CodecOptions read = codec_options(end.options, spec_.globals);
    read.clock = &context_.world->clock;
    SourceUse use{end.letters, seed(), context_.environment, &spec_.hubs};
    if (context_.stand_ins)
      use.stand_in = [&](const CodecSpec& spec, const CodecOptions& how) { return context_.stand_ins->source(end, spec, how); };
    auto made = make_source(end.url, end.options, codec ? *codec : "", read, use);
    if (!made) return problem(end.mark, fmt::format("from {}", end.url), made.error()), graph_.inputs.push_back({});
    const bool events = brings_events(end);
    const size_t number = events ? ++events_ : ++sources_;
    Graph::Input& added = graph_.inputs.emplace_back();
    added.id = fmt::format("{}{}", events ? "events" : "source", number == 1 ? "" : fmt::format("-{}", number));
    added.source = std::move(made->source);
    if (events)
      added.events = static_cast<EventSource*>(added.source.get());
    else
      codecs_in_.insert(std::string(made->codec));
  }

  uint64_t seed() const { return spec_.globals.count("seed").value_or(context_.world->random.next()); }

  // The codec an end names itself, else the global one; null: neither.
  const std::string* codec_name(const EndSpec& end, std::string_view global) {
    for (const Setting* setting : {end.options.find("codec"), spec_.globals.find(global)})
      if (setting && !setting->values.empty()) return &setting->values.back().text;
    return nullptr;
  }

  void add_node(size_t i, Regions& regions) {
    const Wiring::Node& from = wiring_.nodes[i];
    Graph::Node node;
    node.ports = from.ports;
    node.readers.resize(from.ports.size());
    node.dead_letters = from.dead_letters;
    node.fallback = from.fallback;
    node.events = from.events;
    node.origin = static_cast<uint16_t>(wiring_.inputs.size() + i);
    set_origins(node, from);
    if (from.end)
      make_sink(node, from);
    else
      make_stage(node, from, regions.of(i));
    graph_.nodes.push_back(std::move(node));
  }

  void set_origins(Graph::Node& node, const Wiring::Node& from) {
    const auto add = [&](uint16_t origin) {  // in the order they are named
      if (std::find(node.origins.begin(), node.origins.end(), origin) == node.origins.end()) node.origins.push_back(origin);
    };
    node.parallel = from.use && from.use->spec->stateless;
    for (const Wiring::From& edge : from.from) {
      if (edge.input) {
        add(static_cast<uint16_t>(edge.index));
        continue;
      }
      const Graph::Node& above = graph_.nodes[edge.index];
      node.parallel &= above.parallel;
      if (makes_origin(above, edge.port))
        add(above.origin);
      else
        for (const uint16_t origin : above.origins) add(origin);
    }
  }

  void make_stage(Graph::Node& node, const Wiring::Node& from, uint32_t region) {
    const StageUse& use = *from.use;
    node.id = use.id;
    node.spec = use.spec;
    auto [plan, added] = plans_.try_emplace(region, nullptr);
    if (added) plan->second = &graph_.plans.emplace_back(), plan->second->trusted = spec_.globals.flag("trust");
    node.plan = plan->second;
    Library library(graph_.tables);
    const MakeContext context{.fields = plan->second,
                              .inputs = node.origins,
                              .id = use.id,
                              .seed = seed(),
                              .guards = &use.guards,
                              .environment = context_.environment,
                              .lender = &library,
                              .envelopes = &graph_.envelopes};
    auto made = use.spec->make(use.settings, context);
    if (!made) return problem(use.mark, use.id, made.error());
    node.stage = std::move(*made);
  }

  // What the nearest end in whose stead this one stands, and which says so, is written as; null: none does.
  const std::string* codec_before(const Wiring::Node& sink) {
    for (const Wiring::Node* at = &sink; at->fallback;) {
      at = &wiring_.nodes[at->from.front().index];
      if (const std::string* codec = codec_name(*at->end, "")) return codec;
    }
    return nullptr;
  }

  void make_sink(Graph::Node& node, const Wiring::Node& from) {
    const EndSpec& end = *from.end;
    const size_t number = from.fallback ? ++fallbacks_ : from.events ? ++hooks_ : ++sinks_;
    node.id = from.dead_letters ? "dlq" : from.fallback ? "fallback" : from.events ? "hook" : "sink";
    if (number > 1 && !from.dead_letters) node.id += fmt::format("-{}", number);
    const std::string* before = codec_before(from);
    // What is said of the data says nothing of letters and events.
    const bool own = from.dead_letters || from.events;
    const std::string* codec = codec_name(end, own || before ? "" : "out");
    const std::string fallback = before ? *before : own || codecs_in_.size() != 1 ? "ndjson" : *codecs_in_.begin();
    SinkUse use{from.dead_letters, from.fallback, end.discarded, context_.environment, &spec_.hubs};
    if (context_.stand_ins)
      use.stand_in = [&](const CodecSpec& spec, const CodecOptions& how) { return context_.stand_ins->sink(end, spec, how); };
    use.codec_named = codec != nullptr || (before && !own);
    auto made = leat::make_sink(end.url, end.options, codec ? *codec : "", fallback, codec_options(end.options, spec_.globals), use);
    if (!made) return problem(end.mark, fmt::format("to {}", end.url), made.error());
    node.sink = std::move(*made);
    graph_.artifacts |= node.sink->envelope() && !from.dead_letters;
  }

  const PipelineSpec& spec_;
  const BuildContext& context_;
  Problems& problems_;
  const Wiring wiring_;
  Graph graph_;
  std::map<uint32_t, FieldPlan*> plans_;
  std::set<std::string> codecs_in_;
  size_t sources_ = 0, events_ = 0, sinks_ = 0, hooks_ = 0, fallbacks_ = 0;
};

}  // namespace

Graph build(const PipelineSpec& spec, const BuildContext& context, Problems& problems) { return Builder(spec, context, problems).build(); }

}  // namespace leat
