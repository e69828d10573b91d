// Row 27 of the semantics: a graph whose stages do not fit is refused before anything is read, and no other is.
#include "pipelines/kinds.h"

#include <gtest/gtest.h>

#include "pipelines/check.h"
#include "pipelines/read_pipeline.h"
#include "stages/catalog.h"
#include "tests/support/outside.h"

namespace leat {
namespace {

std::string said(std::string_view yaml) {
  const fake::World world;
  const auto outside = world.outside();
  Loaded loaded = load_pipeline(std::string(yaml), "p", outside, {});
  EXPECT_TRUE(loaded.problems.empty()) << to_error(loaded.spec, loaded.problems).text;
  check(loaded.spec, codecs(), loaded.problems);
  return to_error(loaded.spec, loaded.problems).text;
}

constexpr std::string_view kWindow = "{window: {size: 1m, emit: '{n: count}'}, id: w}";

TEST(Row27Kinds, AWindowIsNoBatch) {
  EXPECT_EQ(said("stages:\n- {window: {size: 1m, emit: '{n: count}'}, id: w}\n- unbatch\n"),
            "p:3:3: stages[1].unbatch: unbatch wants batch, gets window (from window \"w\") "
            "(each record would fail; a map in front of unbatch can make a batch of it)");
}

TEST(Row27Kinds, WhatPassesKeepsItsKind) {
  const std::string text =
      said("stages:\n- " + std::string(kWindow) +
           "\n- filter: .n\n- {take: 5}\n- {buffer: 9}\n- {dedupe: .n}\n- {sort: .n}\n- {set: {subject: '\"a\"'}}\n- unbatch\n");
  EXPECT_NE(text.find("unbatch wants batch, gets window (from window \"w\")"), text.npos) << text;
}

TEST(Row27Kinds, WhatMayBeAnythingIsLeftToTheRun) {
  for (const std::string& yaml : std::initializer_list<std::string>{
           "stages: [unbatch]",
           "stages: [unbatch, unbatch]",
           "stages: [{batch: 2}, unbatch]",
           "stages: [{batch: 2}, {batch: 3}, unbatch, unbatch]",
           "stages: [" + std::string(kWindow) + ", {map: '[.n]'}, unbatch]",
           "stages: [" + std::string(kWindow) + ", flatten]",
           "stages: [{batch: 2}, {exec: [cat]}, flatten]",
           "stages: [{parse: {codec: json}}, unbatch]",
       })
    EXPECT_EQ(said(yaml), "") << yaml;
}

// An array that a command could not take comes apart and is tried one by one: that is what err is for.
TEST(Row27Kinds, WhatFailedIsWhatItWas) {
  EXPECT_EQ(said("chains:\n- {stages: [{batch: 9}, {exec: [send], id: send}]}\n- {from: stage:send.err, stages: [unbatch], to: '-'}\n"),
            "");
  const std::string text =
      said("chains:\n- {stages: [" + std::string(kWindow) + ", {filter: .n}]}\n- {from: stage:filter.err, stages: [unbatch], to: x}\n");
  EXPECT_NE(text.find("p:3:37: chains[1].stages[0].unbatch: unbatch wants batch, gets error of window (from window \"w\")"), text.npos)
      << text;
}

TEST(Row27Kinds, EachInputIsJudgedByItself) {
  const std::string two = "chains:\n- {from: a, stages: [" + std::string(kWindow) + "]}\n- {from: b, stages: [{batch: 2}]}\n";
  const std::string text = said(two + "- {from: ['stage:w', 'stage:batch'], stages: [unbatch], to: x}\n");
  EXPECT_NE(text.find("unbatch wants batch, gets window (from window \"w\")"), text.npos) << text;
  // Behind a filter nobody knows which of the two is left.
  EXPECT_EQ(said(two + "- {from: ['stage:w', 'stage:batch'], stages: [{filter: 'type == \"array\"'}, unbatch], to: x}\n"), "");
}

// Chains may stand in any order; one that reads a circle or a stage that is not there is told of that alone.
TEST(Row27Kinds, ChainsInAnyOrder) {
  const std::string text =
      said("chains:\n- {from: stage:b, stages: [unbatch], to: x}\n- {from: stage:w, stages: [{filter: .n, id: b}]}\n- {from: a, stages: [" +
           std::string(kWindow) + "]}\n");
  EXPECT_NE(text.find("unbatch wants batch, gets window (from window \"w\")"), text.npos) << text;
  EXPECT_EQ(said("chains:\n- {from: stage:nobody, stages: [unbatch], to: x}\n"), "p:2:10: from: no stage is called 'nobody'");
}

}  // namespace
}  // namespace leat
