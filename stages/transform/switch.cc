// switch: each record to the port that is written beside its key. One look-up however many cases there are, where route tries them in turn.
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "core/base/text.h"
#include "stages/catalog.h"
#include "stages/transform/one_key.h"
#include "stages/transform/ports.h"

namespace leat {
namespace {

// What the clones of all lanes share.
struct Cases {
  std::map<std::string, size_t, std::less<>> port_of;  // by key: which of the ports below
  std::vector<Labels> labels;                          // by port
  std::optional<size_t> fallback;                      // where other keys go; without it they stay
};

class Switch final : public Stage {
 public:
  Switch(std::shared_ptr<const Cases> cases, std::shared_ptr<const expr::Program> key)
      : cases_(std::move(cases)), key_(std::move(key)), chosen_(cases_->labels.size()) {}

  Flow process(Batch& batch, Turn& turn) override {
    const Slab& slab = batch.slab();
    key_.now(turn.now);
    batch.keep_if([&](uint32_t i) { return choose({&slab, i}, turn); });
    emit_chosen(batch, chosen_, cases_->labels, turn);
    return Flow::more;
  }

  std::unique_ptr<Stage> clone() const override { return std::make_unique<Switch>(cases_, key_.program()); }

 private:
  // Answers whether the record is of no case and stays.
  bool choose(const expr::Row& row, Turn& turn) {
    const auto key = key_.of(row, turn);
    if (!key) return false;
    const auto at = cases_->port_of.find(*key);
    const auto port = at == cases_->port_of.end() ? cases_->fallback : std::optional(at->second);
    if (port) chosen_[*port].push_back(row.record);
    return !port;
  }

  const std::shared_ptr<const Cases> cases_;
  OneKey key_;
  std::vector<std::vector<uint32_t>> chosen_;  // records by port
};

constexpr std::array kOptions{
    Option{.name = "on", .kind = Option::Kind::expr, .value = "EXPR", .help = "the key of a record", .operand = true, .required = true},
    Option{.name = "case",
           .kind = Option::Kind::named,
           .value = "KEY=PORT",
           .help = "a key and the port its records go to; several keys may name one port",
           .operand = true,
           .required = true,
           .repeat = true},
    Option{.name = "default", .kind = Option::Kind::text, .value = "PORT", .help = "where all other keys go, instead of out"},
};

constexpr std::array kPorts{PortSpec{"out", "records whose key is in no case, unless there is a default"},
                            PortSpec{"err", "records that have not exactly one key"}};

// jq -c 'select(.type == "order")', then the same for all others
constexpr std::array kExamples{
    Example{"switch .type order=sales return=sales login=audit --to - --from stage:switch.sales --to drop: --from stage:switch.audit --to "
            "drop:",
            "{\"type\":\"order\"}\n{\"type\":\"ping\"}\n{\"type\":\"login\"}\n", "{\"type\":\"ping\"}\n"},
    Example{"switch .code 200=fine --default odd --from stage:switch.fine --to drop: --from stage:switch.odd --to -",
            "{\"code\":200}\n{\"code\":\"200\"}\n{\"code\":404}\n{}\n", "{\"code\":404}\n{}\n"},
};

// Each once, in the order they are first named.
std::vector<std::string> port_names(const Settings& settings) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const auto& value : settings.values("case")) add(value.text);
  if (const auto fallback = settings.text("default")) add(*fallback);
  return names;
}

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  const auto names = port_names(settings);
  if (const Done done = check_port_names(names); !done) return done.error();
  auto key = compile(*settings.text("on"), context);
  if (!key) return key.error();
  const auto number = [&](const std::string& name) {
    return static_cast<size_t>(std::find(names.begin(), names.end(), name) - names.begin());
  };
  auto cases = std::make_shared<Cases>();
  for (const auto& value : settings.values("case"))
    if (!cases->port_of.emplace(value.key, number(value.text)).second)
      return Error{Error::Kind::usage, fmt::format("two cases are for the key {}", text::quoted(value.key)),
                   "switch sends a record to one port; route --all copies it to several"};
  for (const std::string& name : names) cases->labels.push_back({{"route", name}});
  if (const auto fallback = settings.text("default")) cases->fallback = number(*fallback);
  return std::unique_ptr<Stage>(std::make_unique<Switch>(std::move(cases), std::move(*key)));
}

}  // namespace

constexpr StageSpec kSwitch{
    .name = "switch",
    .group = "flow",
    .summary = "send records to different readers by a key",
    .details =
        "The key is what the expression answers: text as it is, any other value as its shortest JSON text (200, true, null). Each PORT is "
        "one that "
        "another chain reads with --from stage:switch.PORT. The chain itself goes on with the records whose key is in no case; with "
        "--default they go to that port instead, which may be one of a case or one of its own. For keys that are no plain words, or "
        "conditions, there is route.\n\n"
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
