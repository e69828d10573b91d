#include "pipelines/check.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/codec.h"
#include "core/data/format.h"
#include "core/stage/event.h"
#include "core/stage/guards.h"
#include "pipelines/check_files.h"
#include "pipelines/kinds.h"
#include "pipelines/options.h"
#include "pipelines/place_names.h"
#include "pipelines/suggest.h"
#include "stages/library.h"

namespace leat {
namespace {

constexpr uint64_t kMaxRecord = 1u << 30;  // a slab counts its bytes in 32 bits and doubles as it grows
constexpr size_t kMaxParts = 4096;         // origins are counted in 16 bits

std::string list_of(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, ", ")); }

std::vector<std::string_view> views(const std::vector<std::string>& words) { return {words.begin(), words.end()}; }

class Checker {
 public:
  Checker(const PipelineSpec& spec, std::span<const CodecSpec> codecs, Problems& problems)
      : spec_(spec), codecs_(codecs), names_(spec), problems_(problems) {}

  void run() {
    size_t parts = 0;
    for (const ChainSpec& chain : spec_.chains) {
      parts += chain.from.size() + chain.stages.size() + 1;
      for (const EndSpec& end : chain.to) each_in_line(end, [&](const EndSpec&) { ++parts; });
    }
    if (parts > kMaxParts) return report({}, {}, fmt::format("a pipeline holds {} stages and ends at most, here are {}", kMaxParts, parts));
    globals();
    for (size_t i = 0; i < spec_.chains.size(); ++i) {
      const ChainSpec& chain = spec_.chains[i];
      sources(i, chain);
      for (size_t j = 0; j < chain.stages.size(); ++j) stage(i, j, chain.stages[j]);
      for (const EndSpec& end : chain.to) {
        size_t in_line = 0;
        each_in_line(end, [&](const EndSpec& one) { sink(i, in_line++ == 0 ? "to" : "fallback", one); });
        if (in_line > kMaxFallbacks + 1) report(end.mark, names_.end(i, "to", end), too_many_fallbacks());
      }
      if (chain.dlq) sink(i, "dlq", *chain.dlq);
    }
    events();
    cases();
    cycles();
    check_files(spec_, problems_);
    standard_input();
  }

 private:
  void report(Mark mark, std::string path, std::string message, std::string hint = {}) {
    problems_.push_back({mark, std::move(path), std::move(message), std::move(hint)});
  }

  void globals() {
    codec(spec_.globals, "in", "in", true);
    codec(spec_.globals, "out", "out", false);
    bytes(spec_.globals, {});
    const auto policy = spec_.globals.find("on_error") ? spec_.globals.text("on_error") : std::nullopt;
    if (spec_.globals.flag("strict") && policy && *policy != "stop")
      report(spec_.globals.find("on_error")->mark, "on_error", fmt::format("strict stops at the first failure, on_error says {}", *policy),
             "keep one of them");
  }

  void codec(const Settings& settings, std::string_view option, const std::string& path, bool reading) {
    const Setting* setting = settings.find(option);
    if (!setting || setting->values.empty()) return;
    const std::string& name = setting->values.back().text;
    const auto known = std::find_if(codecs_.begin(), codecs_.end(), [&](const CodecSpec& one) { return one.name == name; });
    if (known == codecs_.end()) {
      std::vector<std::string_view> names;
      for (const CodecSpec& one : codecs_) names.push_back(one.name);
      return report(setting->mark, path, fmt::format("there is no codec {}", text::quoted(name)), did_you_mean(name, names));
    }
    if (reading ? !known->framer : !known->encoder)
      report(setting->mark, path, fmt::format("{} cannot be {}", name, reading ? "read" : "written"));
  }

  // A value that could not be read is missing too, but not to be told twice.
  bool told_of(const std::string& path) const {
    return std::any_of(problems_.begin(), problems_.begin() + static_cast<ptrdiff_t>(before_),
                       [&](const Problem& p) { return p.path.starts_with(path); });
  }

  // Settings whose kind alone does not say what they may be.
  void bytes(const Settings& settings, const std::string& path) {
    const auto at = [&](std::string_view name) { return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name); };
    if (const Setting* set = settings.find("separator"); set && !set->values.empty()) {
      const std::string& word = set->values.back().text;
      if (word != "\\t" && (word.size() != 1 || word == "\"" || word == "\n"))
        report(set->mark, at("separator"), fmt::format("wants one byte or \\t, not {}", text::quoted(word)));
    }
    if (const Setting* set = settings.find("compress"); set && !set->values.empty())
      if (const auto how = packing_of(set->values.back().text); !how) report(set->mark, at("compress"), how.error().text, how.error().hint);
    if (const Setting* set = settings.find("max_record"); set && settings.count("max_record").value_or(0) > kMaxRecord)
      report(set->mark, at("max_record"), "is 1GiB at most");
  }

  void sources(size_t i, const ChainSpec& chain) {
    if (chain.from.empty() && i > 0)
      report(chain.mark, names_.chain(i) + "from", "a chain behind the first one says what it reads", "a path, an address or stage:ID");
    for (const EndSpec& end : chain.from) {
      const std::string path = names_.end(i, "from", end);
      const auto address = address_of(end.url);
      if (!address) {
        report(end.mark, path, address.error().text, address.error().hint);
      } else if (address->kind == Address::Kind::stage) {
        port(end, *address, path);
        if (!end.options.given().empty()) report(end.mark, path, "takes no options: the records are there already");
      } else if (address->kind == Address::Kind::events) {
        if (const auto wanted = EventSet::of(address->rest); !wanted) report(end.mark, path, wanted.error().text, wanted.error().hint);
        if (!end.options.given().empty()) report(end.mark, path, "takes no options: events are JSON, and end with the run");
      } else if (address->kind == Address::Kind::drop) {
        report(end.mark, path, "nothing comes from drop:");
      }
      codec(end.options, "codec", path, true);
      bytes(end.options, path);
      guards(end.options, path);
      until(end, path);
    }
  }

  void until(const EndSpec& end, const std::string& path) {
    const auto values = end.options.values("until");
    const auto is = [&](std::string_view key) {
      return std::any_of(values.begin(), values.end(), [&](const auto& v) { return v.key == key; });
    };
    if (is("forever") && values.size() > 1) report(end.mark, path, "until forever leaves no room for another end");
    if (is("eof") && end.options.flag("follow"))
      report(end.mark, path, "follow goes on past the end of the file, until eof stops there", "keep one of them");
  }

  void port(const EndSpec& end, const Address& address, const std::string& path) {
    const auto place = find_use(spec_, address.stage());
    if (!place) {
      std::vector<std::string_view> ids;
      for (const ChainSpec& chain : spec_.chains)
        for (const StageUse& use : chain.stages) ids.push_back(use.id);
      return report(end.mark, path, fmt::format("no stage is called {}", text::quoted(address.stage())),
                    did_you_mean(address.stage(), ids));
    }
    const StageUse& use = spec_.chains[place->chain].stages[place->stage];
    if (!use.spec) return;
    const auto ports = ports_of(use);
    if (std::find(ports.begin(), ports.end(), address.port()) != ports.end()) return;
    std::string hint = did_you_mean(address.port(), views(ports));
    report(end.mark, path, fmt::format("{} has no port {}", use.id, text::quoted(address.port())),
           hint.empty() ? "it has " + list_of(ports) : hint);
  }

  void sink(size_t i, std::string_view key, const EndSpec& end) {
    const std::string path = names_.end(i, key, end);
    const auto address = address_of(end.url);
    if (!address) {
      report(end.mark, path, address.error().text, address.error().hint);
    } else if (address->kind == Address::Kind::stage) {
      report(end.mark, path, "records do not go to a stage, the stage's chain fetches them",
             fmt::format("begin that chain with from stage:{}", "ID"));
    } else if (address->kind == Address::Kind::events) {
      report(end.mark, path, "events come from the run, nothing goes there");
    } else if (address->kind == Address::Kind::file && address->rest.find_first_of("*?[") != std::string::npos) {
      report(end.mark, path, "a pattern names files to read; a sink has one name");
    }
    codec(end.options, "codec", path, false);
    bytes(end.options, path);
    guards(end.options, path);
    if (!end.fallback.empty() && (key == "dlq" || (address && address->kind == Address::Kind::drop)))
      report(end.fallback.front().mark, path,
             key == "dlq" ? "dead letters have no fallback" : "drop: refuses nothing, so it has no fallback",
             key == "dlq" ? "a fallback stands behind the --to that may fail, and dead letters are what it cannot take either" : "");
  }

  void guards(const Settings& settings, const std::string& path) {
    const auto made = guards_of(settings);
    if (made) return;
    const Setting* set = settings.find(made.error().text.substr(0, made.error().text.find(':')));
    report(set ? set->mark : Mark(), path, made.error().text);
  }

  void stage(size_t i, size_t j, const StageUse& use) {
    const std::string path = names_.stage(i, j, use);
    if (use.named && !id_like(use.id))
      report(use.mark, path, fmt::format("the id {} has more than small letters, digits and -", text::quoted(use.id)));
    if (use.named)
      if (const auto [known, added] = ids_.emplace(use.id, use.mark); !added)
        report(use.mark, path,
               fmt::format("the id {} is taken{}", text::quoted(use.id),
                           spec_.file.empty() ? std::string() : fmt::format(" at {}", place_in(spec_, known->second))));
    if (!use.spec) return;
    for (const Option& option : use.spec->options)
      if (option.required && !use.settings.find(option.name) && !told_of(path))
        report(use.mark, names_.option(path, option), names_.wants(option));
    own_ports(use, path);
    guards(use.guards, path);
  }

  void own_ports(const StageUse& use, const std::string& path) {
    std::set<std::string> seen;
    for (const std::string& port : ports_of(use))
      if (!seen.insert(port).second) report(use.mark, path, fmt::format("has two ports called {}", text::quoted(port)));
  }

  // What is told of the data is kept apart from it: its records are counted by themselves, and change nothing of how the run ends.
  void events() {
    const std::vector<bool> of_events = chains_of_events(spec_);
    const auto told = [&](const EndSpec& end) {
      const auto place = place_read(spec_, end);
      return brings_events(end) || (place && of_events[place->chain]);
    };
    for (size_t i = 0; i < spec_.chains.size(); ++i) {
      if (!of_events[i]) continue;
      for (const EndSpec& end : spec_.chains[i].from)
        if (!told(end))
          report(end.mark, names_.end(i, "from", end), "a chain of events reads nothing else", "give these records a chain of their own");
    }
    const bool alone = std::all_of(of_events.begin(), of_events.end(), [](bool one) { return one; });
    if (alone && !spec_.chains.empty())
      report(spec_.chains.front().mark, names_.chain(0) + "from", "events tell of other chains, and there is none",
             "the first chain says where data comes from, - being standard input");
  }

  // The ports that settings make were named by the user, so somebody wanted them.
  void cases() {
    for (size_t i = 0; i < spec_.chains.size(); ++i)
      for (size_t j = 0; j < spec_.chains[i].stages.size(); ++j) {
        const StageUse& use = spec_.chains[i].stages[j];
        if (!use.spec || !use.spec->more_ports) continue;
        for (const std::string& port : use.spec->more_ports(use.settings))
          if (!is_read(use.id, port))
            report(use.mark, names_.stage(i, j, use), fmt::format("nobody reads {}", text::quoted(port)),
                   fmt::format("a chain that does begins with from stage:{}.{}", use.id, port));
      }
  }

  bool is_read(std::string_view id, std::string_view port) const {
    for (const ChainSpec& chain : spec_.chains)
      for (const EndSpec& end : chain.from)
        if (const auto at = stage_of(end); at && at->stage() == id && at->port() == port) return true;
    return false;
  }

  // A chain reads other chains; on a path of such reads none may come twice. Within one chain records only go forward, but
  // a chain may not read itself either: from a later stage back to its head is a circle.
  void cycles() {
    std::vector<int> state(spec_.chains.size(), 0);  // 0 new, 1 on the path, 2 done
    for (size_t i = 0; i < spec_.chains.size(); ++i)
      if (state[i] == 0) visit(i, state);
  }

  void visit(size_t i, std::vector<int>& state) {
    state[i] = 1;
    for (const EndSpec& end : spec_.chains[i].from) {
      const auto place = place_read(spec_, end);
      if (!place) continue;
      if (state[place->chain] == 1)
        report(end.mark, names_.end(i, "from", end), "the records would run in a circle");
      else if (state[place->chain] == 0)
        visit(place->chain, state);
    }
    state[i] = 2;
  }

  void standard_input() {
    const EndSpec* first = nullptr;
    for (size_t i = 0; i < spec_.chains.size(); ++i)
      for (const EndSpec& end : spec_.chains[i].from) {
        if (end.url != "-") continue;
        if (first)
          report(end.mark, names_.end(i, "from", end), "standard input is read already",
                 "name a port: from stage:ID reads what a stage of that chain has");
        first = &end;
      }
  }

  const PipelineSpec& spec_;
  const std::span<const CodecSpec> codecs_;
  const PlaceNames names_;
  Problems& problems_;
  const size_t before_ = problems_.size();  // what the loader found
  std::map<std::string, Mark, std::less<>> ids_;
};

// An expression's error quotes it, so that its own place can be told where there are several.
Mark place_of(const StageUse& use, const Error& error) {
  for (const Setting& setting : use.settings.given())
    for (const auto& value : setting.values)
      if (value.text.size() > 1 && value.mark.line > 0 && error.text.find(value.text) != std::string::npos) return value.mark;
  return use.mark;
}

// Middleware stands in front of several chains, and what is wrong with it is wrong in each.
void tell_once(Problems& problems) {
  const auto words = [](const Problem& problem) { return std::tie(problem.mark.line, problem.mark.column, problem.path, problem.message); };
  for (auto at = problems.begin(); at != problems.end();) {
    const bool told = std::any_of(problems.begin(), at, [&](const Problem& before) { return words(before) == words(*at); });
    at = told ? problems.erase(at) : std::next(at);
  }
}

}  // namespace

void check(const PipelineSpec& spec, std::span<const CodecSpec> codecs, Problems& problems) {
  Checker(spec, codecs, problems).run();
  check_kinds(spec, problems);
  tell_once(problems);
}

void check_stages(const PipelineSpec& spec, Problems& problems) {
  const PlaceNames names(spec);
  const std::vector<std::pair<std::string, std::string>> no_variables;
  const std::vector<uint16_t> inputs{0, 1};  // as many as a stage may want; how many there are is for build() to say
  for (size_t i = 0; i < spec.chains.size(); ++i)
    for (size_t j = 0; j < spec.chains[i].stages.size(); ++j) {
      const StageUse& use = spec.chains[i].stages[j];
      if (!use.spec) continue;
      FieldPlan fields;
      Library::Tables tables;
      bool envelopes = false;
      Library library(tables);
      const MakeContext context{.fields = &fields,
                                .inputs = inputs,
                                .id = use.id,
                                .seed = 1,
                                .environment = &no_variables,
                                .lender = &library,
                                .envelopes = &envelopes};
      if (const auto made = use.spec->make(use.settings, context); !made)
        problems.push_back({place_of(use, made.error()), names.stage(i, j, use), made.error().text, made.error().hint});
    }
  tell_once(problems);
}

}  // namespace leat
