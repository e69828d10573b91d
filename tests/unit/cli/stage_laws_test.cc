// What holds of every stage there is: the catalog is walked, so that a new one cannot forget it. Each runs as its own examples say,
// over their input and over what nobody made for it.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "cli/load_argv.h"
#include "core/base/text.h"
#include "core/codec/codec.h"
#include "core/codec/json_format.h"
#include "pipelines/check.h"
#include "pipelines/kinds.h"
#include "pipelines/options.h"
#include "pipelines/rehearsal.h"
#include "stages/catalog.h"
#include "tests/support/scratch.h"
#include "tests/support/shell_words.h"

namespace leat {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

struct Sample {
  const StageSpec* stage;
  const Example* example;
};

void PrintTo(const Sample& sample, std::ostream* out) { *out << sample.example->argv; }

std::vector<Sample> samples() {
  std::vector<Sample> all;
  for (const StageSpec* stage : stage_catalog())
    for (const Example& example : stage->examples)
      if (stage->name != "http") all.push_back({stage, &example});  // it wants a server: tests/cli/http.bats has one, and runs it
  return all;
}

// What one run of a script gave, in everything a user could see of it.
struct Result {
  std::string out;
  std::vector<std::string> letters;
  std::string ledger;
  bool balanced = true;
  uint64_t failed = 0;
};

std::string told(const Ledger& ledger) {
  std::string out;
  for (const LedgerRow& row : ledger.rows) {
    out += fmt::format("{} in {} out {} missing {} failed {}", row.id, row.in, row.passed + row.emitted, row.missing, row.failed);
    for (const auto& [reason, count] : row.dropped) out += fmt::format(" {} {}", reason, count);
    for (const auto& [what, count] : row.counted) out += fmt::format(" {} {}", what, count);
    out += '\n';
  }
  return out;
}

// A step is bytes that come in, or time that goes by.
struct Step {
  std::string bytes;
  Duration time{};
};

std::string as_cbor(const std::string& json) {
  Pool pool;
  const SlabRef slab = pool.take();
  slab->format = &json_format();
  slab->add(json);
  std::string bytes;
  find_codec("cbor")->encoder({})->encode(Batch(slab, {}, 0), bytes, [](uint32_t, const Reason& why) { ADD_FAILURE() << why.message; });
  return bytes;
}

class StageLaws : public testing::TestWithParam<Sample> {
 protected:
  // A file that the example reads stands in a folder of its own; as a source it is given like the others.
  void SetUp() override {
    if (GetParam().example->file.empty()) return;
    folder_.emplace();
    before_ = fs::current_path();
    fs::current_path(folder_->path());
    std::ofstream(std::string(GetParam().example->file)) << GetParam().example->text;
  }
  void TearDown() override {
    if (folder_) fs::current_path(before_);
  }

  static std::vector<std::string> sources(const PipelineSpec& spec) {
    std::vector<std::string> urls;
    for (const ChainSpec& chain : spec.chains)
      for (const EndSpec& end : chain.from)
        if (!end.url.starts_with("stage:")) urls.push_back(end.url);
    return urls;
  }
  static size_t standard_input(const PipelineSpec& spec) {
    const auto urls = sources(spec);
    return static_cast<size_t>(std::find(urls.begin(), urls.end(), "-") - urls.begin());
  }
  static void give_file(Rehearsal& rehearsal, const PipelineSpec& spec) {
    const auto urls = sources(spec);
    for (size_t i = 0; i < urls.size(); ++i)
      EXPECT_TRUE(urls[i] != GetParam().example->file || rehearsal.give(i, GetParam().example->text));
  }

  PipelineSpec spec(const std::vector<std::string>& in_front = {}) const {
    std::vector<std::string> words = in_front;
    const auto own = test::shell_words(GetParam().example->argv);
    // The example's own codec would stand behind it and count.
    words.insert(words.end(), own.begin() + (!in_front.empty() && own[0] == "--in" ? 2 : 0), own.end());
    Loaded loaded = load_argv(words);
    if (!loaded.spec.chains.empty()) loaded.spec.chains.front().dlq = EndSpec{"letters.ndjson", {}, Settings(sink_options()), {}, false};
    check(loaded.spec, codecs(), loaded.problems);
    EXPECT_TRUE(loaded.problems.empty()) << to_error(loaded.spec, loaded.problems).text;
    return loaded.spec;
  }

  static Rehearsal::Script script_of() {
    Rehearsal::Script script;
    script.start = *text::rfc3339("2026-03-01T12:00:00Z");  // examples speak of times long past
    return script;
  }

  // What went to standard output, by whichever sink.
  static std::string shown(Rehearsal& rehearsal, const PipelineSpec& spec) {
    std::string text;
    size_t i = 0;
    for (const ChainSpec& chain : spec.chains)
      for (const EndSpec& end : chain.to) {
        if (end.url == "-") text += rehearsal.sink(i).text();
        ++i;
      }
    return text;
  }

  Result run(const PipelineSpec& spec, const std::vector<Step>& steps, uint32_t batch = 0) const {
    Rehearsal::Script script = script_of();
    script.batch_records = batch;
    auto made = Rehearsal::make(spec, std::move(script));
    EXPECT_TRUE(made) << (made ? "" : made.error().text);
    if (!made) return {};
    Rehearsal& rehearsal = **made;
    Result result;
    if (!steps.empty()) give_file(rehearsal, spec);
    for (const Step& step : steps) {
      EXPECT_TRUE(step.bytes.empty() || rehearsal.give(standard_input(spec), step.bytes));
      EXPECT_TRUE(rehearsal.wait(step.time));
      result.balanced &= rehearsal.ledger().balanced();
    }
    const auto ended = rehearsal.end();
    EXPECT_TRUE(ended) << (ended ? "" : ended.error().text);
    const Ledger ledger = rehearsal.ledger();
    result.balanced &= ledger.balanced() && ledger.pending == 0;
    result.ledger = told(ledger);
    result.failed = rehearsal.outcome().failed + rehearsal.outcome().lost;
    result.out = shown(rehearsal, spec);
    for (size_t i = 0; i < rehearsal.letters(0).size(); ++i) result.letters.emplace_back(rehearsal.letters(0).record(i));
    // What fails in one stage comes in its order; between two stages it is by the batch.
    if (spec.chains.front().stages.size() > 1) std::sort(result.letters.begin(), result.letters.end());
    return result;
  }

  // The example's records as JSON.
  static std::vector<std::string> payloads() {
    const bool lines = std::string_view(GetParam().example->argv).starts_with("--in lines");
    std::vector<std::string> all;
    for (std::string_view line : text::split(GetParam().example->input, '\n'))
      if (!line.empty()) all.push_back(lines ? fmt::format("\"{}\"", line) : std::string(line));
    return all;
  }

  // A command for each record takes its time: fewer of them.
  uint64_t most() const { return GetParam().stage->calls ? 4 : 40; }

  // The example's own records again and again, numbers in them changed, and some that are none at all.
  std::vector<Step> hostile() const {
    std::vector<Step> steps;
    SplitMix random(7);
    const auto lines = text::split(GetParam().example->input, '\n');
    for (int block = 0; block < 12; ++block) {
      Step step;
      for (uint64_t i = random.next() % most(); i > 0; --i) {
        std::string line(lines[random.next() % lines.size()]);
        switch (random.next() % 12) {
          case 0:
            line = "{\"broken\":";
            break;
          case 1:
            line = "null";
            break;
          case 2:
            line = "[]";
            break;
          case 3:
            line = "\"text\"";
            break;
          case 4:
            line = "{}";
            break;
          default:
            line =
                std::regex_replace(line, std::regex("[0-9]"), std::to_string(random.next() % 10), std::regex_constants::format_first_only);
        }
        step.bytes += line + "\n";
      }
      if (block % 3 == 2) step.time = 700ms * (random.next() % 5);
      steps.push_back(std::move(step));
    }
    return steps;
  }

 private:
  std::optional<test::Scratch> folder_;
  fs::path before_;
};

TEST_P(StageLaws, TheExampleIsTrue) {
  const PipelineSpec example = spec();
  auto made = Rehearsal::make(example, script_of());
  ASSERT_TRUE(made) << made.error().text;
  give_file(**made, example);
  ASSERT_TRUE((*made)->give(standard_input(example), GetParam().example->input));
  ASSERT_TRUE((*made)->end());
  EXPECT_EQ(shown(**made, example), GetParam().example->output);
}

TEST_P(StageLaws, WhereABatchEndsIsNotToBeSeen) {
  const Result all = run(spec(), hostile());
  for (uint32_t batch : {1, 2, 7}) {
    const Result cut = run(spec(), hostile(), batch);
    EXPECT_EQ(cut.out, all.out) << batch;
    EXPECT_EQ(cut.letters, all.letters) << batch;
    EXPECT_EQ(cut.ledger, all.ledger) << batch;
  }
}

TEST_P(StageLaws, TheLedgerBalancesAtEveryPoint) {
  const Result result = run(spec(), hostile());
  EXPECT_TRUE(result.balanced) << result.ledger;
  EXPECT_EQ(result.failed, 0u) << "there are dead letters to take what fails, and nothing is lost";
}

TEST_P(StageLaws, TheSameBytesInGiveTheSameBytesOut) {
  const Result once = run(spec(), hostile()), again = run(spec(), hostile());
  EXPECT_EQ(once.out, again.out);
  EXPECT_EQ(once.letters, again.letters);
  EXPECT_EQ(once.ledger, again.ledger);
}

TEST_P(StageLaws, NothingComesOfNothing) {
  const Result result = run(spec(), {});
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(result.letters.empty());
}

// No descriptor and no process; that no memory stays is for the sanitizers to say.
TEST_P(StageLaws, CutShortAtAnyPointItLeavesNothingBehind) {
  const PipelineSpec example = spec();
  const auto steps = hostile();
  run(example, steps);  // what is made once and kept
  const auto descriptors = [] { return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator{}); };
  const auto before = descriptors();
  for (size_t cut = 0; cut <= steps.size(); ++cut) {
    auto made = Rehearsal::make(example, script_of());
    ASSERT_TRUE(made) << made.error().text;
    give_file(**made, example);
    for (size_t i = 0; i < cut; ++i) {
      ASSERT_TRUE(steps[i].bytes.empty() || (*made)->give(standard_input(example), steps[i].bytes));
      ASSERT_TRUE((*made)->wait(steps[i].time));
    }
    made->reset();
    EXPECT_EQ(descriptors(), before) << "after " << cut << " steps";
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a process is left after " << cut << " steps";
  }
}

// What passes unchanged passes once, in the order it came, with everything its envelope said.
TEST_P(StageLaws, WhatPassesKeepsItsOrderItsNumberAndItsMetadata) {
  if (GetParam().stage->new_bytes) GTEST_SKIP() << "it makes records of its own";
  std::string in;
  int number = 0;
  for (const std::string& payload : payloads())
    in += fmt::format(R"({{"id":"{}","meta":{{"number":{},"kept":true}},"payload":{}}})", number, number, payload) + "\n", ++number;
  const PipelineSpec enveloped = spec({"--in", "envelope", "--out", "envelope"});
  auto made = Rehearsal::make(enveloped, script_of());
  ASSERT_TRUE(made) << made.error().text;
  if (sources(enveloped).size() > 1) GTEST_SKIP() << "its order is that of two inputs";
  ASSERT_TRUE((*made)->give(0, in));
  ASSERT_TRUE((*made)->end());
  const Caught& out = (*made)->sink(0);
  int64_t last = -1;
  std::set<int64_t> seen;
  for (size_t i = 0; i < out.size(); ++i) {
    const Envelope& envelope = out.records()->envelopes[i];
    const MetaValue* place = envelope.find("number");
    ASSERT_NE(place, nullptr) << "the metadata is gone";
    EXPECT_TRUE(seen.insert(std::get<int64_t>(*place)).second) << "twice";
    EXPECT_TRUE(GetParam().stage->reorders || std::get<int64_t>(*place) > last) << "out of order";
    last = std::get<int64_t>(*place);
    EXPECT_NE(envelope.find("kept"), nullptr);
  }
}

// The records as CBOR, each with a tag that JSON has no word for: what passes leaves with it.
TEST_P(StageLaws, WhatPassesLeavesAsItCame) {
  if (GetParam().stage->new_bytes) GTEST_SKIP() << "it makes records of its own";
  const auto& ports = GetParam().stage->ports;
  if (std::any_of(ports.begin(), ports.end(), [](const PortSpec& port) { return port.made; }))
    GTEST_SKIP() << "it makes records beside them";
  const PipelineSpec untouched = spec({"--in", "cbor", "--out", "cbor"});
  if (sources(untouched).size() > 1) GTEST_SKIP() << "its other input is no CBOR";
  std::vector<std::string> came;
  std::string in;
  for (const std::string& payload : payloads()) in += came.emplace_back("\xd9\xd9\xf7" + as_cbor(payload));
  auto made = Rehearsal::make(untouched, script_of());
  ASSERT_TRUE(made) << made.error().text;
  ASSERT_TRUE((*made)->give(standard_input(untouched), in));
  ASSERT_TRUE((*made)->end());
  const std::string all = shown(**made, untouched);
  for (std::string_view rest = all; !rest.empty();) {
    const auto at = std::find_if(came.begin(), came.end(), [&](const std::string& record) { return rest.starts_with(record); });
    ASSERT_NE(at, came.end()) << "other bytes than came, " << rest.size() << " before the end";
    rest.remove_prefix(at->size());
  }
}

// Of what came by a port: the first byte of every record.
std::set<char> beginnings(const Caught& port) {
  std::set<char> found;
  for (size_t i = 0; i < port.size(); ++i) found.insert(std::string(port.record(i)).front());
  return found;
}

// Objects alone come in, then arrays alone: what a port says of its records holds, and what a stage does not take fails.
TEST_P(StageLaws, Row27_EveryPortGivesWhatItSaysItGives) {
  const StageSpec& stage = *GetParam().stage;
  const PipelineSpec example = spec();
  const StageUse& first = example.chains.front().stages.front();
  const bool json = !example.globals.find("in") && sources(example).size() == 1;
  if (first.spec != &stage || !json) GTEST_SKIP() << "something else stands in front of it";
  const auto ports = ports_of(first);
  for (const char kind : {'{', '['}) {
    Rehearsal::Script script = script_of();
    for (const std::string& port : ports) script.watched.insert({first.id, port});
    auto made = Rehearsal::make(example, std::move(script));
    ASSERT_TRUE(made) << made.error().text;
    std::string in;
    for (const std::string& payload : payloads())
      for (int i = 0; i < 3; ++i)
        if (payload.front() == kind) in += payload + "\n";
    for (const char* other : {R"({"id":1,"v":"x","items":[1,2]})", R"([{"id":1},{"id":2}])", R"([1,2,3])"})
      if (other[0] == kind) in += std::string(other) + "\n";
    ASSERT_TRUE((*made)->give(0, in));
    ASSERT_TRUE((*made)->wait(3h));
    ASSERT_TRUE((*made)->end());
    for (Port port = 0; port < ports.size(); ++port) {
      const auto seen = beginnings((*made)->port({first.id, ports[port]}));
      const RecordKind given = gives(stage, port);
      const bool same = given == RecordKind::same || given == RecordKind::error;
      const char wanted = same ? kind : given == RecordKind::batch ? '[' : '{';
      if (given == RecordKind::any) continue;
      EXPECT_TRUE(seen.empty() || seen == std::set<char>{wanted}) << ports[port] << " of " << stage.name << " of " << in;
    }
    const RecordKind came = kind == '[' ? RecordKind::batch : RecordKind::item;
    if (stage.takes == RecordKind::any || stage.takes == came) continue;
    EXPECT_EQ((*made)->port({first.id, "err"}).size(), static_cast<size_t>(std::count(in.begin(), in.end(), '\n')));
    EXPECT_EQ((*made)->port({first.id, "out"}).size(), 0u) << "it does take them";
  }
}

// Two stages of the catalog behind each other are refused only where each record of the first would fail in the second.
TEST(Catalog, Row27_NoPairIsRefusedThatCouldBeRight) {
  std::set<std::string> refused;
  for (const StageSpec* first : stage_catalog())
    for (const StageSpec* second : stage_catalog()) {
      PipelineSpec spec;
      ChainSpec chain;
      chain.from.push_back({"-", {}, Settings(source_options()), {}, false});
      for (const StageSpec* stage : {first, second}) chain.stages.push_back({stage, std::string(stage->name), {}, false, {}, {}, {}});
      spec.chains.push_back(std::move(chain));
      settle(spec);
      Problems problems;
      check_kinds(spec, problems);
      for (const Problem& problem : problems) refused.insert(problem.message);
    }
  EXPECT_EQ(refused, (std::set<std::string>{
                         "unbatch wants batch, gets window (from window \"window\")",
                         "unbatch wants batch, gets item (from flatten \"flatten\")",
                         "unbatch wants batch, gets item (from join \"join\")",
                         "flatten wants item, gets batch (from batch \"batch\")",
                     }));
}

std::string name_of(const testing::TestParamInfo<Sample>& info) {
  return fmt::format("{}_{}", info.param.stage->name, info.param.example - info.param.stage->examples.data());
}

INSTANTIATE_TEST_SUITE_P(Catalog, StageLaws, testing::ValuesIn(samples()), name_of);

TEST(Catalog, EveryStageHasAnExample) {
  for (const StageSpec* stage : stage_catalog()) EXPECT_FALSE(stage->examples.empty()) << stage->name;
}

}  // namespace
}  // namespace leat
