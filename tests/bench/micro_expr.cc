// One expression of each kind, as a test (filter) or written out (map), over records whose fields have been read.
#include "core/expr/program.h"
#include "tests/bench/micro.h"

namespace leat::micro {
namespace {

struct Kind {
  const char* name;
  const char* text;
};

constexpr Kind kTests[] = {
    {"field", ".host"},
    {"compare number", ".status >= 500"},
    {"compare text", ".level == \"error\""},
    {"nested field", ".upstream.status == 503"},
    {"and or not", ".status >= 500 and (.host == \"web-03\" or (.method == \"POST\" | not))"},
    {"startswith", ".path | startswith(\"/api/\")"},
    {"contains", ".msg | contains(\"origin\")"},
    {"regular expression", ".msg | test(\"edge-[0-2]\")"},
    {"any", ".tags | any(. == \"zone-3\")"},
};
constexpr Kind kWrites[] = {
    {"identity", "."},
    {"object of fields", "{ts, host, status}"},
    {"arithmetic", "{ts, host, ms: (.latency_ms * 2)}"},
    {"or else", ".none // .host"},
    {"if", "if .status >= 500 then \"error\" elif .status >= 400 then \"warn\" else \"ok\" end"},
    {"text of many", "\"\\(.method) \\(.path) \\(.status)\""},
    {"split", ".path | split(\"/\") | .[1]"},
    {"update", ".upstream.attempt += 1"},
    {"del", "del(.msg, .tags)"},
    {"to_entries", ".upstream | to_entries"},
    {"with_entries", "with_entries(select(.value != null))"},
    {"map and select", ".tags | map(select(startswith(\"zone\")))"},
    {"group_by", "[.status, .upstream.status, 404] | group_by(.)"},
    {"sort_by", "[.upstream, .upstream] | sort_by(.ms)"},
    {"reduce", "reduce (1, 2, 3, .status) as $x (0; . + $x)"},
    {"function", "def f(x): x + 1; f(.status)"},
    {"dates", ".ts[0:19] + \"Z\" | fromdate"},
};

// A program, and the block with what it reads.
struct Setting {
  Setting(const Kind& kind, bool condition) : slab(framed(*find_codec("ndjson"), requests())) {
    expr::CompileOptions options;
    options.condition = condition;
    auto compiled = expr::Program::compile(kind.text, plan, options);
    if (!compiled) give_up(kind.name, compiled.error().text);
    program = *compiled;
    const auto reader = slab->format->reader(plan);
    read(*slab, plan, *reader);
  }

  FieldPlan plan;
  SlabRef slab;
  std::shared_ptr<const expr::Program> program;
  expr::Machine machine;
};

void test(benchmark::State& state, const Kind& kind) {
  Setting setting(kind, true);
  const auto records = static_cast<uint32_t>(setting.slab->records.size());
  for (auto _ : state)
    for (uint32_t i = 0; i < records; ++i) {
      const auto truth = setting.machine.test(*setting.program, {setting.slab.get(), i});
      if (truth == expr::Machine::Truth::failed) give_up(kind.name, setting.machine.message());
      benchmark::DoNotOptimize(truth);
    }
  count(state, *setting.slab);
}

void write(benchmark::State& state, const Kind& kind) {
  Setting setting(kind, false);
  const auto records = static_cast<uint32_t>(setting.slab->records.size());
  std::string out;
  std::vector<Span> spans;
  for (auto _ : state) {
    out.clear(), spans.clear();
    for (uint32_t i = 0; i < records; ++i)
      if (!setting.machine.write(*setting.program, {setting.slab.get(), i}, out, spans)) give_up(kind.name, setting.machine.message());
    if (spans.size() != records) give_up(kind.name, "did not answer once for each record");
  }
  count(state, *setting.slab);
}

}  // namespace

void register_expressions() {
  for (const Kind& kind : kTests)
    benchmark::RegisterBenchmark((std::string("test/") + kind.name).c_str(), [&](benchmark::State& state) { test(state, kind); });
  for (const Kind& kind : kWrites)
    benchmark::RegisterBenchmark((std::string("write/") + kind.name).c_str(), [&](benchmark::State& state) { write(state, kind); });
}

}  // namespace leat::micro
