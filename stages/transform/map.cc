// map: makes one record of each output of an expression. One output is the same record with other bytes and keeps its envelope;
// of several each is a new record, a child of the one it came from.
#include <array>

#include "core/data/envelopes.h"
#include "stages/catalog.h"
#include "stages/expression.h"

namespace leat {
namespace {

class Map final : public Stage {
 public:
  Map(std::shared_ptr<const expr::Program> program, uint64_t salt) : program_(std::move(program)), salt_(salt) {}

  Flow process(Batch& batch, Turn& turn) override {
    const Slab& from = batch.slab();
    SlabRef made = turn.slab();
    machine_.now(turn.now);
    text_.clear();
    uint32_t barren = 0;
    batch.each([&](uint32_t record) {
      const size_t first = made->records.size();
      if (!machine_.write(*program_, {&from, record}, text_, made->records)) {
        turn.fail(record, {machine_.code(), machine_.message()});
        return;
      }
      barren += made->records.size() == first;
      if (!from.envelopes.empty()) give_envelopes(from.envelopes[record], made->records.size() - first, turn.now, made->envelopes);
    });
    turn.made_nothing(barren);
    made->append(text_);
    made->contiguous = true;
    batch.become(std::move(made));
    return Flow::more;
  }

  std::unique_ptr<Stage> clone() const override { return std::make_unique<Map>(program_, salt_); }

 private:
  void give_envelopes(const Envelope& from, size_t count, Instant now, std::vector<Envelope>& out) const {
    if (count == 1) return out.emplace_back(from).restate();
    for (uint32_t i = 0; i < count; ++i) out.push_back(child(from, i, salt_, now));
  }

  const std::shared_ptr<const expr::Program> program_;  // shared by the clones: immutable
  const uint64_t salt_;
  expr::Machine machine_;
  std::string text_;
};

constexpr std::array kOptions{
    Option{.name = "expr",
           .kind = Option::Kind::expr,
           .value = "EXPR",
           .help = "each output becomes a record",
           .operand = true,
           .required = true},
};

constexpr std::array kPorts{
    PortSpec{"out", "one record per output"},
    PortSpec{"err", "records that are not of their format, or for which the expression fails; none of their outputs leave"},
};

// jq -c '{ts, ms: (.latency * 1000)}' and jq -c '.tags[]'
constexpr std::array kExamples{
    Example{"map '{ts, ms: (.latency * 1000)}'", "{\"ts\":\"t1\",\"latency\":0.25,\"x\":0}\n", "{\"ts\":\"t1\",\"ms\":250}\n"},
    Example{"map '.tags[]'", "{\"tags\":[\"a\",\"b\"]}\n{\"tags\":[]}\n", "\"a\"\n\"b\"\n"},
};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  auto program = compile(*settings.text("expr"), context);
  if (!program) return program.error();
  return std::unique_ptr<Stage>(std::make_unique<Map>(std::move(*program), context.seed_for_ids()));
}

}  // namespace

constexpr StageSpec kMap{
    .name = "map",
    .group = "transform",
    .summary = "make new records with an expression",
    .details =
        "Each output of the expression becomes one record; an expression without output filters the record away. "
        "Numbers and strings that are only passed on keep their spelling.\n\n"
        "One output keeps the record's envelope, without the checksum and signature of the old bytes. Of several, each gets an id of its "
        "own, and the record's as its parent.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = true,
    .new_bytes = true,
    .missing = StageSpec::Missing::filtered,
    .make = make,
};

}  // namespace leat
