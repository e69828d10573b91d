// What a trial makes of a pipeline: the same work, and no trace of it.
#include "pipelines/trial.h"

#include <gtest/gtest.h>

#include "pipelines/read_pipeline.h"
#include "tests/support/fake_stages.h"
#include "tests/support/outside.h"

namespace leat {
namespace {

using namespace std::chrono_literals;

PipelineSpec tried(std::string_view yaml, const TrialBounds& bounds) {
  const fake::World world;
  const auto outside = world.outside();
  Loaded loaded = load_pipeline(std::string(yaml), "p", outside, {}, fake::catalog());
  EXPECT_TRUE(loaded.problems.empty()) << to_error(loaded.spec, loaded.problems).text;
  make_trial(loaded.spec, bounds);
  return loaded.spec;
}

std::string until(const PipelineSpec& spec) {
  std::string said;
  for (const auto& value : spec.chains.at(0).from.at(0).options.values("until"))
    said += (said.empty() ? "" : ",") + value.key + (value.text.empty() ? "" : "=" + value.text);
  return said;
}

TEST(Trial, LeavesNoTrace) {
  const PipelineSpec spec = tried("from: {url: a, checkpoint: c}\nstages: [filter: .a]\nto: b\ndlq: d\n", {});
  EXPECT_EQ(spec.chains[0].from[0].options.find("checkpoint"), nullptr);
  EXPECT_TRUE(spec.chains[0].to[0].discarded);
  EXPECT_TRUE(spec.chains[0].dlq->discarded);
  EXPECT_EQ(until(spec), "");
}

TEST(Trial, Row162_TellsNobody) {
  const PipelineSpec spec = tried(
      "hooks: {on_error: {exec: [page]}, on_drop: 'stage:told'}\nchains:\n- {from: a, stages: [filter: .a]}\n- {stages: [{map: ., id: "
      "told}], to: x}\n"
      "- {from: 'stage:told.err', to: y}\n- {from: 'stage:filter.err', to: z}\n",
      {});
  ASSERT_EQ(spec.chains.size(), 2u);
  EXPECT_EQ(spec.chains[0].from[0].url, "a");
  EXPECT_EQ(spec.chains[1].to[0].url, "z");
}

TEST(Trial, OfTwoEndsTheSoonerCounts) {
  EXPECT_EQ(until(tried("from: a\n", {.records = 5, .time = 90s})), "count=5,for=90s");
  EXPECT_EQ(until(tried("from: {url: a, until: {count: 9, for: 1m}}\n", {.records = 5, .time = 90s})), "count=5,for=1m");
  EXPECT_EQ(until(tried("from: {url: a, until: {count: 3, idle: 1s}}\n", {.records = 5, .time = {}})), "count=3,idle=1s");
}

TEST(Trial, WhatIsReadFromAStageHasNoBound) {
  const PipelineSpec spec =
      tried("chains:\n- {from: a, stages: [{map: ., id: m}]}\n- {from: [stage:m], to: z}\n", {.records = 5, .time = {}});
  EXPECT_NE(spec.chains[0].from[0].options.find("until"), nullptr);
  EXPECT_EQ(spec.chains[1].from[0].options.find("until"), nullptr);
}

}  // namespace
}  // namespace leat
