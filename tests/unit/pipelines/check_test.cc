#include "pipelines/check.h"

#include <array>

#include <gtest/gtest.h>

#include "pipelines/read_pipeline.h"
#include "tests/support/fake_stages.h"
#include "tests/support/outside.h"

namespace leat {
namespace {

std::unique_ptr<Framer> no_framer(const CodecOptions&) { return nullptr; }
std::unique_ptr<Encoder> no_encoder(const CodecOptions&) { return nullptr; }
constexpr auto kCodecs = std::to_array<CodecSpec>({
    {"ndjson", "", ".ndjson", false, no_framer, no_encoder},
    {"csv", "", ".csv", false, no_framer, no_encoder},
    {"envelope", "", "", true, nullptr, no_encoder},
});

std::string said(std::string_view yaml) {
  const fake::World world;
  const auto outside = world.outside();
  Loaded loaded = load_pipeline(std::string(yaml), "p", outside, {}, fake::catalog());
  EXPECT_TRUE(loaded.problems.empty()) << to_error(loaded.spec, loaded.problems).text;
  check(loaded.spec, kCodecs, loaded.problems);
  return to_error(loaded.spec, loaded.problems).text;
}

TEST(Check, GoodPipelinesAreLeftAlone) {
  for (const char* yaml : {
           "stages: [filter: .a]",
           "in: csv\nout: ndjson\nseparator: ';'\nstages: []",
           "chains:\n- stages: [{filter: .a}]\n  to: x\n- from: stage:filter.reject\n  to: y\n- from: stage:filter.err\n",
           "chains:\n- {from: x, stages: [{map: ., id: a}]}\n- {from: y, stages: [{map: ., id: b}]}\n- {from: [stage:a, stage:b], to: z}\n",
           "chains:\n- stages: [route: {e: .a}]\n  to: x\n- from: stage:route.e\n",
       })
    EXPECT_EQ(said(yaml), "") << yaml;
}

TEST(Check, Row28Ports) {
  EXPECT_EQ(said("chains:\n- stages: [{filter: .a}]\n  to: x\n- from: stage:filter.rejct\n  to: y\n"),
            "p:4:9: chains[1].from: filter has no port 'rejct' (did you mean reject?)");
  EXPECT_EQ(said("chains:\n- stages: [{filter: .a}]\n  to: x\n- from: stage:filter.zzzzzzzz\n  to: y\n"),
            "p:4:9: chains[1].from: filter has no port 'zzzzzzzz' (it has out, err, reject)");
  EXPECT_EQ(said("chains:\n- stages: [{filter: .a}]\n- from: stage:fliter\n  to: y\n"),
            "p:3:9: chains[1].from: no stage is called 'fliter' (did you mean filter?)");
  EXPECT_EQ(said("chains:\n- stages: [route: {e: .a, f: .b}]\n  to: x\n- from: stage:route.e\n"),
            "p:2:12: chains[0].stages[0].route: nobody reads 'f' (a chain that does begins with from stage:route.f)");
  EXPECT_EQ(said("chains:\n- stages: [route: {err: .a}]\n- from: stage:route.err\n"),
            "p:2:12: chains[0].stages[0].route: has two ports called 'err'");
}

TEST(Check, Ids) {
  EXPECT_EQ(said("stages: [{map: ., id: a}, {map: ., id: a}]"), "p:1:27: stages[1].map: the id 'a' is taken at p:1:10");
  EXPECT_EQ(said("stages: [{map: ., id: A.b}]"), "p:1:10: stages[0].map: the id 'A.b' has more than small letters, digits and -");
}

TEST(Check, Row23Cycles) {
  EXPECT_EQ(said("chains:\n- {from: [x, 'stage:b'], stages: [{map: ., id: a}]}\n- {from: 'stage:a', stages: [{map: ., id: b}]}\n"),
            "p:3:10: chains[1].from: the records would run in a circle");
  EXPECT_EQ(said("chains:\n- {from: ['-', 'stage:a.err'], stages: [{map: ., id: a}]}\n- from: x\n"),
            "p:2:16: chains[0].from: the records would run in a circle");
}

TEST(Check, Ends) {
  EXPECT_EQ(said("chains:\n- {from: x, to: y}\n- {to: z}\n"),
            "p:3:3: chains[1].from: a chain behind the first one says what it reads (a path, an address or stage:ID)");
  EXPECT_EQ(said("from: tpc://h:1"), "p:1:7: from: 'tpc://h:1' begins with no scheme leat knows (did you mean tcp?)");
  EXPECT_EQ(said("from: 'drop:'"), "p:1:7: from: nothing comes from drop:");
  EXPECT_EQ(said("to: 'stage:x'"),
            "p:1:5: to: records do not go to a stage, the stage's chain fetches them (begin that chain with from stage:ID)");
  EXPECT_EQ(said("to: '*.gz'"), "p:1:5: to: a pattern names files to read; a sink has one name");
  EXPECT_EQ(said("from: ['-', '-']"),
            "p:1:13: from: standard input is read already (name a port: from stage:ID reads what a stage of that chain has)");
  EXPECT_EQ(said("from: {url: x, follow: true, until: eof}"),
            "p:1:7: from: follow goes on past the end of the file, until eof stops there (keep one of them)");
  EXPECT_EQ(said("chains:\n- stages: [{map: .}]\n- from: {url: stage:map, codec: csv}\n"),
            "p:3:9: chains[1].from: takes no options: the records are there already");
}

TEST(Check, Settings) {
  EXPECT_EQ(said("in: ndjsno\nstages: [map: .]"), "p:1:5: in: there is no codec 'ndjsno' (did you mean ndjson?)");
  EXPECT_EQ(said("in: jsonl\nstages: [map: .]"), "p:1:5: in: there is no codec 'jsonl' (did you mean ndjson?)");
  EXPECT_EQ(said("in: envelope\nstages: [map: .]"), "p:1:5: in: envelope cannot be read");
  EXPECT_EQ(said("from: {url: x, codec: envelope}"), "p:1:23: from: envelope cannot be read");
  EXPECT_EQ(said("separator: ab\nstages: [map: .]"), "p:1:12: separator: wants one byte or \\t, not 'ab'");
  EXPECT_EQ(said("max_record: 2GiB\nstages: [map: .]"), "p:1:13: max_record: is 1GiB at most");
  EXPECT_EQ(said("strict: true\non_error: drop\nstages: [map: .]"),
            "p:2:11: on_error: strict stops at the first failure, on_error says drop (keep one of them)");
  EXPECT_EQ(said("stages: [filter:, {window: 1m}, {window: {emit: count}}]"),
            "p:1:10: stages[0].filter: wants EXPR\np:1:19: stages[1].window.emit: wants emit");
}

TEST(Check, ManyPartsAreRefused) {
  std::string yaml = "stages:\n";
  for (int i = 0; i < 5000; ++i) yaml += "- map: .\n";
  EXPECT_EQ(said(yaml), "p: a pipeline holds 4096 stages and ends at most, here are 5003");
}

TEST(Check, OneSinkAFileUnlessAllAddToIt) {
  const std::string two = "chains:\n- {from: a, to: x}\n- {from: b, to: ./x}\n";
  EXPECT_EQ(said(two),
            "p:3:17: chains[1].to: another sink writes './x' too (p:2:17), and only what ended last would be in it (append on both adds to "
            "it, or one chain reads the last stages of the others)");
  EXPECT_NE(said("{from: a, to: x, dlq: x}"), "");
  EXPECT_NE(said("{from: a, to: [{url: x, append: true}, x]}"), "");
  EXPECT_EQ(said("chains:\n- {from: a, to: {url: x, append: true}, dlq: d}\n- {from: b, to: {url: x, append: true}, dlq: d}\n"), "");
  EXPECT_EQ(said("chains:\n- {from: a, to: /dev/null}\n- {from: b, to: [/dev/null, 'drop:', y]}\n"), "");
}

TEST(Check, StagesThatCannotBeMadeAreTold) {
  const fake::World world;
  const auto outside = world.outside();
  Loaded loaded = load_pipeline("stages: [map: .a]", "p", outside, {}, fake::catalog());
  check_stages(loaded.spec, loaded.problems);
  EXPECT_EQ(to_error(loaded.spec, loaded.problems).text, "p:1:15: stages[0].map: a fake stage is never made: .a");
}

TEST(Dlq, IsInheritedByChainsThatReadFromIt) {
  const fake::World world;
  const auto outside = world.outside();
  const auto spec = load_pipeline(
                        "chains:\n- {stages: [{map: ., id: a}], dlq: dead}\n- {from: 'stage:a', stages: [{map: ., id: b}]}\n"
                        "- {from: 'stage:b', dlq: own}\n- {from: x}\n",
                        "p", outside, {}, fake::catalog())
                        .spec;
  EXPECT_EQ(dlq_of(spec, 1)->url, "dead");
  EXPECT_EQ(dlq_of(spec, 2)->url, "own");
  EXPECT_EQ(dlq_of(spec, 3), nullptr);
}

}  // namespace
}  // namespace leat
