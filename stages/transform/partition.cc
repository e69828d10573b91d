// partition: records dealt out to N ports, so that N readers share the work: by a key, whose records all go to one of them in the order
// they came, or in turn.
#include <array>
#include <string>

#include <fmt/format.h>

#include "core/base/fnv1a.h"
#include "stages/catalog.h"
#include "stages/transform/one_key.h"
#include "stages/transform/ports.h"

namespace leat {
namespace {

constexpr uint64_t kMost = 1024;  // ports

class Partition final : public Stage {
 public:
  // Without a key in turn.
  Partition(uint64_t parts, std::shared_ptr<const expr::Program> key) : key_(std::move(key)), chosen_(parts) {
    const auto whole = [](uint64_t n) { return static_cast<int64_t>(n); };
    for (uint64_t part = 0; part < parts; ++part)
      labels_.push_back({{"partition_index", whole(part)},
                         {"partition_total", whole(parts)},
                         {"partition_strategy", std::string(key_ ? "hash" : "round-robin")}});
  }

  Flow process(Batch& batch, Turn& turn) override {
    const Slab& slab = batch.slab();
    key_.now(turn.now);
    batch.each([&](uint32_t i) {
      if (!key_) return chosen_[count_++ % chosen_.size()].push_back(i);
      if (const auto key = key_.of({&slab, i}, turn)) chosen_[fnv1a(*key) % chosen_.size()].push_back(i);
    });
    emit_chosen(batch, chosen_, labels_, turn);
    batch.clear();
    return Flow::more;
  }

 private:
  OneKey key_;
  std::vector<Labels> labels_;                 // by part
  std::vector<std::vector<uint32_t>> chosen_;  // records by part
  uint64_t count_ = 0;                         // of all records, in turn
};

constexpr std::array kOptions{
    Option{.name = "parts",
           .kind = Option::Kind::count,
           .value = "N",
           .help = "how many parts, 1024 at most",
           .operand = true,
           .required = true},
    Option{.name = "by", .kind = Option::Kind::expr, .value = "EXPR", .help = "records with the same value go to the same part"},
};

constexpr std::array kPorts{PortSpec{"out", "nothing: every record is in one of the parts p0, p1 ..."},
                            PortSpec{"err", "records that have not exactly one key"}};

// awk 'NR % 2 == 1'; by hand: FNV-1a of "a" is 0xAF63DC4C8601EC8C, an even number, and of "b" 0xAF63DF4C8601F1A5, an odd one
constexpr std::array kExamples{
    Example{"--in lines partition 2 --from stage:partition.p0 --to - --from stage:partition.p1 --to drop:", "a\nb\nc\n", "a\nc\n"},
    Example{"partition 2 --by .k --from stage:partition.p0 --to drop: --from stage:partition.p1 --to -",
            "{\"k\":\"a\",\"n\":1}\n{\"k\":\"b\",\"n\":2}\n{\"k\":\"b\",\"n\":3}\n", "{\"k\":\"b\",\"n\":2}\n{\"k\":\"b\",\"n\":3}\n"},
};

std::vector<std::string> port_names(const Settings& settings) {
  std::vector<std::string> names;
  const uint64_t parts = settings.count("parts").value_or(0);
  for (uint64_t part = 0; part < parts && part < kMost; ++part) names.push_back(fmt::format("p{}", part));
  return names;
}

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  const uint64_t parts = *settings.count("parts");
  if (parts > kMost) return Error{Error::Kind::usage, fmt::format("partition makes {} parts at most, not {}", kMost, parts), {}};
  auto key = compile_option(settings, "by", context);
  if (!key) return key.error();
  return std::unique_ptr<Stage>(std::make_unique<Partition>(parts, std::move(*key)));
}

}  // namespace

constexpr StageSpec kPartition{
    .name = "partition",
    .group = "flow",
    .summary = "deal records out to N readers, by a key or in turn",
    .details =
        "The parts are the ports p0 to p(N-1); each is read by a chain of its own, with --from stage:partition.p0, and nothing goes on in "
        "the chain itself. With --by a record goes to part FNV-1a(key) mod N, of 64 bits, where the key is the bytes of the text that the "
        "expression answers, or the JSON text of any other value: the same key goes to the same part in every run, and in its order. "
        "Without it records go to the parts in turn.\n\n"
        "Where envelopes are asked for, that of a record says in its metadata partition_index, partition_total and partition_strategy "
        "(hash or round-robin), unless it is signed.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = false,
    .new_bytes = false,
    .missing = StageSpec::Missing::filtered,
    .make = make,
    .more_ports = port_names,
};

}  // namespace leat
