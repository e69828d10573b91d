#include "tests/support/fake_stages.h"

#include <algorithm>
#include <array>

namespace leat::fake {
namespace {

using Kind = Option::Kind;

Result<std::unique_ptr<Stage>> make_nothing(const Settings& settings, const MakeContext&) {
  return Error{Error::Kind::internal, "a fake stage is never made: " + settings.text("expr").value_or("?"), {}};
}

std::vector<std::string> cases_of(const Settings& settings) {
  std::vector<std::string> names;
  for (const auto& value : settings.values("case")) names.push_back(value.key);
  return names;
}

constexpr std::array kPlain{PortSpec{"out", "what goes on"}, PortSpec{"err", "what failed"}};
constexpr std::array kFilterPorts{PortSpec{"out", "what passes"}, PortSpec{"err", "what failed"}, PortSpec{"reject", "what does not pass"}};
constexpr std::array kRoutePorts{PortSpec{"out", "what no case takes"}, PortSpec{"err", "what failed"},
                                 PortSpec{"else", "the same as out"}};
constexpr std::array kWindowPorts{PortSpec{"out", "one record per window"}, PortSpec{"err", "what failed"},
                                  PortSpec{"late", "what came too late"}};

constexpr auto kFilter = std::to_array<Option>({
    {.name = "expr", .kind = Kind::expr, .value = "EXPR", .help = "what a record must answer", .operand = true, .required = true},
    {.name = "reject", .kind = Kind::flag, .value = "", .help = "the other way round"},
});
constexpr auto kMap = std::to_array<Option>({
    {.name = "expr", .kind = Kind::expr, .value = "EXPR", .help = "what a record becomes", .operand = true, .required = true},
});
constexpr auto kSet = std::to_array<Option>({
    {.name = "field",
     .kind = Kind::named,
     .value = "NAME=EXPR",
     .help = "an envelope field and its value",
     .operand = true,
     .required = true,
     .repeat = true},
});
constexpr auto kRoute = std::to_array<Option>({
    {.name = "case",
     .kind = Kind::named,
     .value = "NAME=EXPR",
     .help = "a port and what goes there",
     .operand = true,
     .required = true,
     .repeat = true},
    {.name = "all", .kind = Kind::flag, .value = "", .help = "a copy for every case that holds"},
});
constexpr auto kBatch = std::to_array<Option>({
    {.name = "size", .kind = Kind::count, .value = "N", .help = "records in a batch", .operand = true},
    {.name = "latency", .kind = Kind::duration, .value = "DURATION", .help = "the longest a record waits"},
    {.name = "bytes", .kind = Kind::size, .value = "SIZE", .help = "bytes in a batch"},
});
constexpr auto kWindow = std::to_array<Option>({
    {.name = "size", .kind = Kind::duration, .value = "DURATION", .help = "how long a window is", .operand = true},
    {.name = "every", .kind = Kind::duration, .value = "DURATION", .help = "how often one begins"},
    {.name = "by", .kind = Kind::keys, .value = "EXPR", .help = "one window for each value", .repeat = true},
    {.name = "time", .kind = Kind::expr, .value = "EXPR", .help = "event time"},
    {.name = "max_keys", .kind = Kind::count, .value = "N", .help = "keys at a time", .fallback = "10000"},
    {.name = "emit", .kind = Kind::expr, .value = "EXPR", .help = "what a window becomes", .required = true},
    {.name = "when_full", .kind = Kind::choice, .value = "POLICY", .help = "what happens then", .fallback = "drop", .choices = "drop|stop"},
    {.name = "ratio", .kind = Kind::number, .value = "R", .help = "a number"},
    {.name = "note", .kind = Kind::text, .value = "TEXT", .help = "a text", .repeat = true},
    {.name = "trigger",
     .kind = Kind::pairs,
     .value = "count=N,idle=DURATION",
     .help = "when to emit early",
     .choices = "count:count|idle:duration"},
});
constexpr auto kExec = std::to_array<Option>({
    {.name = "command", .kind = Kind::words, .value = "COMMAND", .help = "what to run", .operand = true, .required = true},
    {.name = "workers", .kind = Kind::count, .value = "N", .help = "how many at a time", .fallback = "1"},
});

constexpr auto kExamples =
    std::to_array<Example>({{"filter '.ok'", "{\"ok\":true}\n{\"ok\":false}\n", "{\"ok\":true}\n"}});  // jq -c 'select(.ok)'

constexpr StageSpec spec(std::string_view name, std::string_view group, std::span<const Option> options, std::span<const PortSpec> ports,
                         std::vector<std::string> (*more)(const Settings&) = nullptr) {
  return {.name = name,
          .group = group,
          .summary = "a stage for tests",
          .details = "First paragraph.\n\nSecond paragraph.",
          .options = options,
          .ports = ports,
          .examples = name == "filter" ? std::span<const Example>(kExamples) : std::span<const Example>(),
          .stateless = true,
          .new_bytes = false,
          .missing = StageSpec::Missing::filtered,
          .make = make_nothing,
          .more_ports = more};
}

constexpr StageSpec kSpecs[] = {
    spec("filter", "transform", kFilter, kFilterPorts),    spec("map", "transform", kMap, kPlain), spec("set", "transform", kSet, kPlain),
    spec("route", "route", kRoute, kRoutePorts, cases_of), spec("batch", "flow", kBatch, kPlain),  spec("unbatch", "flow", {}, kPlain),
    spec("window", "window", kWindow, kWindowPorts),       spec("exec", "call", kExec, kPlain),
};

constexpr auto kCatalog =
    std::to_array<const StageSpec*>({&kSpecs[0], &kSpecs[1], &kSpecs[2], &kSpecs[3], &kSpecs[4], &kSpecs[5], &kSpecs[6], &kSpecs[7]});

}  // namespace

std::span<const StageSpec* const> catalog() { return kCatalog; }

const StageSpec* stage(std::string_view name) {
  const auto at = std::find_if(kCatalog.begin(), kCatalog.end(), [&](const StageSpec* one) { return one->name == name; });
  return at == kCatalog.end() ? nullptr : *at;
}

}  // namespace leat::fake
