// A pipeline run by hand: what goes in comes out when its time has come, whatever the block it came in.
#include "pipelines/rehearsal.h"

#include <gtest/gtest.h>

#include "pipelines/read_pipeline.h"
#include "stages/catalog.h"
#include "tests/support/outside.h"

namespace leat {
namespace {

using namespace std::chrono_literals;

PipelineSpec spec_of(std::string_view yaml) {
  const fake::World world;
  const auto outside = world.outside();
  Loaded loaded = load_pipeline(std::string(yaml), "p.yaml", outside, {}, stage_catalog());
  EXPECT_TRUE(loaded.problems.empty()) << to_error(loaded.spec, loaded.problems).text;
  return loaded.spec;
}

std::unique_ptr<Rehearsal> rehearse(std::string_view yaml, Rehearsal::Script script = {}) {
  auto made = Rehearsal::make(spec_of(yaml), std::move(script));
  EXPECT_TRUE(made) << (made ? "" : made.error().text);
  return std::move(*made);
}

TEST(Rehearsal, WhatGoesInComesOut) {
  const auto run = rehearse("stages: [filter: '.ok']\n");
  ASSERT_TRUE(run->give(0, "{\"ok\":true}\n{\"ok\":false}\n"));
  EXPECT_EQ(run->sink(0).text(), "{\"ok\":true}\n");
  ASSERT_TRUE(run->end());
  EXPECT_EQ(run->ledger().filtered, 1u);
  EXPECT_TRUE(run->ledger().balanced());
}

// Row 169: each record meets the file's middleware once, where it comes in; what it changes, rejects and fails is so for every chain.
TEST(Rehearsal, Row169MiddlewareMeetsEachRecordOnce) {
  const auto run = rehearse(R"(
middleware:
- expect: {require: .n}
- filter: '.n != 2'
- map: '.seen += 1'
chains:
- {from: a.ndjson, stages: [{map: '.', id: first}], dlq: dead.ndjson}
- {from: 'stage:first', stages: [{map: '.', id: second}]}
- {from: 'stage:second', middleware: [{map: '.own = true'}], to: out.ndjson}
- {from: b.ndjson, to: other.ndjson}
)");
  ASSERT_TRUE(run->give(0, "{\"n\":1}\n{\"n\":2}\n{}\n"));
  ASSERT_TRUE(run->give(1, "{\"n\":3}\n{}\n"));
  ASSERT_TRUE(run->end());
  EXPECT_EQ(run->sink(0).text(), "{\"n\":1,\"seen\":1,\"own\":true}\n");
  EXPECT_EQ(run->sink(1).text(), "{\"n\":3,\"seen\":1}\n");
  ASSERT_EQ(run->letters(0).size(), 1u);
  EXPECT_EQ(run->letters(0).record(0), "{}");
  EXPECT_EQ(run->letters(0).records()->envelopes[0].failure->stage, "middleware-expect");
  ASSERT_EQ(run->reports().size(), 1u) << "the other chain has no dlq";
  EXPECT_NE(run->reports()[0].find("middleware-expect-2: expected .n, got none"), std::string::npos) << run->reports()[0];
  EXPECT_EQ(run->ledger().filtered, 1u);
  EXPECT_TRUE(run->ledger().balanced());
}

// A file without any has no more nodes than its stages and ends.
TEST(Rehearsal, Row169MiddlewareIsFreeWhenAbsent) {
  const auto run = rehearse("from: a.ndjson\nmiddleware: []\nstages: [{map: .}]\nto: b.ndjson\n");
  ASSERT_TRUE(run->end());
  std::string ids;
  for (const LedgerRow& row : run->ledger().rows) ids += row.id + " ";
  EXPECT_EQ(ids, "source map sink ");
}

TEST(Rehearsal, TimersGoOffAtTheirTimeInTheirOrder) {
  const auto run = rehearse("stages: [{batch: {size: 10, latency: 5s}}]\n");
  ASSERT_TRUE(run->give(0, "1\n"));
  ASSERT_TRUE(run->wait(4s));
  ASSERT_TRUE(run->give(0, "2\n"));
  ASSERT_TRUE(run->wait(999ms));
  EXPECT_EQ(run->sink(0).text(), "");
  ASSERT_TRUE(run->wait(1ms));
  EXPECT_EQ(run->sink(0).text(), "[1,2]\n");
  ASSERT_TRUE(run->give(0, "3\n"));
  ASSERT_TRUE(run->end());
  EXPECT_EQ(run->sink(0).text(), "[1,2]\n[3]\n");
  EXPECT_EQ(run->now(), Instant() + 4999ms + 1ms) << "what the end flushes needs no time";
}

TEST(Rehearsal, AnEntranceIsASecondWayIntoAStage) {
  Rehearsal::Script script;
  script.into = {"take", "map"};
  const auto run = rehearse("stages: [{map: '.+1'}, {take: 3}]\ndlq: dead\n", std::move(script));
  ASSERT_TRUE(run->give("take", "10\n"));
  ASSERT_TRUE(run->give(0, "1\n"));
  ASSERT_TRUE(run->give("map", "\"x\"\n5\n"));
  ASSERT_TRUE(run->give(0, "7\n"));
  ASSERT_TRUE(run->end());
  EXPECT_EQ(run->sink(0).text(), "10\n2\n6\n");
  EXPECT_EQ(run->letters(0).size(), 1u) << "its chain's dead letters are still its own";
}

TEST(Rehearsal, APortIsLookedAtThoughNobodyReadsIt) {
  Rehearsal::Script script;
  script.watched = {{"filter", "reject"}, {"filter", "err"}};
  const auto run = rehearse("stages: [filter: '.ok']\n", std::move(script));
  ASSERT_TRUE(run->give(0, "{\"ok\":false}\nno json\n{\"ok\":1}\n"));
  ASSERT_TRUE(run->end());
  ASSERT_EQ(run->port({"filter", "reject"}).size(), 1u);
  EXPECT_EQ(run->port({"filter", "reject"}).record(0), "{\"ok\":false}");
  ASSERT_EQ(run->port({"filter", "err"}).size(), 1u);
  EXPECT_EQ(run->port({"filter", "err"}).record(0), "\"no json\"");
  EXPECT_EQ(run->outcome().failed, 1u);
  EXPECT_EQ(run->reached().at({"filter", "out"}), 1u);
}

TEST(Rehearsal, TheSameScriptGivesTheSameBytes) {
  const auto once = [](uint32_t batch) {
    Rehearsal::Script script;
    script.batch_records = batch;
    const auto run = rehearse("out: envelope\nstages: [{sample: 0.5}, {set: {subject: '\"s\"'}}]\n", std::move(script));
    std::string in;
    for (int i = 0; i < 100; ++i) in += std::to_string(i) + "\n";
    EXPECT_TRUE(run->give(0, in));
    EXPECT_TRUE(run->end());
    return run->sink(0).text();
  };
  const std::string all = once(0);
  EXPECT_GT(all.size(), 1000u);
  EXPECT_EQ(once(0), all);
  for (uint32_t batch : {1, 2, 7}) EXPECT_EQ(once(batch), all);
}

TEST(Rehearsal, AFileOfAnyCodecIsReadAsItsSourceWould) {
  const auto run = rehearse("in: csv\nout: ndjson\nfrom: table.csv\nto: '-'\n");
  ASSERT_TRUE(run->give(0, "a,b\n1,"));
  ASSERT_TRUE(run->give(0, "2\n"));
  ASSERT_TRUE(run->give(0, "3,4\n"));
  ASSERT_TRUE(run->end());
  EXPECT_EQ(run->sink(0).text(), "{\"a\":1,\"b\":2}\n{\"a\":3,\"b\":4}\n");
}

}  // namespace
}  // namespace leat
