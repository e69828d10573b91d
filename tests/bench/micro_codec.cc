// Every codec there is: cutting and framing a block, reading three fields of each record, writing a block.
#include "tests/bench/micro.h"

namespace leat::micro {
namespace {

constexpr std::string_view kFlat[] = {"host", "status", "latency_ms"};

// What the codec can write: syslog takes no fields of other names.
SlabRef json_slab(const CodecSpec& codec) {
  static const CodecSpec& ndjson = *find_codec("ndjson");
  std::string text = requests();
  if (codec.name == "syslog")
    for (const auto& [from, to] : {std::pair{"{\"ts\":", "{\"timestamp\":"}, {"\"level\":", "\"message\":{\"level\":"}, {"}\n", "}}\n"}})
      for (size_t at = 0; (at = text.find(from, at)) != text.npos; at += std::string_view(to).size())
        text.replace(at, std::string_view(from).size(), to);
  SlabRef slab = framed(ndjson, text);
  if (codec.envelope) slab->envelopes.resize(slab->records.size());
  return slab;
}

std::string encoded(const CodecSpec& codec, const SlabRef& slab) {
  const auto encoder = codec.encoder(CodecOptions{});
  std::string bytes;
  Batch batch(slab, Receipt(), 0);
  encoder->encode(batch, bytes, [&](uint32_t, Reason reason) { give_up(codec.name, reason.message); });
  encoder->finish(bytes);
  return bytes;
}

void frame(benchmark::State& state, const CodecSpec& codec) {
  const std::string bytes = encoded(codec, json_slab(codec));
  const SlabRef expected = framed(codec, bytes);
  for (auto _ : state) {
    const auto framer = codec.framer(CodecOptions{});
    SlabRef slab = pool().take();
    slab->append(bytes);
    slab->resize(framer->cut(*slab, 0, true));
    framer->frame(*slab);
    if (slab->records.size() != expected->records.size()) give_up(codec.name, "framed other records");
  }
  count(state, *expected);
}

void read_fields(benchmark::State& state, const CodecSpec& codec) {
  SlabRef slab = framed(codec, encoded(codec, json_slab(codec)));
  FieldPlan plan;
  for (std::string_view key : kFlat) plan.slot({std::string(key)});
  const auto reader = slab->format->reader(plan);
  for (auto _ : state) read(*slab, plan, *reader);
  count(state, *slab);
}

void encode(benchmark::State& state, const CodecSpec& codec) {
  const SlabRef slab = json_slab(codec);
  for (auto _ : state) {
    std::string bytes = encoded(codec, slab);
    benchmark::DoNotOptimize(bytes);
  }
  count(state, *slab);
}

}  // namespace

void register_codecs() {
  for (const CodecSpec& codec : codecs()) {
    const std::string name(codec.name);
    const auto bench = [&](const char* what, auto* run) {
      benchmark::RegisterBenchmark((what + name).c_str(), [run, &codec](benchmark::State& state) { run(state, codec); });
    };
    if (codec.framer && codec.encoder) bench("frame/", frame), bench("read/", read_fields);
    if (codec.encoder) bench("encode/", encode);
  }
}

}  // namespace leat::micro
