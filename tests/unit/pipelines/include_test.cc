#include "pipelines/include.h"

#include <gtest/gtest.h>

#include "pipelines/check.h"
#include "pipelines/explain.h"
#include "pipelines/read_pipeline.h"
#include "tests/support/fake_stages.h"
#include "tests/support/outside.h"

namespace leat {
namespace {

using Files = std::map<std::string, std::string>;

Loaded load(std::string_view text, Files files, std::string file = "p.yaml", std::vector<std::string> overrides = {}) {
  fake::World world;
  world.variables.values = {{"WHERE", "lib"}};
  world.files = std::move(files);
  const auto outside = world.outside();
  Loaded loaded = load_pipeline(std::string(text), std::move(file), outside, overrides, fake::catalog());
  check(loaded.spec, codecs(), loaded.problems);
  return loaded;
}

std::string bad(std::string_view text, Files files) {
  const Loaded loaded = load(text, std::move(files));
  EXPECT_FALSE(loaded.problems.empty()) << text;
  return to_error(loaded.spec, loaded.problems).text;
}

// The whole pipeline as one file.
std::string merged(std::string_view text, Files files, std::string file = "p.yaml", std::vector<std::string> overrides = {}) {
  const Loaded loaded = load(text, std::move(files), std::move(file), std::move(overrides));
  EXPECT_TRUE(loaded.problems.empty()) << to_error(loaded.spec, loaded.problems).text;
  return to_yaml(loaded.spec) ? *to_yaml(loaded.spec) : std::string();
}

TEST(Row24Include, ChainsAndOptionsOfAFileAreOnesOwn) {
  EXPECT_EQ(merged("include: more.yaml\nfrom: a\nstages: [{filter: .ok}]\nto: b\n",
                   {{"more.yaml", "mem: 1MB\nfrom: stage:filter.reject\nto: c\n"}}),
            "mem: 1MB\nchains:\n  - from: a\n    stages:\n      - filter: '.ok'\n    to: b\n  - from: stage:filter.reject\n    to: c\n");
  EXPECT_EQ(merged("include: [x, y]\n", {{"x", "chains: [{from: a}, {from: b, to: c}]"}, {"y", "from: d\nto: e\ntests: nonsense\n"}}),
            "chains:\n  - from: a\n  - from: b\n    to: c\n  - from: d\n    to: e\n");
  EXPECT_EQ(merged("chains: [{from: a}]\ninclude: x\n", {{"x", "from: d\nto: e\n"}}), "chains:\n  - from: a\n  - from: d\n    to: e\n");
  EXPECT_EQ(merged("include: x\nfrom: a\n", {{"x", "templates: {t: {stages: [unbatch]}}"}}), "from: a\n");
}

TEST(Row24Include, HooksOfAFileAreOnesOwn) {
  EXPECT_EQ(merged("include: x\nhooks: {on_error: a}\nfrom: i\n", {{"x", "hooks: {on_drop: a}"}}),
            "chains:\n  - from: i\n  - from: 'events:error,drop'\n    to: {url: a, append: true}\n");
  EXPECT_EQ(bad("include: x\nhooks: {on_error: a}\nfrom: i\n", {{"x", "hooks: {on_error: b}"}}),
            "x:1:9: hooks: 'on_error' is said already, at p.yaml:2:9 (keep one of them)");
}

TEST(Row24Include, PathsAreMeantFromTheFileThatSaysThem) {
  const Files files{{"conf/lib/a.yaml", "include: ../b.yaml\nmem: 1MB\n"}, {"conf/b.yaml", "strict: true\n"}, {"/abs", "quiet: true\n"}};
  EXPECT_EQ(merged("include: ['${WHERE}/a.yaml', /abs]\nfrom: a\n", files, "conf/p.yaml"),
            "mem: 1MB\nstrict: true\nquiet: true\nfrom: a\n");
  EXPECT_EQ(merged("include: conf/b.yaml\nfrom: a\n", files, "-"), "strict: true\nfrom: a\n");
}

TEST(Row24Include, AFileThatSeveralIncludeIsReadOnce) {
  EXPECT_EQ(merged("include: [x, y]\nfrom: a\n", {{"x", "include: z"}, {"y", "include: ./z"}, {"z", "mem: 1MB"}}), "mem: 1MB\nfrom: a\n");
}

TEST(Row24Include, SetReachesWhatWasIncluded) {
  const Files files{{"x", "mem: 1MB\nfrom: b\nto: c\n"}};
  EXPECT_EQ(merged("include: x\nfrom: a\n", files, "p.yaml", {"mem=2MB", "chains.1.to=d"}),
            "mem: 2MB\nchains:\n  - from: a\n  - from: b\n    to: d\n");
  const Loaded late = load("from: a\n", files, "p.yaml", {"include=x"});
  EXPECT_EQ(to_error(late.spec, late.problems).text, "p.yaml: include: was read before --set puts a value anywhere");
}

TEST(Row24Include, EveryMistakeHasItsFileAndLine) {
  EXPECT_EQ(bad("include: [x, d/y]\nmem: soon\nfrom: a\nto: b\n",
                {{"x", "# one\nfrom: c\nstages:\n  - fliter: .a\n"}, {"d/y", "\n\nfrom: [d, {url: e, codecs: csv}]\nto: [f\n"}}),
            "p.yaml:2:6: mem: wants a size such as 4096, 64KiB or 1MB, not 'soon'\n"
            "x:4:5: chains[1].stages[0]: there is no stage 'fliter' (did you mean filter?)\n"
            "d/y:5:1: end of sequence flow not found (an expression or a text with : # { [ or quotes in it wants single quotes around it)");
  EXPECT_EQ(bad("include: x\nfrom: a\n", {{"x", "from: c\r\nstages: [map: {ts, host}]\r\nto: d\r\n"}}),
            "x:2:15: chains[1].stages[0].map: wants an expression, YAML made a map of it "
            "(an expression is one string: write map: '{ts, host}')");
  EXPECT_EQ(bad("include: [x, y]\nfrom: a\n", {{"x", "from: b\rto: c\r\r\rdlq: [\r"}, {"y", "\nboo: 1"}}).substr(0, 2), "x:");
  EXPECT_EQ(bad("include: x\nfrom: a\n", {{"x", "\xff"}}), "x:1:1: the file is not UTF-8");
  EXPECT_EQ(bad("include: x\nfrom: a\n", {{"x", "- a"}}),
            "x:1:1: an included file is a map, here is a list (its keys are those of a pipeline file)");
  EXPECT_EQ(bad("include: x\nfrom: a\n", {{"x", "# all quiet\n"}}),
            "x:1:1: an included file is a map, here is nothing (its keys are those of a pipeline file)");
}

TEST(Row24Include, WhatIsSaidTwiceIsRefusedWithBothPlaces) {
  EXPECT_EQ(
      bad("mem: 1MB\nfrom: a\ninclude: [x, y]\ntemplates: {t: {stages: [unbatch]}}\n",
          {{"x", "strict: true\nmem: 2MB\n"}, {"y", "strict: true\ntemplates:\n  u: {stages: [unbatch]}\n  t: {stages: [unbatch]}\n"}}),
      "x:2:1: 'mem' is said already, at p.yaml:1:1 (keep one of them)\n"
      "y:1:1: 'strict' is said already, at x:1:1 (keep one of them)\n"
      "y:4:3: templates: 't' is said already, at p.yaml:4:13 (keep one of them)");
  EXPECT_EQ(bad("include: [x,\n x]\nfrom: a\n", {{"x", "mem: 2MB\n"}}), "p.yaml:2:2: include[1]: names the file of p.yaml:1:11 again");
  EXPECT_EQ(bad("include: x\nfrom: a\nstages: [{map: ., id: m}]\nto: b", {{"x", "from: c\nstages: [{map: ., id: m}]\nto: d"}}),
            "x:2:10: chains[1].stages[0].map: the id 'm' is taken at p.yaml:3:10");
}

TEST(Row24Include, CirclesAreRefusedWithTheWayRound) {
  EXPECT_EQ(bad("include: d/x\nfrom: a\n", {{"d/x", "include: y"}, {"d/y", "mem: 1MB\ninclude: [../d/x]"}}),
            "d/y:2:11: include[0]: the files include each other in a circle: p.yaml -> d/x -> d/y -> d/x");
  EXPECT_EQ(bad("include: ./p.yaml\nfrom: a\n", {{"p.yaml", "x"}}),
            "p.yaml:1:10: include: the files include each other in a circle: p.yaml -> p.yaml");
}

TEST(Row24Include, IsBounded) {
  Files deep, many;
  std::string list = "include: [";
  for (int i = 0; i < 70; ++i) {
    deep["f" + std::to_string(i)] = "include: f" + std::to_string(i + 1);
    many["f" + std::to_string(i)] = "tests: []";
    list += "f" + std::to_string(i) + ", ";
  }
  EXPECT_EQ(bad("include: f0\nfrom: a\n", deep), "f15:1:10: include: files are included 16 deep at most");
  EXPECT_EQ(bad(list + "]\nfrom: a\n", many).substr(0, 62), "p.yaml:1:321: include[64]: no more than 64 files are included\n");
  const std::string large = "# " + std::string(3 << 20, 'x') + "\ntests: []\n";
  EXPECT_EQ(bad("include: [x, y]\nfrom: a\n", {{"x", large}, {"y", large}}),
            "p.yaml:1:14: include[1]: with this file the pipeline is longer than 4 MiB");
  std::string wide = "tests: [";
  for (int i = 0; i < 60'000; ++i) wide += "1, ";
  EXPECT_EQ(bad("include: [x, y]\nfrom: a\n", {{"x", wide + "]"}, {"y", wide + "]"}}),
            "p.yaml:1:14: include[1]: with this file the pipeline unfolds to more than it can hold");
}

TEST(Row24Include, WantsPathsOfFilesThatAreThere) {
  EXPECT_EQ(bad("include: x\nfrom: a\n", {}), "p.yaml:1:10: include: x: no such file");
  EXPECT_EQ(bad("include: [{a: b}]\nfrom: a\n", {}), "p.yaml:1:11: include[0]: wants the path of a file, here is a map");
  EXPECT_EQ(bad("include:\nfrom: a\n", {}).substr(0, 62), "p.yaml:1:1: include: wants the path of a file, here is nothing");
  EXPECT_EQ(bad("include: []\nfrom: a\n", {}), "p.yaml:1:10: include: an empty list says nothing (leave it out)");
  EXPECT_EQ(bad("include: '-'\nfrom: a\n", {{"-", "mem: 1MB"}}),
            "p.yaml:1:10: include: wants the path of a file (standard input can be the first file only: leat run -)");
  EXPECT_EQ(bad("include: ${NONE}\nfrom: a\n", {}),
            "p.yaml:1:10: include: the variable NONE is not set (${NONE:-default} gives it a default)");
}

}  // namespace
}  // namespace leat
