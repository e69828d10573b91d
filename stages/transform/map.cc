// map: makes one record of each output of an expression. The new records carry on the envelope of the one they came from.
#include <array>

#include "core/expr/program.h"
#include "stages/catalog.h"

namespace leat {
namespace {

class Map final : public Stage {
 public:
  explicit Map(std::shared_ptr<const expr::Program> program) : program_(std::move(program)) {}

  Flow process(Batch& batch, Turn& turn) override {
    const Slab& from = batch.slab();
    SlabRef made = turn.slab();
    machine_.now(turn.now);
    text_.clear();
    batch.each([&](uint32_t record) {
      if (!machine_.write(*program_, {&from, record}, text_, made->records)) {
        turn.fail(record, {machine_.code(), machine_.message()});
        return;
      }
      if (!from.envelopes.empty()) made->envelopes.resize(made->records.size(), from.envelopes[record]);
    });
    made->append(text_);
    made->contiguous = true;
    batch.become(std::move(made));
    return Flow::more;
  }

  std::unique_ptr<Stage> clone() const override { return std::make_unique<Map>(program_); }

 private:
  const std::shared_ptr<const expr::Program> program_;  // shared by the clones: immutable
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
  auto program = expr::Program::compile(*settings.text("expr"), *context.fields, {.environment = context.environment});
  if (!program) return program.error();
  *context.envelopes |= (*program)->reads_envelope();
  return std::unique_ptr<Stage>(std::make_unique<Map>(std::move(*program)));
}

}  // namespace

constexpr StageSpec kMap{
    .name = "map",
    .group = "transform",
    .summary = "make new records with an expression",
    .details =
        "Each output of the expression becomes one record; an expression without output filters the record away. "
        "Numbers and strings that are only passed on keep their spelling.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = true,
    .new_bytes = true,
    .missing = StageSpec::Missing::filtered,
    .make = make,
};

}  // namespace leat
