// route: each record to the port of the case it fits. All ports read the same bytes: a case is a list of record numbers.
#include <array>
#include <string>

#include "stages/catalog.h"
#include "stages/expression.h"
#include "stages/transform/ports.h"

namespace leat {
namespace {

class Route final : public Stage {
 public:
  using Programs = std::vector<std::shared_ptr<const expr::Program>>;

  Route(Programs cases, std::vector<Labels> labels, bool all)
      : cases_(std::move(cases)), labels_(std::move(labels)), all_(all), chosen_(cases_.size()) {}

  Flow process(Batch& batch, Turn& turn) override {
    const Slab& slab = batch.slab();
    machine_.now(turn.now);
    if (all_)
      batch.keep_if([&](uint32_t i) { return choose_all({&slab, i}, turn); });
    else
      batch.keep_if([&](uint32_t i) { return choose_first({&slab, i}, turn); });
    emit_chosen(batch, chosen_, labels_, turn);
    return Flow::more;
  }

  std::unique_ptr<Stage> clone() const override { return std::make_unique<Route>(cases_, labels_, all_); }

 private:
  // Both answer whether the record fits no case and stays. A record that fails in one case goes to none.
  bool choose_first(const expr::Row& row, Turn& turn) {
    for (size_t at = 0; at < cases_.size(); ++at) {
      const auto truth = machine_.test(*cases_[at], row);
      if (truth == expr::Machine::Truth::no) continue;
      if (truth == expr::Machine::Truth::failed) return turn.fail(row.record, {machine_.code(), machine_.message()});
      return chosen_[at].push_back(row.record), false;
    }
    return true;
  }

  bool choose_all(const expr::Row& row, Turn& turn) {
    fits_.clear();
    for (size_t at = 0; at < cases_.size(); ++at) {
      const auto truth = machine_.test(*cases_[at], row);
      if (truth == expr::Machine::Truth::failed) return turn.fail(row.record, {machine_.code(), machine_.message()});
      if (truth == expr::Machine::Truth::yes) fits_.push_back(at);
    }
    for (size_t at : fits_) chosen_[at].push_back(row.record);
    return fits_.empty();
  }

  const Programs cases_;              // shared by the clones of all lanes
  const std::vector<Labels> labels_;  // by case
  const bool all_;
  expr::Machine machine_;
  std::vector<std::vector<uint32_t>> chosen_;  // records by case
  std::vector<size_t> fits_;                   // cases of the record at hand
};

constexpr std::array kOptions{
    Option{.name = "case",
           .kind = Option::Kind::named,
           .value = "NAME=EXPR",
           .help = "a port and what its records have in common; the first that fits counts",
           .operand = true,
           .required = true,
           .repeat = true},
    Option{.name = "all", .kind = Option::Kind::flag, .value = {}, .help = "a copy to every case that fits"},
};

constexpr std::array kPorts{PortSpec{"out", "records that fit no case, also called else"},
                            PortSpec{"err", "records whose expression fails, with the bytes they came with"}};

// jq -c 'select(.a <= 1)'
constexpr std::array kExamples{
    Example{"route 'big=.a > 1' --to - --from stage:route.big --to drop:", "{\"a\":1}\n{\"a\":2}\n", "{\"a\":1}\n"},
};

std::vector<std::string> case_names(const Settings& settings) {
  std::vector<std::string> names;
  for (const auto& value : settings.values("case")) names.push_back(value.key);
  return names;
}

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  if (const Done done = check_port_names(case_names(settings)); !done) return done.error();
  Route::Programs cases;
  std::vector<Labels> labels;
  for (const auto& value : settings.values("case")) {
    auto program = compile(value.text, context, true);
    if (!program) return program.error();
    cases.push_back(std::move(*program));
    labels.push_back({{"route", value.key}});
  }
  return std::unique_ptr<Stage>(std::make_unique<Route>(std::move(cases), std::move(labels), settings.flag("all")));
}

}  // namespace

constexpr StageSpec kRoute{
    .name = "route",
    .group = "flow",
    .summary = "send records to different readers by what is in them",
    .details =
        "Each NAME is a port that another chain reads with --from stage:route.NAME. A record goes to the first case whose expression "
        "has an output that is neither null nor false, or with --all a copy of it to every such case. The chain itself goes on with "
        "the records that fit none. A record for which a case that is looked at fails goes to err and nowhere else.\n\n"
        "Where envelopes are asked for, that of a record says in its metadata which case it went to (route), unless it is signed.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = true,
    .new_bytes = false,
    .missing = StageSpec::Missing::filtered,
    .make = make,
    .more_ports = case_names,
};

}  // namespace leat
