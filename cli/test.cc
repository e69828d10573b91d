#include "cli/test.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "cli/run.h"
#include "cli/test_report.h"
#include "cli/words.h"
#include "cli/world.h"
#include "core/base/text.h"
#include "pipelines/load_yaml.h"
#include "pipelines/read_pipeline.h"
#include "pipelines/wiring.h"

namespace leat {
namespace {

namespace fs = std::filesystem;
using Kind = Option::Kind;

constexpr auto kOptions = std::to_array<Option>({
    {.name = "match", .kind = Kind::text, .value = "TEXT", .help = "only the cases whose name holds TEXT"},
    {.name = "update", .kind = Kind::flag, .value = "", .help = "write the golden files that differ anew"},
    {.name = "coverage", .kind = Kind::flag, .value = "", .help = "say which ports no case has reached"},
    {.name = "format", .kind = Kind::choice, .value = "FORMAT", .help = "how to say it", .fallback = "text", .choices = "text|junit"},
});

// The environment of one case: its own words over those of the process.
struct CaseEnvironment final : Environment {
  CaseEnvironment(const Environment& process, const TestCase& test) : process_(process), own_(test.environment) {}
  std::optional<std::string> get(std::string_view name) const override {
    for (const auto& [key, value] : own_)
      if (key == name) return value;
    return process_.get(name);
  }
  std::vector<std::pair<std::string, std::string>> all() const {
    auto all = RealEnvironment::all();
    std::erase_if(all, [&](const auto& entry) {
      return std::any_of(own_.begin(), own_.end(), [&](const auto& own) { return own.first == entry.first; });
    });
    all.insert(all.end(), own_.begin(), own_.end());
    return all;
  }

 private:
  const Environment& process_;
  const std::vector<std::pair<std::string, std::string>>& own_;
};

// A path that a file names is meant from where the file is.
std::string beside(const std::string& file, const std::string& path) {
  return fs::path(path).is_absolute() ? path : (fs::path(file).parent_path() / path).lexically_normal().string();
}

// What leaves by a port that nobody reads is nothing a case has missed.
std::vector<Rehearsal::PortName> read_ports(const PipelineSpec& spec) {
  std::vector<Rehearsal::PortName> ports;
  const Wiring wiring = wire(spec);
  for (const Wiring::Node& node : wiring.nodes)
    for (const Wiring::From& from : node.from)
      if (!from.input && wiring.nodes[from.index].use)
        ports.emplace_back(wiring.nodes[from.index].use->id, wiring.nodes[from.index].ports[from.port]);
  return ports;
}

class Tester {
 public:
  Tester(const Settings& own, const Invocation& call) : own_(own), call_(call) {}

  Answer run(const std::vector<std::string>& operands) {
    for (const std::string& operand : operands) named(operand);
    std::sort(files_.begin(), files_.end());
    files_.erase(std::unique(files_.begin(), files_.end()), files_.end());
    for (const auto& [file, asked] : files_) suite(file, asked);
    const bool any = std::any_of(suites_.begin(), suites_.end(), [](const SuiteResult& suite) { return !suite.cases.empty(); });
    if (!any && status_ == 0) refuse(refusal(Error{Error::Kind::no_input, "there are no test cases here", {}}));
    answer_.out = own_.text("format") == "junit" ? test_junit(suites_) : test_text(suites_, own_.flag("coverage"));
    const bool failed = std::any_of(suites_.begin(), suites_.end(), [](const SuiteResult& suite) {
      return std::any_of(suite.cases.begin(), suite.cases.end(), [](const TestResult& result) { return !result.faults.empty(); });
    });
    answer_.status = status_ != 0 ? status_ : failed ? 1 : 0;
    return std::move(answer_);
  }

 private:
  // First cause wins.
  void refuse(const Answer& why) {
    if (status_ == 0) status_ = why.status;
    answer_.err += why.err;
  }

  // Of a directory all files of tests below it, and all pipelines that have some.
  void named(const std::string& operand) {
    std::error_code error;
    if (!fs::is_directory(operand, error)) return void(files_.emplace_back(operand, true));
    for (const auto& entry : fs::recursive_directory_iterator(operand, fs::directory_options::skip_permission_denied, error))
      if (const auto extension = entry.path().extension(); entry.is_regular_file() && (extension == ".yaml" || extension == ".yml"))
        files_.emplace_back(entry.path().lexically_normal().string(), false);
    if (error) refuse(refusal(Error{Error::Kind::no_input, fmt::format("{}: {}", operand, error.message()), {}}));
  }

  void suite(const std::string& file, bool asked) {
    auto text = call_.outside.read_file(file);
    if (!text) return refuse(refusal(Error{Error::Kind::no_input, text.error().text, text.error().hint}));
    const Document document = load_yaml(*text);
    if (!asked && !document.root.find("tests")) return;
    const ReadFile read = [&](const std::string& path) { return call_.outside.read_file(beside(file, path)); };
    TestFile tests = read_tests(document, read);
    PipelineSpec about;
    about.file = file;
    if (!tests.problems.empty()) return refuse({78, {}, told(about, tests.problems)});
    std::string pipeline = file;
    if (!tests.pipeline.empty()) {
      pipeline = beside(file, tests.pipeline);
      text = call_.outside.read_file(pipeline);
      if (!text) return refuse(refusal(Error{Error::Kind::no_input, text.error().text, text.error().hint}));
    }
    SuiteResult& made = suites_.emplace_back();
    made.file = file;
    std::map<Rehearsal::PortName, uint64_t> reached;
    for (const TestCase& test : tests.cases)
      if (const auto match = own_.text("match"); !match || test.name.find(*match) != std::string::npos)
        if (!one(test, pipeline, *text, read, made, reached)) break;
    for (const auto& [name, records] : reached) made.coverage.emplace_back(fmt::format("{}.{}", name.first, name.second), records);
  }

  // False: the pipeline itself is wrong, so that its other cases would say the same.
  bool one(const TestCase& test, const std::string& pipeline, const std::string& text, const ReadFile& read, SuiteResult& suite,
           std::map<Rehearsal::PortName, uint64_t>& reached) {
    const CaseEnvironment environment(call_.outside.environment, test);
    const Outside outside{environment, call_.outside.read_file};
    Loaded loaded = load_pipeline(text, pipeline, outside, test.overrides, call_.stages);
    if (const auto refused = judge(loaded, outside, call_.codecs)) {
      if (test.overrides.empty()) return refuse(*refused), false;
      const std::string why = refused->err.substr(0, refused->err.find_last_not_of('\n') + 1);
      return suite.cases.push_back({test.name, test.mark, {{test.mark, why}}}), true;
    }
    for (const Rehearsal::PortName& port : read_ports(loaded.spec)) reached.try_emplace(port, 0);
    TestVerdict verdict = run_test(test, std::move(loaded.spec), environment.all(), read, own_.flag("update"));
    for (const auto& [port, records] : verdict.reached)
      if (const auto at = reached.find(port); at != reached.end()) at->second += records;
    if (own_.flag("update") && verdict.faults.empty()) update(test, suite, verdict);
    suite.cases.push_back({test.name, test.mark, std::move(verdict.faults)});
    return true;
  }

  void update(const TestCase& test, SuiteResult& suite, TestVerdict& verdict) {
    for (const auto& [file, bytes] : verdict.golden) {
      const std::string path = beside(suite.file, file);
      if (write_file(path, bytes))
        suite.updated.push_back(path);
      else
        verdict.faults.push_back({test.mark, fmt::format("cannot write {}", path)});
    }
  }

  const Settings& own_;
  const Invocation call_;
  std::vector<std::pair<std::string, bool>> files_;  // whether it was named itself
  std::vector<SuiteResult> suites_;
  Answer answer_;
  int status_ = 0;
};

}  // namespace

std::span<const Option> test_options() { return kOptions; }

std::string make_golden(const std::string& file, const Outside& outside) {
  Settings own(kOptions);
  own.put("update").values = {{{}, "true", {}, {}}};
  const Answer answer = Tester(own, {{}, outside, stage_catalog(), codecs()}).run({file});
  return answer.status == 0 ? std::string() : answer.err + answer.out;
}

Answer test_command(const Invocation& call) {
  Settings own(kOptions);
  Problems problems;
  std::vector<std::string> operands;
  for (size_t at = 0; problems.empty() && at < call.words.size();) {
    at += read_words(call.words.subspan(at), {.tables = {&own}, .path = {}, .operands = false}, problems);
    if (at < call.words.size() && problems.empty()) operands.push_back(call.words[at++]);
  }
  if (problems.empty() && operands.empty()) problems.push_back({{}, {}, "wants a FILE or a directory", {}});
  if (!problems.empty()) return usage("test", std::move(problems));
  return Tester(own, call).run(operands);
}

}  // namespace leat
