// Every stage of the catalog, fed a block whose fields have been read. A stage without settings here ends the program.
#include <algorithm>

#include "core/codec/json_format.h"
#include "stages/catalog.h"
#include "stages/library.h"
#include "tests/bench/micro.h"
#include "tests/support/keys.h"

namespace leat::micro {
namespace {

struct Given {
  std::string_view name, text, key = {};
};
struct Setup {
  std::string_view stage;
  std::vector<Given> given;
};

const std::vector<Setup>& setups() {
  static const std::vector<Setup> all = {
      {"filter", {{"expr", ".status >= 500"}}},
      {"map", {{"expr", "{ts, host, ms: (.latency_ms * 2)}"}}},
      {"set", {{"field", ".host", "subject"}}},
      {"stamp", {{"field", "trace"}, {"field", "seq"}}},
      {"dedupe", {{"key", ".path"}}},
      {"sample", {{"share", "0.5"}}},
      {"take", {{"count", "1000000000000"}}},
      {"skip", {{"count", "1000000000000"}}},
      {"batch", {{"size", "100"}}},
      {"buffer", {{"size", "100000"}}},
      {"unbatch", {}},
      {"flatten", {}},
      {"parse", {{"text", ".path"}, {"regex", "^/(?<top>[^/]*)"}}},
      {"expect", {{"require", ".ts"}, {"require", ".status"}}},
      {"redact", {{"find", "email"}, {"find", "card"}}},
      {"seal", {{"for", test::file_of(test::kX25519Public)}}},
      {"open", {{"key", test::file_of(test::kX25519Private)}}},
      {"sign", {{"key", test::file_of(test::kEd25519Private)}}},
      {"verify", {{"keys", test::file_of(test::kEd25519Public)}}},
      {"checksum", {}},
      {"sort", {{"key", ".latency_ms"}, {"within", "1000"}}},
      {"lookup", {{"table", "none.csv"}, {"on", ".host"}}},
      {"join", {{"on", ".id"}, {"within", "1s"}, {"max_records", "1000"}}},
      {"topk", {{"count", "10"}, {"value", ".latency_ms"}, {"by", ".host"}}},
      {"route", {{"case", ".status >= 500", "errors"}, {"case", ".latency_ms > 500", "slow"}}},
      {"switch", {{"on", ".level"}, {"case", "errors", "error"}, {"default", "rest"}}},
      {"split", {{"expr", ".status >= 500"}}},
      {"partition", {{"parts", "8"}, {"by", ".host"}}},
      {"throttle", {{"duration", "1s"}, {"by", ".host"}}},
      {"rate", {{"rate", "1000000000/s"}, {"burst", "1000000000"}, {"on_excess", "drop"}}},
      {"debounce", {{"duration", "1s"}, {"by", ".host"}}},
      {"delay", {{"duration", "1s"}, {"time", ".status - 10000"}}},
      {"merge", {{"time", ".ts"}, {"disorder", "1h"}}},
      {"monitor", {}},
      {"log", {{"message", ".path"}, {"every", "1000"}}},
      {"absent", {{"duration", "1h"}, {"by", ".host"}}},
      {"window", {{"size", "10s"}, {"time", ".ts"}, {"disorder", "1h"}, {"by", ".host"}, {"emit", "{n: count, p99: p99(.latency_ms)}"}}},
  };
  return all;
}

// Takes whatever a stage sends, as readers without end that are always ready.
class Drain final : public Turn {
 public:
  Drain(std::string_view stage, Instant at) : Turn(at), stage_(stage) {}
  bool fail(uint32_t, Reason reason) override { give_up(stage_, reason.message); }
  void fail_made(Batch&&, Reason reason) override { give_up(stage_, reason.message); }
  void emit(Port, Batch&& batch) override { batch.let_go(); }
  bool wants(Port) const override { return true; }
  SlabRef slab() override {
    SlabRef slab = pool().take();
    slab->format = &json_format();
    return slab;
  }
  void drop(uint32_t, std::string_view) override {}

 private:
  const std::string_view stage_;
};

struct Made {
  explicit Made(const StageSpec& spec) {
    const auto setup = std::find_if(setups().begin(), setups().end(), [&](const Setup& one) { return one.stage == spec.name; });
    if (setup == setups().end()) give_up(spec.name, "the stage has no bench: give it settings in tests/bench/micro_stage.cc");
    Settings settings(spec.options);
    for (const Given& given : setup->given)
      settings.put(given.name).values.push_back({std::string(given.key), std::string(given.text), {}});
    const std::vector<uint16_t> inputs{0, 1};
    MakeContext context{};
    context.fields = &plan;
    context.inputs = inputs;
    context.id = spec.name;
    context.seed = 1;
    context.lender = &library;
    context.envelopes = &envelopes;
    auto made = spec.make(settings, context);
    if (!made) give_up(spec.name, made.error().text);
    stage = std::move(*made);
  }

  FieldPlan plan;
  Library::Tables tables;
  Library library{tables};
  bool envelopes = false;
  std::unique_ptr<Stage> stage;
};

// The block as another stage leaves it.
SlabRef made_by(const StageSpec& spec) {
  Made made(spec);
  SlabRef slab = framed(*find_codec("ndjson"), requests());
  slab->envelopes.resize(slab->records.size());
  read(*slab, made.plan, *slab->format->reader(made.plan));
  Drain turn(spec.name, Instant{});
  Batch batch(slab, Receipt(), 0);
  made.stage->process(batch, turn);
  return batch.ref();
}

// The block itself, or for unbatch its records as the members of one array each hundred.
SlabRef input_of(const StageSpec& spec) {
  if (spec.name == "open" || spec.name == "verify") return made_by(*find_stage(spec.name == "open" ? "seal" : "sign"));
  if (spec.name != "unbatch") return framed(*find_codec("ndjson"), requests());
  std::string arrays = "[";
  int members = 0;
  for (char byte : requests()) {
    if (byte != '\n')
      arrays += byte;
    else
      arrays += ++members % 100 ? "," : "]\n[";
  }
  arrays.back() = ']';
  return framed(*find_codec("ndjson"), arrays += '\n');
}

void process(benchmark::State& state, const StageSpec& spec) {
  Made made(spec);
  SlabRef slab = input_of(spec);
  if (made.envelopes && slab->envelopes.empty()) slab->envelopes.resize(slab->records.size());
  if (!made.plan.empty()) {
    const auto reader = slab->format->reader(made.plan);
    read(*slab, made.plan, *reader);
  }
  Drain turn(spec.name, Instant{});
  for (auto _ : state) {
    Batch batch(slab, Receipt(), 0);
    made.stage->process(batch, turn);
    batch.let_go();
  }
  made.stage->finish(turn, false);
  count(state, *slab);
}

}  // namespace

void register_stages() {
  for (const StageSpec* spec : stage_catalog())
    if (!spec->calls)  // what takes the time of a call stands outside
      benchmark::RegisterBenchmark(("stage/" + std::string(spec->name)).c_str(),
                                   [spec](benchmark::State& state) { process(state, *spec); });
}

}  // namespace leat::micro
