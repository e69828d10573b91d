#include "pipelines/rehearsal.h"

#include <algorithm>

#include <fmt/format.h>

#include "pipelines/build.h"
#include "pipelines/options.h"
#include "stages/sink/captured.h"
#include "stages/source/scripted.h"

namespace leat {
namespace {

constexpr std::string_view kInto = "into:";  // what EndSpec::written says of an entrance; no user writes it
constexpr uint32_t kMostRings = 10'000;

// A second way into a stage: its chain is cut in front of it, and the new one reads the old one and the entrance.
void open_entrance(PipelineSpec& spec, const std::string& stage) {
  const Place place = *find_use(spec, stage);
  EndSpec entrance{"-", std::string(kInto) + stage, Settings(source_options()), {}, false};
  entrance.options.put("codec").values = {{{}, "ndjson", {}, {}}};
  ChainSpec& chain = spec.chains[place.chain];
  if (place.stage == 0) return chain.from.push_back(std::move(entrance));
  ChainSpec behind;
  const auto cut = chain.stages.begin() + static_cast<ptrdiff_t>(place.stage);
  behind.from = {{fmt::format("stage:{}", std::prev(cut)->id), {}, Settings(source_options()), {}, false}, std::move(entrance)};
  behind.stages.assign(std::make_move_iterator(cut), std::make_move_iterator(chain.stages.end()));
  chain.stages.erase(cut, chain.stages.end());
  behind.to = std::exchange(chain.to, {});
  spec.chains.insert(spec.chains.begin() + static_cast<ptrdiff_t>(place.chain) + 1, std::move(behind));
}

// The places of ends among their kind, in the order written: what build() makes, it makes in an order of its own.
std::map<const EndSpec*, size_t> places_of(const PipelineSpec& spec, bool letters) {
  std::map<const EndSpec*, size_t> places;
  for (const ChainSpec& chain : spec.chains) {
    if (letters && chain.dlq) places.emplace(&*chain.dlq, places.size());
    for (const EndSpec& sink : chain.to)
      if (!letters) each_in_line(sink, [&](const EndSpec& end) { places.emplace(&end, places.size()); });
  }
  return places;
}

}  // namespace

Result<std::unique_ptr<Rehearsal>> Rehearsal::make(PipelineSpec spec, Script script) {
  std::unique_ptr<Rehearsal> made(new Rehearsal(std::move(script)));
  if (Done begun = made->begin(std::move(spec)); !begun) return begun.error();
  return made;
}

Rehearsal::~Rehearsal() = default;

Done Rehearsal::begin(PipelineSpec spec) {
  for (const ChainSpec& chain : spec.chains)
    for (const StageUse& use : chain.stages) port_names_[use.id] = ports_of(use);
  for (const PortName& name : script_.watched) ports_[name] = std::make_unique<Caught>();
  for (const std::string& stage : script_.into) open_entrance(spec, stage);

  const auto sinks = places_of(spec, false), letters = places_of(spec, true);
  sinks_.resize(sinks.size()), letters_.resize(letters.size());
  std::map<const EndSpec*, ScriptedSource*> made;
  const StandIns stand_ins{
      [&](const EndSpec& end, const CodecSpec& codec, const CodecOptions& options) {
        auto source = std::make_unique<ScriptedSource>(end.url == "-" ? "stdin" : end.url, codec, options);
        made[&end] = source.get();
        return source;
      },
      [&](const EndSpec& end, const CodecSpec& codec, const CodecOptions& options) {
        const auto at = sinks.find(&end);
        auto& caught = at != sinks.end() ? sinks_[at->second] : letters_[letters.at(&end)];
        caught = std::make_unique<Caught>();
        return std::make_unique<CapturedSink>(end.url, codec, options, *caught);
      },
  };
  SplitMix random(1);
  Unset environment;
  const World world{clock_, random, environment};
  Problems problems;
  Graph graph = build(spec, {&world, &script_.environment, &stand_ins}, problems);
  if (!problems.empty()) return to_error(spec, problems);
  for (const ChainSpec& chain : spec.chains)
    for (const EndSpec& end : chain.from) {
      if (end.written.starts_with(kInto))
        entrances_[end.written.substr(kInto.size())] = made.at(&end);
      else if (!inside(end))
        sources_.push_back(made.at(&end));
    }

  RunOptions options;
  options.seed = spec.globals.count("seed").value_or(1);
  options.batch_records = script_.batch_records;
  options.report = [this](const std::string& line) { reports_.push_back(line); };
  options.tap = [this](const std::string& id, Port port, const Batch& batch) { keep(id, port, batch); };
  options.watched = [this](const std::string& id, Port port) {
    const auto names = port_names_.find(id);
    return names != port_names_.end() && ports_.contains({id, names->second[port]});
  };
  runner_ = std::make_unique<Runner>(std::move(graph), loop_, clock_, std::move(options));
  if (Done started = runner_->start(); !started) return started;
  settle();
  return {};
}

void Rehearsal::keep(const std::string& id, Port port, const Batch& batch) {
  const auto names = port_names_.find(id);
  if (names == port_names_.end()) return;  // of an end
  const PortName name{id, names->second[port]};
  reached_[name] += batch.size();
  if (const auto at = ports_.find(name); at != ports_.end()) at->second->add(batch);
}

const CodecSpec& Rehearsal::codec(size_t source) const { return sources_[source]->codec(); }

// Time stands still for the pipeline, not for a command or a server that it calls: its answer is waited for.
void Rehearsal::settle() {
  do {
    while (loop_.turn()) {
    }
  } while (runner_->asking() && !runner_->over() && (loop_.turn(true), true));
}

Done Rehearsal::give(size_t source, std::string_view bytes) {
  Done given = sources_[source]->give(bytes);
  settle();
  return given;
}

Done Rehearsal::give(const std::string& stage, std::string_view json_records) {
  Done given = entrances_.at(stage)->give(json_records);
  settle();
  return given;
}

// The clock comes to when the alarm was set for.
Done Rehearsal::ring() {
  clock_.at = std::max(clock_.at, *loop_.armed());
  rings_ = clock_.at == std::exchange(rung_, clock_.at) ? rings_ + 1 : 0;
  if (rings_ > kMostRings) return Error{Error::Kind::internal, "the pipeline wants to be woken at the same instant again and again", {}};
  loop_.ring();
  settle();
  return {};
}

Done Rehearsal::wait(Duration time) {
  const Instant until = clock_.at + time;
  while (loop_.armed() && *loop_.armed() <= until)
    if (Done rung = ring(); !rung) return rung;
  clock_.at = until;
  return {};
}

Done Rehearsal::run_out(std::string_view why) {
  settle();
  while (!runner_->over() && loop_.armed())
    if (Done rung = ring(); !rung) return rung;
  if (!runner_->over()) return Error{Error::Kind::internal, fmt::format("the pipeline did not end when {}", why), {}};
  return {};
}

Done Rehearsal::end() {
  for (ScriptedSource* source : sources_) source->end();
  for (const auto& [stage, source] : entrances_) source->end();
  return run_out("its sources had");
}

Done Rehearsal::drain() {
  runner_->drain();
  return run_out("it was told to");
}

}  // namespace leat
