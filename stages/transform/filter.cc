// filter: keeps the records an expression is true for. The payload is never touched: a record that passes leaves with its
// own bytes, and a batch that passes whole is not even copied.
#include <array>
#include <optional>

#include "core/expr/sieve.h"
#include "stages/catalog.h"
#include "stages/expression.h"

namespace leat {
namespace {

constexpr Port kReject = 2;

class Filter final : public Stage {
 public:
  Filter(std::shared_ptr<const expr::Program> program, bool reject) : program_(std::move(program)), reject_(reject) {
    if (program_->needle() && !reject) sieve_.emplace(*program_->needle());
  }

  void sieve(Batch& batch, bool trusted, const Turn& turn) override {
    if (sieve_ && !turn.wants(kReject)) sieve_->keep(batch, trusted);
  }

  Flow process(Batch& batch, Turn& turn) override {
    using Truth = expr::Machine::Truth;
    const bool keep_others = turn.wants(kReject);
    others_.clear();
    machine_.now(turn.now);
    batch.keep_if([&](uint32_t record) {
      const Truth truth = machine_.test(*program_, {&batch.slab(), record});
      if (truth == Truth::failed) return turn.fail(record, {machine_.code(), machine_.message()});
      const bool pass = (truth == Truth::yes) != reject_;
      if (!pass && keep_others) others_.push_back(record);
      return pass;
    });
    if (!others_.empty()) turn.emit(kReject, batch.pick(others_));
    return Flow::more;
  }

  std::unique_ptr<Stage> clone() const override { return std::make_unique<Filter>(program_, reject_); }

 private:
  const std::shared_ptr<const expr::Program> program_;  // shared by the clones: immutable
  expr::Machine machine_;
  const bool reject_;
  std::optional<expr::Sieve> sieve_;
  std::vector<uint32_t> others_;
};

constexpr std::array kOptions{
    Option{.name = "expr",
           .kind = Option::Kind::expr,
           .value = "EXPR",
           .help = "passes a record if any output is neither null nor false",
           .operand = true,
           .required = true},
    Option{.name = "reject", .kind = Option::Kind::flag, .value = "", .help = "the other way round: drop what matches"},
};

constexpr std::array kPorts{
    PortSpec{"out", "records that pass"},
    PortSpec{"err", "records that are not of their format, or for which the expression fails"},
    PortSpec{"reject", "records that do not pass"},
};

// jq -c 'select(.status >= 500)' and jq -c 'select(.ok | not)'
constexpr std::array kExamples{
    Example{"filter '.status >= 500'", "{\"status\":200}\n{\"status\": 503}\n{\"status\":500.0}\n",
            "{\"status\": 503}\n{\"status\":500.0}\n"},
    Example{"filter --reject '.ok'", "{\"ok\":true}\n{\"ok\":null}\n{\"n\":1}\n", "{\"ok\":null}\n{\"n\":1}\n"},
};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  auto program = compile(*settings.text("expr"), context, true);
  if (!program) return program.error();
  return std::unique_ptr<Stage>(std::make_unique<Filter>(std::move(*program), settings.flag("reject")));
}

}  // namespace

constexpr StageSpec kFilter{
    .name = "filter",
    .group = "transform",
    .summary = "pass the records an expression is true for",
    .details =
        "A record passes once if any output of the expression is neither null nor false. It leaves byte for byte as it came. "
        "A record that is not valid, or for which the expression fails, leaves by err.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = true,
    .new_bytes = false,
    .missing = StageSpec::Missing::filtered,
    .make = make,
};

}  // namespace leat
