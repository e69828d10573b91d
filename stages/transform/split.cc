// split: in two by a condition, each half to readers of its own.
#include <array>
#include <string>

#include "stages/catalog.h"
#include "stages/expression.h"
#include "stages/transform/ports.h"

namespace leat {
namespace {

class Split final : public Stage {
 public:
  explicit Split(std::shared_ptr<const expr::Program> program) : program_(std::move(program)) {}

  Flow process(Batch& batch, Turn& turn) override {
    const Slab& slab = batch.slab();
    machine_.now(turn.now);
    batch.each([&](uint32_t i) {
      const auto truth = machine_.test(*program_, {&slab, i});
      if (truth == expr::Machine::Truth::failed)
        turn.fail(i, {machine_.code(), machine_.message()});
      else
        chosen_[truth == expr::Machine::Truth::yes ? 0 : 1].push_back(i);
    });
    emit_chosen(batch, chosen_, labels_, turn);
    batch.clear();
    return Flow::more;
  }

  std::unique_ptr<Stage> clone() const override { return std::make_unique<Split>(program_); }

 private:
  const std::shared_ptr<const expr::Program> program_;  // shared by the clones of all lanes
  const std::array<Labels, 2> labels_{Labels{{"route", "pass"}}, Labels{{"route", "fail"}}};
  expr::Machine machine_;
  std::array<std::vector<uint32_t>, 2> chosen_;  // of the batch at hand: pass, fail
};

constexpr std::array kOptions{
    Option{.name = "expr",
           .kind = Option::Kind::expr,
           .value = "EXPR",
           .help = "what the records that pass have in common",
           .operand = true,
           .required = true},
};

constexpr std::array kPorts{PortSpec{"out", "nothing: every record has a port of its own"},
                            PortSpec{"err", "records whose expression fails, with the bytes they came with"}};

// jq -c 'select(.ok)', then jq -c 'select(.ok | not)'
constexpr std::array kExamples{
    Example{"split .ok --from stage:split.pass --to - --from stage:split.fail --to drop:", "{\"ok\":true}\n{\"ok\":false}\n",
            "{\"ok\":true}\n"},
    Example{"split .ok --from stage:split.pass --to drop: --from stage:split.fail --to -", "{\"ok\":true}\n{}\n", "{}\n"},
};

std::vector<std::string> port_names(const Settings&) { return {"pass", "fail"}; }

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  auto program = compile(*settings.text("expr"), context, true);
  if (!program) return program.error();
  return std::unique_ptr<Stage>(std::make_unique<Split>(std::move(*program)));
}

}  // namespace

constexpr StageSpec kSplit{
    .name = "split",
    .group = "flow",
    .summary = "send records to one of two readers by a condition",
    .details =
        "Records for which the expression has an output that is neither null nor false go to the port pass, all others to the port fail: "
        "two chains read them with --from stage:split.pass and --from stage:split.fail, and nothing goes on in the chain itself. For one "
        "of the two alone there is filter. How many went where is in the summary.\n\n"
        "Where envelopes are asked for, that of a record says in its metadata which port it went to (route), unless it is signed.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = true,
    .new_bytes = false,
    .missing = StageSpec::Missing::filtered,
    .make = make,
    .more_ports = port_names,
};

}  // namespace leat
