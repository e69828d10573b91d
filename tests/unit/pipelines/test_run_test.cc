// Cases that pass, and every way for one not to.
#include "pipelines/test_run.h"

#include <gtest/gtest.h>

#include "pipelines/load_yaml.h"
#include "pipelines/read_pipeline.h"
#include "stages/catalog.h"
#include "tests/support/outside.h"

namespace leat {
namespace {

// What is wrong with the one case of a pipeline file; nothing: it passed.
std::string faults(const std::string& pipeline, const std::string& test, bool update = false) {
  const std::string yaml = pipeline + "tests:\n- name: n\n" + test;
  const fake::World world;
  const auto outside = world.outside();
  const ReadFile read = [](const std::string& path) -> Result<std::string> {
    if (path == "golden") return std::string("1\n2\n");
    return Error{Error::Kind::no_input, path + ": not there", {}};
  };
  const TestFile file = read_tests(load_yaml(yaml), read);
  for (const Problem& problem : file.problems) return "cannot be read: " + problem.message;
  Loaded loaded = load_pipeline(yaml, "p.yaml", outside, file.cases.at(0).overrides, stage_catalog());
  for (const Problem& problem : loaded.problems) return "cannot be loaded: " + problem.message;
  std::string said;
  for (const auto& fault : run_test(file.cases[0], std::move(loaded.spec), {}, read, update).faults) said += fault.text + "\n";
  return said;
}

const std::string kPass = "stages: [filter: '. > 1']\n";

TEST(TestRun, RecordsAreComparedAsValuesAndTextAsBytes) {
  EXPECT_EQ(faults(kPass, "  input: [1, 2, 3.0]\n  expect: [2, 3]\n"), "");
  EXPECT_EQ(faults(kPass, "  input: [1, 2, 3.0]\n  expect: |\n    2\n    3.0\n"), "");
  EXPECT_EQ(faults(kPass, "  input: [1, 2, 3.0]\n  expect: |\n    2\n    3\n"), "sink: line 2\n  want 3\n  got  3.0\n");
  EXPECT_EQ(faults(kPass, "  input: [2]\n  expect: [2, 3]\n"), "sink: record 2 of 2 differs\n  want 3\n  got  nothing\n");
  EXPECT_EQ(faults(kPass, "  input: [2, 3]\n  expect: [2]\n"), "sink: record 2 of 2 differs\n  want nothing\n  got  3\n");
  EXPECT_EQ(faults("stages: [map: '.']\n", "  input: [{a: 1, b: 2}]\n  expect: [{b: 2, a: 1}]\n"), "") << "whatever the order of keys";
}

TEST(TestRun, ConditionsCountsAndFigures) {
  EXPECT_EQ(
      faults(kPass, "  input: [1, 2, 3]\n  expect: {stdout: {count: 2, all: '. > 1', any: '. == 3'}, summary: {filter: {filtered: 1}}}\n"),
      "");
  EXPECT_EQ(faults(kPass, "  input: [2, 3]\n  expect: {all: '. > 2'}\n"), "sink: record 1 is not as all must be: . > 2\n  got  2\n");
  EXPECT_EQ(faults(kPass, "  input: [2, 3]\n  expect: {any: '. > 5'}\n"), "sink: none of 2 records is as one must be: . > 5\n");
  EXPECT_EQ(faults(kPass, "  input: [2]\n  expect: {count: 0}\n"), "sink: expected 0 records, 1 came\n  last 2\n");
  EXPECT_NE(faults(kPass, "  input: [2]\n  expect: {summary: {filter: {in: 3}}}\n").find("summary: filter in: expected 3, it is 1"),
            std::string::npos);
  EXPECT_EQ(faults(kPass, "  input: [2]\n  expect: {summary: {fliter: {in: 3}}}\n"), "summary: there is no 'fliter'\n");
  EXPECT_NE(faults(kPass, "  input: [2]\n  expect: {any: '. >'}\n"), "") << "a condition that does not compile";
}

TEST(TestRun, GoldenFiles) {
  EXPECT_EQ(faults("stages: [map: .]\n", "  input: [1, 2]\n  expect: {file: golden}\n"), "");
  EXPECT_EQ(faults("stages: [map: .]\n", "  input: [1, 3]\n  expect: {file: golden}\n"),
            "sink: golden says otherwise (--update writes it anew): line 2\n  want 2\n  got  3\n");
  EXPECT_EQ(faults("stages: [map: .]\n", "  input: [1, 3]\n  expect: {file: golden}\n", true), "");
  EXPECT_EQ(faults("stages: [map: .]\n", "  input: [1]\n  expect: {file: none}\n"), "sink: none: not there (--update makes it)\n");
}

TEST(TestRun, WhatNobodyExpectsIsAFault) {
  EXPECT_EQ(faults(kPass, "  input: ['x {']\n  expect: {count: 0}\n").substr(0, 40), "1 records failed and nothing expects it\n");
  EXPECT_EQ(faults(kPass, "  input: ['x {']\n  expect: {stdout: {count: 0}, failed: 1}\n"), "");
  EXPECT_NE(faults(kPass, "  input: [2]\n  expect: {stdout: {count: 1}, failed: 1}\n"), "");
  EXPECT_EQ(faults(kPass + "dlq: dead\n", "  input: ['x {']\n  expect: {stdout: {count: 0}}\n").substr(0, 46),
            "dead: 1 dead letters and nothing expects them\n");
  EXPECT_EQ(faults(kPass + "dlq: dead\n", "  input: ['x {']\n  expect: {dead: {all: '$error.code == \"malformed\"'}}\n"), "");
  EXPECT_EQ(faults(kPass, "  steps: [{input: [2]}, {expect: [2]}, {input: [3]}]\n"), "-: 1 more records came after this:\n  3\n");
}

TEST(TestRun, PlacesAreFoundByEveryName) {
  EXPECT_EQ(faults("chains:\n- {from: [a, b], stages: [{route: {big: '. > 5'}}], to: [c, '-']}\n- {from: 'stage:route.big', to: big}\n",
                   "  input: {a: [1], source-2: [9], route: [7]}\n"
                   "  expect: {c: [1], stdout: [1], sink-2: {count: 1}, route.big: [9, 7], 'stage:route.big': {count: 0}, big: [9, 7]}\n"),
            "sink-2: expected 1 records, 0 came\n")
      << "an expectation is about what came since the one before it at the same place";
  EXPECT_EQ(faults("from: [a, b]\nto: c\n", "  input: [1]\n  expect: {count: 1}\n"),
            "this pipeline has several sources: input: {SOURCE: RECORDS} says which\n");
  EXPECT_EQ(faults("to: {url: c, fallback: d}\n", "  input: [1]\n  expect: {count: 1}\n"), "");
  EXPECT_EQ(faults("to: {url: c, fallback: d}\n", "  input: [1]\n  expect: {sink: [1], fallback: {count: 0}}\n"), "");
  EXPECT_EQ(faults("to: [c, d]\n", "  input: [1]\n  expect: {count: 1}\n"),
            "this pipeline has several sinks: expect: {SINK: RECORDS} says which\n");
  EXPECT_EQ(faults(kPass, "  input: {fitler: [1]}\n  expect: {count: 0}\n"),
            "input: this pipeline has no 'fitler' (did you mean filter?)\n");
  EXPECT_EQ(faults(kPass, "  expect: {filter.rject: {count: 0}}\n"), "expect: filter has no port 'rject'; it has out, err, reject\n");
}

TEST(TestRun, ARunThatIsCutShortSaysSo) {
  const std::string windows = "stages: [{window: {size: 1m, emit: '{n: count}'}}]\n";
  EXPECT_EQ(faults(windows, "  steps: [{input: [1]}, drain, {expect: {all: '.partial'}}]\n"), "");
  EXPECT_EQ(faults(windows, "  steps: [{input: [1]}, end, {expect: {all: '.partial | not', count: 1}}]\n"), "");
}

TEST(TestRun, AMockStandsForAStage) {
  const std::string pipe = "stages: [{take: 1, id: call}]\n";
  EXPECT_EQ(faults(pipe, "  mock: {call: '{reply: .}'}\n  input: [1, 2]\n  expect: [{reply: 1}, {reply: 2}]\n"), "");
  EXPECT_EQ(faults(pipe, "  mock: {cal: '.'}\n  input: [1]\n  expect: [1]\n"), "mock: this pipeline has no 'cal' (did you mean call?)\n");
}

}  // namespace
}  // namespace leat
