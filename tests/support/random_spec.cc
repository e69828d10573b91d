#include "tests/support/random_spec.h"

#include <array>
#include <random>

#include "core/base/text.h"
#include "pipelines/options.h"
#include "tests/support/fake_stages.h"

namespace leat::fake {
namespace {

using Kind = Option::Kind;

constexpr auto kTexts = std::to_array<std::string_view>({
    "a",
    "then",
    "--from",
    "--to=x",
    "-",
    "-x",
    "--",
    "no",
    "true",
    "null",
    "~",
    "1",
    "a b",
    "it's",
    "\"q\"",
    "$HOME",
    "${HOME}",
    "$${x}",
    "`ls`",
    "a\\nb",
    "a\nb",
    " lead",
    "trail ",
    "x: y",
    "# c",
    "x #c",
    "[1,2]",
    "{a}",
    "*",
    "&a",
    "!t",
    "%",
    "@",
    "|",
    ">",
    "?",
    "tab\there",
    "\xC3\xA9\xE2\x82\xAC",
    "\xE2\x80\xA8",
    "\xC2\x85",
    "a=b",
    "=x",
    "filter",
    "dlq",
    "a,b",
    "!!str",
    "\x01",
    "\\",
    "---",
    "...",
    "<<",
    "'",
    "''",
    "a'",
    "\r\n",
});
constexpr auto kExprs =
    std::to_array<std::string_view>({".", ".status >= 500", "{ts, host}", "-.x > 3", "\"it's\"", "[1,2,3]", "{x: test(\"a,b\")}", ".a # b",
                                     "then", "--to", ".a == 1", "\"${X}\"", ".a\n| .b", "-1"});
constexpr auto kNames = std::to_array<std::string_view>({"errors", "slow", "a-b", "all", "case", "no", "x1", "meta.k", "_y"});
constexpr auto kUrls = std::to_array<std::string_view>({"a.ndjson", "-", "./then", "then", "-x", "logs/*.gz", "tcp://h:1", "exec:cmd 'a b'",
                                                        "it's $HOME", "x: y", "${A}", "events:error,drop"});

class Draw {
 public:
  explicit Draw(uint32_t seed) : engine_(seed) {}

  PipelineSpec spec() {
    PipelineSpec made;
    made.globals = settings(global_options(), 4);
    const int chains = 1 + below(3);
    for (int i = 0; i < chains; ++i) made.chains.push_back(chain(i));
    settle(made);
    return made;
  }

 private:
  int below(int n) { return static_cast<int>(engine_() % static_cast<unsigned>(n)); }
  bool chance(int in) { return below(in) == 0; }
  template <class Table>
  std::string any(const Table& table) {
    return std::string(table[static_cast<size_t>(below(static_cast<int>(table.size())))]);
  }

  // A word of the kind that check_value takes.
  std::string scalar(const Option& option) {
    switch (option.kind) {
      case Kind::flag:
        return chance(3) ? "false" : "true";
      case Kind::count:
        return std::to_string(1 + below(1000));
      case Kind::number:
        return any(std::to_array<std::string_view>({"0", "-1.5", "1e9"}));
      case Kind::duration:
        return any(std::to_array<std::string_view>({"250ms", "1.5s", "5m", "1h"}));
      case Kind::size:
        return any(std::to_array<std::string_view>({"4096", "64KiB", "1MB"}));
      case Kind::choice:
        return any(text::split(option.choices, '|'));
      case Kind::expr:
      case Kind::named:
      case Kind::keys:
        return any(kExprs);
      default:
        return any(kTexts);
    }
  }

  void pairs(Setting& setting, const Option& option) {
    for (std::string_view choice : text::split(option.choices, '|')) {
      const size_t colon = choice.find(':');
      const auto kind = choice.substr(colon + 1);
      if (!setting.values.empty() && chance(2)) continue;
      if (kind == "words" && chance(2)) setting.values.push_back({std::string(choice.substr(0, colon)), "twice", {}, {}});
      const Option one{.name = "one",
                       .kind = kind == "count" || kind == "tries" ? Kind::count
                               : kind == "number"                 ? Kind::number
                               : kind == "size"                   ? Kind::size
                                                                  : Kind::duration,
                       .value = "",
                       .help = ""};
      setting.values.push_back({std::string(choice.substr(0, colon)),
                                kind == "alone"                ? std::string()
                                : kind == "tries" && chance(3) ? "forever"
                                                               : scalar(one),
                                {},
                                {}});
    }
  }

  void fill(Setting& setting, const Option& option) {
    if (option.kind == Kind::pairs) return pairs(setting, option);
    const int values = option.repeat || option.kind == Kind::words ? 1 + below(3) : 1;
    for (int i = 0; i < values; ++i) {
      Setting::Value value{{}, scalar(option), {}, {}};
      if (option.kind == Kind::named) value.key = std::string(kNames[static_cast<size_t>(i * 3 + below(3))]);
      if (option.kind == Kind::keys && chance(2)) value.key = any(kNames);
      if (option.kind == Kind::words && chance(5)) value.text.clear();
      setting.values.push_back(std::move(value));
    }
  }

  Settings settings(std::span<const Option> options, int in) {
    Settings made(options);
    for (const Option& option : options)
      if (option.kind != Kind::end && (option.required || chance(in))) fill(made.put(option.name), option);
    return made;
  }

  EndSpec end(std::span<const Option> options) {
    EndSpec made{any(kUrls), {}, settings(options, 6), {}, false};
    if (find_option(options, "fallback") && chance(5)) made.fallback.push_back(end(options));
    return made;
  }

  StageUse use() {
    StageUse made;
    made.spec = catalog()[static_cast<size_t>(below(static_cast<int>(catalog().size())))];
    made.name = made.spec->name;
    made.settings = settings(made.spec->options, 3);
    made.guards = takes_guards(*made.spec) ? settings(guard_options(), 3) : Settings();
    made.named = chance(4);
    if (made.named) made.id = "id" + std::to_string(ids_++);
    return made;
  }

  ChainSpec chain(int number) {
    ChainSpec made;
    for (int i = number == 0 ? below(3) : 1 + below(2); i > 0; --i) made.from.push_back(end(source_options()));
    for (int i = below(4); i > 0; --i) made.stages.push_back(use());
    for (int i = below(3); i > 0; --i) made.to.push_back(end(sink_options()));
    if (chance(3)) made.dlq = end(sink_options());
    return made;
  }

  std::mt19937 engine_;
  int ids_ = 0;
};

}  // namespace

PipelineSpec random_spec(uint32_t seed) { return Draw(seed).spec(); }

}  // namespace leat::fake
