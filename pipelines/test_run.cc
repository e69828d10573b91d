#include "pipelines/test_run.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/text.h"
#include "pipelines/suggest.h"
#include "pipelines/test_compare.h"
#include "pipelines/wiring.h"
#include "stages/catalog.h"

namespace leat {
namespace {

std::string_view without_prefix(std::string_view name) {
  constexpr std::string_view kStage = "stage:";
  return name.starts_with(kStage) ? name.substr(kStage.size()) : name;
}

// What the ends of a pipeline are called in a case: by their urls, and by their names in the summary.
struct Names {
  explicit Names(const PipelineSpec& spec) {
    const std::vector<bool> of_events = chains_of_events(spec);
    for (size_t i = 0; i < spec.chains.size(); ++i) {
      const ChainSpec& chain = spec.chains[i];
      for (const EndSpec& end : chain.from)
        if (!inside(end)) add(sources, end.url, "stdin");
      for (const EndSpec& sink : chain.to)
        each_in_line(sink, [&](const EndSpec& end) {
          if (&end != &sink || of_events[i]) aside.insert(sinks.size());
          sink_of[&end] = sinks.size(), add(sinks, end.url, "stdout");
        });
      if (chain.dlq) add(letters, chain.dlq->url, "stdout");
    }
    size_t number = 0, hooks = 0, fallbacks = 0;
    for (const Wiring::Node& node : wire(spec).nodes) {
      if (!node.end) continue;
      const size_t place = node.fallback ? ++fallbacks : node.events ? ++hooks : ++number;
      const std::string_view name = node.fallback ? "fallback" : node.events ? "hook" : "sink";
      if (!node.dead_letters) sinks[sink_of.at(node.end)].push_back(place == 1 ? std::string(name) : fmt::format("{}-{}", name, place));
    }
    for (size_t i = 0; i < sources.size(); ++i) sources[i].push_back(i == 0 ? "source" : fmt::format("source-{}", i + 1));
    if (letters.size() == 1) letters[0].emplace_back("dlq");
  }

  using Ends = std::vector<std::vector<std::string>>;  // the names of each
  Ends sources, sinks, letters;

  std::vector<size_t> the_sinks() const {  // those that an expectation without a name may mean
    std::vector<size_t> found;
    for (const auto& [end, place] : sink_of)
      if (!aside.contains(place)) found.push_back(place);
    return found;
  }

  static std::vector<size_t> find(const Ends& ends, std::string_view name) {
    std::vector<size_t> found;
    for (size_t i = 0; i < ends.size(); ++i)
      if (name.empty() || std::find(ends[i].begin(), ends[i].end(), name) != ends[i].end()) found.push_back(i);
    return found;
  }

 private:
  static void add(Ends& ends, const std::string& url, std::string_view standard) {
    ends.push_back({url});
    if (url == "-") ends.back().emplace_back(standard);
  }
  std::map<const EndSpec*, size_t> sink_of;
  std::set<size_t> aside;  // what stands in for another, or takes events
};

// Where an expectation looks, and how much of what came there earlier ones have seen.
struct Outlook {
  enum class Kind : uint8_t { sink, letters, port } kind = Kind::sink;
  size_t index = 0;
  Rehearsal::PortName port;
};
struct Seen {
  size_t records = 0, bytes = 0;
  Mark mark;  // of the expectation that looked last
};

class TestRunner {
 public:
  TestRunner(const TestCase& test, PipelineSpec spec, const ReadFile& read, bool update, TestVerdict& verdict)
      : test_(test), spec_(std::move(spec)), names_(spec_), read_(read), update_(update), verdict_(verdict) {}

  void run(std::vector<std::pair<std::string, std::string>> environment) {
    script_.start = test_.start;
    script_.environment = std::move(environment);
    for (const auto& [stage, expression] : test_.mocks) mock(stage, expression);
    for (const TestStep& step : test_.steps) look_up(step);
    if (!verdict_.faults.empty()) return;
    auto made = Rehearsal::make(spec_, script_);
    if (!made) return fault(test_.mark, made.error().text);
    rehearsal_ = std::move(*made);
    bool ended = false;
    for (const TestStep& step : test_.steps) {
      if (!take(step)) break;
      ended |= std::holds_alternative<TestStep::End>(step.what);
    }
    if (!ended && verdict_.faults.empty()) done(test_.mark, rehearsal_->end());
    if (verdict_.faults.empty()) leftovers();
    verdict_.reached = rehearsal_->reached();
  }

 private:
  void fault(const Mark& mark, std::string text) { verdict_.faults.push_back({mark, std::move(text)}); }
  bool done(const Mark& mark, const Done& done) {
    if (!done) fault(mark, done.error().text);
    return bool(done);
  }

  void mock(const std::string& stage, const std::string& expression) {
    const auto place = find_use(spec_, stage);
    if (!place) return fault(test_.mark, unknown_stage("mock", stage));
    StageUse& use = spec_.chains[place->chain].stages[place->stage];
    const auto& options = kMap.options;
    const auto operand = std::find_if(options.begin(), options.end(), [](const Option& option) { return option.operand; });
    StageUse stand_in;
    stand_in.spec = &kMap, stand_in.name = kMap.name, stand_in.id = use.id, stand_in.named = true, stand_in.mark = test_.mark;
    stand_in.settings = Settings(options);
    stand_in.settings.put(operand->name).values = {{{}, expression, test_.mark, {}}};
    for (const ChainSpec& chain : spec_.chains)
      for (const EndSpec& end : chain.from)
        if (const auto at = stage_of(end); at && at->stage() == stage)
          if (const auto ports = ports_of(stand_in); std::find(ports.begin(), ports.end(), at->port()) == ports.end())
            return fault(test_.mark, fmt::format("mock: the port {} of {} is read, and a mock has none", at->port(), stage));
    use = std::move(stand_in);
  }

  std::string unknown_stage(std::string_view what, std::string_view name) const {
    std::vector<std::string_view> known;
    for (const ChainSpec& chain : spec_.chains)
      for (const StageUse& use : chain.stages) known.push_back(use.id);
    for (const auto* ends : {&names_.sources, &names_.sinks, &names_.letters})
      for (const auto& names : *ends) known.insert(known.end(), names.begin(), names.end());
    const std::string hint = did_you_mean(name, known);
    return fmt::format("{}: this pipeline has no {}{}", what, text::quoted(name), hint.empty() ? "" : fmt::format(" ({})", hint));
  }

  // Every place a step names must be there before the first record goes in: entrances and watched ports are made at the start.
  void look_up(const TestStep& step) {
    if (const auto* inputs = std::get_if<std::vector<TestInput>>(&step.what))
      for (const TestInput& input : *inputs) look_up(input);
    if (const auto* expect = std::get_if<TestStep::Expect>(&step.what))
      for (const TestExpectation& place : expect->places) look_up(place);
  }

  void look_up(const TestInput& input) {
    const std::string& name = input.place.name;
    const auto found = Names::find(names_.sources, name);
    if (found.size() == 1) return void(entrances_.emplace(&input, found[0]));
    if (!found.empty())
      return fault(input.place.mark, name.empty() ? "this pipeline has several sources: input: {SOURCE: RECORDS} says which"
                                                  : fmt::format("several sources are called {}", text::quoted(name)));
    const std::string stage(without_prefix(name));
    if (!find_use(spec_, stage)) return fault(input.place.mark, unknown_stage("input", name));
    script_.into.insert(stage);
  }

  void look_up(const TestExpectation& place) {
    const std::string& name = place.place.name;
    const auto sinks = name.empty() ? names_.the_sinks() : Names::find(names_.sinks, name);
    const auto letters = name.empty() ? std::vector<size_t>{} : Names::find(names_.letters, name);
    if (sinks.size() + letters.size() > 1)
      return fault(place.place.mark, name.empty() ? "this pipeline has several sinks: expect: {SINK: RECORDS} says which"
                                                  : fmt::format("several sinks are called {}", text::quoted(name)));
    Outlook& outlook = outlooks_[&place];
    if (sinks.size() == 1) return void(outlook = {Outlook::Kind::sink, sinks[0], {}});
    if (letters.size() == 1) return void(outlook = {Outlook::Kind::letters, letters[0], {}});
    const std::string_view word = without_prefix(name);
    const size_t dot = word.find('.');
    const std::string stage(word.substr(0, dot)), port(dot == word.npos ? "out" : word.substr(dot + 1));
    const auto use = find_use(spec_, stage);
    if (!use) return fault(place.place.mark, unknown_stage("expect", name));
    const auto ports = ports_of(spec_.chains[use->chain].stages[use->stage]);
    if (std::find(ports.begin(), ports.end(), port) == ports.end())
      return fault(place.place.mark,
                   fmt::format("expect: {} has no port {}; it has {}", stage, text::quoted(port), fmt::join(ports, ", ")));
    outlook = {Outlook::Kind::port, 0, {stage, port}};
    script_.watched.insert(outlook.port);
  }

  bool take(const TestStep& step) {
    if (const auto* inputs = std::get_if<std::vector<TestInput>>(&step.what))
      return std::all_of(inputs->begin(), inputs->end(), [&](const TestInput& input) { return give(input); });
    if (const auto* time = std::get_if<Duration>(&step.what)) return done(step.mark, rehearsal_->wait(*time));
    if (const auto* expect = std::get_if<TestStep::Expect>(&step.what)) return judge(*expect);
    const bool drained = std::get<TestStep::End>(step.what).drained;
    return done(step.mark, drained ? rehearsal_->drain() : rehearsal_->end());
  }

  bool give(const TestInput& input) {
    const auto source = entrances_.find(&input);
    if (source == entrances_.end())
      return done(input.records.mark, rehearsal_->give(std::string(without_prefix(input.place.name)), input.records.bytes));
    if (const std::string_view codec = rehearsal_->codec(source->second).name; input.records.values && codec != "ndjson" && codec != "json")
      return fault(input.records.mark, fmt::format("this source reads {}: write its records as a text in that form", codec)), false;
    return done(input.records.mark, rehearsal_->give(source->second, input.records.bytes));
  }

  Caught& caught(const Outlook& at) {
    return at.kind == Outlook::Kind::sink      ? rehearsal_->sink(at.index)
           : at.kind == Outlook::Kind::letters ? rehearsal_->letters(at.index)
                                               : rehearsal_->port(at.port);
  }

  bool judge(const TestStep::Expect& expect) {
    const size_t before = verdict_.faults.size();
    for (const TestExpectation& place : expect.places) judge(place);
    const Ledger ledger = rehearsal_->ledger();
    for (const TestFigure& figure : expect.figures)
      if (auto wrong = compare_figure(figure, ledger)) fault(figure.mark, std::move(*wrong));
    if (expect.failed) {
      const uint64_t failed = rehearsal_->outcome().failed;
      if (failed != *expect.failed) fault(test_.mark, fmt::format("failed: expected {}, {} failed{}", *expect.failed, failed, told()));
      failed_ = *expect.failed;
    }
    return verdict_.faults.size() == before;
  }

  void judge(const TestExpectation& place) {
    const Outlook& at = outlooks_.at(&place);
    Caught& came = caught(at);
    const bool port = at.kind == Outlook::Kind::port;
    Seen& seen = seen_[{at.kind, at.index, at.port}];
    const Caught::Part part{came, seen.records, seen.bytes, port};
    seen = {came.size(), came.text().size(), place.place.mark};
    const std::string name = place.place.name.empty() ? "sink" : place.place.name;
    if (came.full()) fault(place.place.mark, fmt::format("{}: more came than a test can keep ({})", name, text::size(Caught::kMost)));
    for (std::string& wrong : compare(place, part)) fault(place.place.mark, fmt::format("{}: {}", name, wrong));
    if (!place.file.empty()) judge_file(place, part, name);
  }

  void judge_file(const TestExpectation& place, const Caught::Part& part, const std::string& name) {
    const auto want = read_(place.file);
    if (want && *want == part.text()) return;
    verdict_.golden[place.file] = part.text();
    if (update_) return;
    if (!want) return fault(place.place.mark, fmt::format("{}: {} (--update makes it)", name, want.error().text));
    fault(place.place.mark,
          fmt::format("{}: {} says otherwise (--update writes it anew): {}", name, place.file, first_difference(*want, part.text())));
  }

  // What the case says nothing of, although it must: records that failed, and what came where it had looked already.
  void leftovers() {
    if (const Outcome outcome = rehearsal_->outcome(); outcome.error)
      fault(test_.mark, outcome.error->text);
    else if (outcome.failed > failed_.value_or(0))
      fault(test_.mark, fmt::format("{} records failed and nothing expects it{}", outcome.failed, told()));
    for (size_t i = 0; i < names_.sinks.size(); ++i) leftovers({Outlook::Kind::sink, i, {}}, names_.sinks[i].front());
    for (size_t i = 0; i < names_.letters.size(); ++i) leftovers({Outlook::Kind::letters, i, {}}, names_.letters[i].front());
  }

  // A sink nobody asks about may take what it likes; dead letters may not.
  void leftovers(const Outlook& at, const std::string& name) {
    const auto looked = seen_.find({at.kind, at.index, at.port});
    if (looked == seen_.end() && at.kind == Outlook::Kind::sink) return;
    const Seen seen = looked == seen_.end() ? Seen{} : looked->second;
    const Caught& came = caught(at);
    if (came.size() == seen.records) return;
    if (looked != seen_.end())
      return fault(seen.mark,
                   fmt::format("{}: {} more records came after this:\n  {}", name, came.size() - seen.records, came.record(seen.records)));
    const auto& failure = came.records()->envelopes.front().failure;
    fault(test_.mark, fmt::format("{}: {} dead letters and nothing expects them{}\n  {}", name, came.size(),
                                  failure ? fmt::format("\n  {}: {}", failure->stage, failure->message) : "", came.record(0)));
  }

  std::string told() const {
    std::string lines;
    for (const std::string& line : rehearsal_->reports()) lines += "\n  " + line;
    return lines;
  }

  const TestCase& test_;
  PipelineSpec spec_;
  const Names names_;
  const ReadFile& read_;
  const bool update_;
  TestVerdict& verdict_;
  Rehearsal::Script script_;
  std::unique_ptr<Rehearsal> rehearsal_;
  std::map<const TestInput*, size_t> entrances_;  // the source of each; none: a stage
  std::map<const TestExpectation*, Outlook> outlooks_;
  std::map<std::tuple<Outlook::Kind, size_t, Rehearsal::PortName>, Seen> seen_;
  std::optional<uint64_t> failed_;  // as many as were expected
};

}  // namespace

TestVerdict run_test(const TestCase& test, PipelineSpec spec, std::vector<std::pair<std::string, std::string>> environment,
                     const ReadFile& read, bool update) {
  TestVerdict verdict;
  TestRunner(test, std::move(spec), read, update, verdict).run(std::move(environment));
  return verdict;
}

}  // namespace leat
