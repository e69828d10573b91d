#include "tests/bench/micro.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace leat::micro {

void give_up(std::string_view bench, std::string_view why) {
  std::fprintf(stderr, "micro: %.*s: %.*s\n", static_cast<int>(bench.size()), bench.data(), static_cast<int>(why.size()), why.data());
  std::exit(1);
}

const std::string& requests() {
  static const std::string text = [] {
    std::string all;
    for (int i = 0; all.size() < 240'000; ++i)
      all += fmt::format(R"({{"ts":"2025-05-20T08:00:{:02}.{:03}Z","level":"{}","status":{},"method":"GET","path":"/api/v1/items/{}",)"
                         R"("host":"web-{:02}","user":"chlo\u00e9{}","latency_ms":{}.{},"bytes":{},)"
                         R"("upstream":{{"name":"pool-{}","status":{},"attempt":1,"ms":{}.5}},"tags":["batch","zone-{}"],)"
                         R"("msg":"cache \"edge-{}\" missed, asked the origin","id":{}}})"
                         "\n",
                         i / 1000 % 60, i % 1000, i % 70 ? "info" : "error", i % 70 ? 200 : 503, i * 7919 % 100000, i % 24, i * 31 % 500,
                         i % 900, 1 + i % 9, 200 + i * 37 % 40000, i % 4, i % 3 ? 200 : 503, i % 400, i % 3, i % 5, i);
    return all;
  }();
  return text;
}

Pool& pool() {
  static Pool pool;
  return pool;
}

SlabRef framed(const CodecSpec& codec, std::string_view bytes) {
  // The formats that slabs point to belong to their framers, which therefore stay.
  static std::vector<std::unique_ptr<Framer>> framers;
  Framer& framer = *framers.emplace_back(codec.framer(CodecOptions{}));
  SlabRef slab = pool().take();
  slab->append(bytes);
  const uint32_t whole = framer.cut(*slab, 0, true);
  if (whole < bytes.size()) give_up(codec.name, "the codec did not take all of its own bytes");
  slab->resize(whole);
  framer.frame(*slab);
  if (slab->records.empty() || !slab->faults.empty()) give_up(codec.name, "the codec did not frame its own bytes");
  return slab;
}

void read(Slab& slab, const FieldPlan& plan, Reader& reader) {
  slab.width = plan.width();
  slab.columns.resize(slab.records.size() * slab.width);
  slab.looked.assign(slab.records.size(), Slab::kGood);
  reader.prepare(slab, slab.records.size());
  for (uint32_t i = 0; i < slab.records.size(); ++i)
    if (!reader.read(slab, i, slab.columns.data() + size_t{i} * slab.width)) give_up("read", reader.reason());
}

void count(benchmark::State& state, const Slab& slab) {
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(slab.records.size()));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(slab.size()));
}

}  // namespace leat::micro

int main(int argc, char** argv) {
  leat::micro::register_codecs();
  leat::micro::register_expressions();
  leat::micro::register_stages();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  return benchmark::RunSpecifiedBenchmarks() ? 0 : 1;
}
