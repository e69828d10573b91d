#include "pipelines/templates.h"

#include <gtest/gtest.h>

#include "pipelines/check.h"
#include "pipelines/explain.h"
#include "pipelines/read_pipeline.h"
#include "tests/support/fake_stages.h"
#include "tests/support/outside.h"

namespace leat {
namespace {

Loaded load(std::string_view text, std::vector<std::string> overrides = {}) {
  fake::World world;
  world.variables.values = {{"SIZE", "7"}};
  const auto outside = world.outside();
  Loaded loaded = load_pipeline(std::string(text), "p.yaml", outside, overrides, fake::catalog());
  check(loaded.spec, codecs(), loaded.problems);
  return loaded;
}

PipelineSpec good(std::string_view text, std::vector<std::string> overrides = {}) {
  Loaded loaded = load(text, std::move(overrides));
  EXPECT_TRUE(loaded.problems.empty()) << to_error(loaded.spec, loaded.problems).text;
  return loaded.spec;
}

std::string bad(std::string_view text) {
  const Loaded loaded = load(text);
  EXPECT_FALSE(loaded.problems.empty()) << text;
  return to_error(loaded.spec, loaded.problems).text;
}

std::string ids(const PipelineSpec& spec) {
  std::string all;
  for (const ChainSpec& chain : spec.chains)
    for (const StageUse& use : chain.stages) all += (all.empty() ? "" : " ") + use.id;
  return all;
}

// The expression of the one stage, a map of $p, where the parameter has this value.
std::string bound(std::string_view value) {
  const auto spec =
      good("templates: {t: {params: [p], stages: [{map: '$p'}]}}\nstages: [{use: t, with: {p: " + std::string(value) + "}}]\n");
  return spec.chains.at(0).stages.at(0).settings.text("expr").value_or("");
}

constexpr std::string_view kErrors = R"(templates:
  errors:
    params: {least: 500, size: , note: x}
    stages:
      - filter: '.status >= $least'
      - window: {size: $size, by: ['.host', 'late=.ms > $least'], emit: '{n: count}', max_keys: 5, note: $note}
      - filter: '.n'
)";

TEST(Row24Templates, StagesStandInThePlaceOfAUse) {
  const auto spec = good(std::string(kErrors) + "from: a\nstages: [{map: .a}, {use: errors, with: {size: 5m}}, {map: .b}]\nto: b\n");
  EXPECT_EQ(*to_yaml(spec),
            "from: a\n"
            "stages:\n"
            "  - map: '.a'\n"
            "  - filter: '500 as $least | .status >= $least'\n"
            "    id: errors-filter\n"
            "  - window:\n"
            "      size: 5m\n"
            "      by: ['.host', 'late=500 as $least | .ms > $least']\n"
            "      emit: '{n: count}'\n"
            "      max_keys: 5\n"
            "      note: [x]\n"
            "    id: errors-window\n"
            "  - filter: '.n'\n"
            "    id: errors-filter-2\n"
            "  - map: '.b'\n"
            "to: b\n");
  fake::World world;
  const auto outside = world.outside();
  EXPECT_TRUE(same(load_pipeline(*to_yaml(spec), "q.yaml", outside, {}, fake::catalog()).spec, spec));
}

TEST(Row24Templates, EachUseHasIdsOfItsOwn) {
  const std::string text =
      std::string(kErrors) +
      "  both: {stages: [{use: errors, with: {size: 1s}}, {use: errors, id: again, with: {size: 2s}}, {map: ., id: m}]}\n"
      "from: a\nstages:\n- {use: both}\n- {use: both}\n- {use: both, id: x}\nto: b\n";
  EXPECT_EQ(
      ids(good(text)),
      "both-errors-filter both-errors-window both-errors-filter-2 both-again-filter both-again-window both-again-filter-2 both-m "
      "both-2-errors-filter both-2-errors-window both-2-errors-filter-2 both-2-again-filter both-2-again-window both-2-again-filter-2 "
      "both-2-m x-errors-filter x-errors-window x-errors-filter-2 x-again-filter x-again-window x-again-filter-2 x-m");
}

TEST(Row24Templates, AUseIsReadAtItsLastStage) {
  const auto spec = good(std::string(kErrors) +
                         "chains:\n- {from: a, stages: [{use: errors, with: {size: 1s}}]}\n- {from: stage:errors, to: b}\n"
                         "- {from: stage:errors-filter.reject, to: c}\n");
  EXPECT_EQ(spec.chains[1].from[0].url, "stage:errors-filter-2");
  EXPECT_EQ(spec.chains[2].from[0].url, "stage:errors-filter.reject");
  EXPECT_TRUE(spec.chains[0].to.empty());
  // A stage of that name is meant before a use is.
  const auto other = good(
      "templates: {map: {stages: [{map: .x}]}}\n"
      "chains:\n- {from: a, stages: [{use: map}, {map: .y}]}\n- {from: stage:map, to: b}\n");
  EXPECT_EQ(other.chains[1].from[0].url, "stage:map");
}

TEST(Row24Templates, AValueIsAValueInAnExpression) {
  EXPECT_EQ(bound("500"), "500 as $p | $p");
  EXPECT_EQ(bound("-1.50"), "(-1.50) as $p | $p");
  EXPECT_EQ(bound("true"), "true as $p | $p");
  EXPECT_EQ(bound("'500'"), R"("500" as $p | $p)");
  EXPECT_EQ(bound("no"), R"("no" as $p | $p)");
  EXPECT_EQ(bound("5m"), R"("5m" as $p | $p)");
  EXPECT_EQ(bound("'$p'"), R"("$p" as $p | $p)");
  EXPECT_EQ(bound("'$${x}'"), R"("${x}" as $p | $p)");
  EXPECT_EQ(bound("'.a | error(\"x\")'"), R"x(".a | error(\"x\")" as $p | $p)x");
  EXPECT_EQ(bound("'\\(.a)'"), R"x("\\(.a)" as $p | $p)x");
  EXPECT_EQ(bound(R"(["a", {b: [1, false]}])"), R"(["a",{"b":[1,false]}] as $p | $p)");
}

TEST(Row24Templates, OnlyWhatIsMentionedIsBound) {
  const auto spec = good(
      "templates: {t: {params: {a: 1, ab: 2, b: 3}, stages: [{map: '.x + $ab'}, {map: '\"\\($b)\"'}, {map: '.a'}]}}\n"
      "stages: [use: t]\n");
  EXPECT_EQ(spec.chains[0].stages[0].settings.text("expr"), "2 as $ab | .x + $ab");
  EXPECT_EQ(spec.chains[0].stages[1].settings.text("expr"), "3 as $b | \"\\($b)\"");
  EXPECT_EQ(spec.chains[0].stages[2].settings.text("expr"), ".a");
  // Outside a template it is a word of the expression or a text, as ever.
  EXPECT_EQ(good("stages: [{map: $ab}, {window: {emit: count, note: $ab}}]").chains[0].stages[1].settings.text("note"), "$ab");
}

TEST(Row24Templates, AWholeValueOfASettingIsTheValueOfAParameter) {
  const auto spec = good(
      "templates:\n"
      "  t:\n"
      "    params: {size: 3, word: ./x, tries: 4, on: true, retry: {attempts: 2}, name: x}\n"
      "    stages:\n"
      "    - batch: $size\n"
      "    - filter: {expr: .a, reject: $on}\n"
      "    - {exec: {command: [$word, -f]}, retry: {attempts: $tries}}\n"
      "    - {exec: {command: $word}, retry: $retry, id: $name}\n"
      "stages: [{use: t, with: {size: '${SIZE}'}}]\n");
  const auto& stages = spec.chains[0].stages;
  EXPECT_EQ(stages[0].settings.count("size"), 7u);
  EXPECT_EQ(stages[0].settings.values("size")[0].written, "${SIZE}");
  EXPECT_TRUE(stages[1].settings.flag("reject"));
  EXPECT_EQ(stages[2].settings.values("command")[0].text, "./x");
  EXPECT_EQ(stages[2].guards.pair("retry", "attempts"), "4");
  EXPECT_EQ(stages[3].guards.pair("retry", "attempts"), "2");
  EXPECT_EQ(stages[3].id, "t-x");
}

TEST(Row24Templates, SetReachesDefaultsAndUses) {
  const std::string text = std::string(kErrors) + "from: a\nstages: [{use: errors, with: {size: 5m}}]\nto: b\n";
  const auto spec = good(text, {"templates.errors.params.least=400", "stages.0.with.size=7m"});
  EXPECT_EQ(spec.chains[0].stages[0].settings.text("expr"), "400 as $least | .status >= $least");
  EXPECT_EQ(spec.chains[0].stages[1].settings.duration("size"), std::chrono::minutes(7));
}

TEST(Row24Templates, ArgumentsThatDoNotFitAreRefusedWhereTheyStand) {
  const auto use = [](std::string_view with) {
    return bad(std::string(kErrors) + "stages:\n- use: errors\n  with: " + std::string(with) + "\n");
  };
  EXPECT_EQ(use("{}"), "p.yaml:9:8: stages[0]: the template errors wants 'size'");
  EXPECT_EQ(use("{szie: 5m, size: 1m}"), "p.yaml:10:10: stages[0].with: the template errors has no 'szie' (did you mean size?)");
  EXPECT_EQ(use("{size: 1m, least: }"), "p.yaml:10:20: stages[0].with.least: wants a value, here is nothing");
  EXPECT_EQ(use("[a]"), "p.yaml:10:9: stages[0].with: wants a map of parameters, here is a list");
  EXPECT_EQ(use("{size: soon}"), "p.yaml:10:16: stages[1].window.size: wants a duration such as 250ms, 1.5s, 5m or 1h, not 'soon'");
  EXPECT_EQ(use("{size: [1m]}"), "p.yaml:10:16: stages[1].window.size: wants a single value, here is a list");
  EXPECT_EQ(use("{size: 1m, least: '${SIZE}'}"),
            "p.yaml:5:17: stages[0].filter: the parameter least has a ${...}, which no expression takes "
            "(an expression reads the environment itself: $ENV.NAME)\n"
            "p.yaml:6:45: stages[1].window.by[1]: the parameter least has a ${...}, which no expression takes "
            "(an expression reads the environment itself: $ENV.NAME)");
}

TEST(Row24Templates, UsesThatAreNone) {
  const auto use = [](std::string_view item) { return bad(std::string(kErrors) + "stages:\n- " + std::string(item) + "\n"); };
  EXPECT_EQ(use("{use: eror}"), "p.yaml:9:9: stages[0]: there is no template 'eror' (did you mean errors?)");
  EXPECT_EQ(use("{use: [a]}"), "p.yaml:9:9: stages[0]: wants the name of a template, here is a list");
  EXPECT_EQ(use("{use: errors, with: {size: 1m}, retry: {attempts: 3}}"),
            "p.yaml:9:35: stages[0]: retry stands on a stage of the template, not on its use");
  EXPECT_EQ(use("{use: errors, with: {size: 1m}, map: .}"),
            "p.yaml:9:35: stages[0]: one list item holds one stage, here are a use and 'map' (put - before each stage)");
  EXPECT_EQ(use("{use: errors, wiht: {size: 1m}, with: {size: 1m}}"),
            "p.yaml:9:17: stages[0]: the use of a template has no 'wiht' (did you mean with?)");
  EXPECT_EQ(use("{with: {size: 1m}}"), "p.yaml:9:4: stages[0]: stands beside use: NAME");
  EXPECT_EQ(bad("stages: [use: a]"),
            "p.yaml:1:15: stages[0]: there is no template 'a' (templates: defines some, in this file or in one that it includes)");
}

TEST(Row24Templates, DefinitionsThatAreNone) {
  EXPECT_EQ(bad("from: a\ntemplates: [a]\n"), "p.yaml:2:12: templates: wants a map of names and templates, here is a list");
  EXPECT_EQ(bad(R"(from: a
templates:
  A_b: {stages: [unbatch]}
  b: [unbatch]
  c: {params: {id: 1, 9a: 1, x: 2}}
  d: {stages: []}
  e: {stgaes: [unbatch], stages: [unbatch]}
  f: {params: [x, x, y], stages: [unbatch]}
  g: {params: 5, stages: {a: b}}
)"),
            "p.yaml:3:3: templates.A_b: a template's name, which the ids of its stages begin with, has small letters, digits and - only\n"
            "p.yaml:4:6: templates.b: a template is a map, here is a list (its keys are params and stages)\n"
            "p.yaml:5:3: templates.c: wants stages\n"
            "p.yaml:5:16: templates.c.params: $id says something else in an expression (give it another name)\n"
            "p.yaml:5:23: templates.c.params: a parameter's name has letters, digits and _ only, no digit first\n"
            "p.yaml:6:15: templates.d.stages: wants a list of stages, here is an empty one\n"
            "p.yaml:7:7: templates.e: a template has no 'stgaes' (did you mean stages?)\n"
            "p.yaml:8:19: templates.f.params: the parameter 'x' stands here twice\n"
            "p.yaml:9:15: templates.g.params: wants a map of names and defaults, here is a single value\n"
            "p.yaml:9:26: templates.g.stages: wants a list of stages, here is a map");
  EXPECT_EQ(bad("templates: {t: {stages: [unbatch]}}"),
            "p.yaml:1:1: nothing to run: there are no stages and no ends (its templates are for files that include it)");
  EXPECT_EQ(bad("templates: {t: {params: [size], stages: [{batch: $sise}]}}\nstages: [{use: t, with: {size: 1}}]"),
            "p.yaml:1:50: stages[0].batch: the template has no parameter 'sise' (did you mean size?)");
}

TEST(Row24Templates, RecursionIsRefusedAndUnfoldingBounded) {
  EXPECT_EQ(bad("templates:\n  a: {stages: [use: b]}\n  b: {stages: [unbatch, use: a]}\nstages: [use: a]\n"),
            "p.yaml:3:30: stages[1]: the template uses itself: a -> b -> a");
  std::string deep = "templates:\n  t0: {stages: [unbatch]}\n", wide = deep;
  for (int i = 1; i < 20; ++i) {
    const std::string name = "  t" + std::to_string(i), inner = "use: t" + std::to_string(i - 1);
    deep += name + ": {stages: [" + inner + "]}\n";
    if (i < 8) wide += name + ": {stages: [";
    for (int j = 0; i < 8 && j < 10; ++j) wide += inner + (j < 9 ? ", " : "]}\n");
  }
  EXPECT_EQ(bad(deep + "stages: [use: t19]\n"), "p.yaml:6:22: stages[0]: templates use each other 16 deep at most");
  const std::string said = bad(wide + "stages: [use: t7]\n");
  EXPECT_NE(said.find("the templates unfold to more than 8192 stages"), said.npos) << said;
  // Long texts many times over.
  std::string large = "templates:\n  t0: {params: {x: " + std::string(100'000, 'x') + "}, stages: [map: $x]}\nstages:\n";
  for (int i = 0; i < 300; ++i) large += "- use: t0\n";
  EXPECT_EQ(bad(large), "p.yaml:2:100037: stages[167].map: the templates unfold to more than a pipeline can hold");
}

}  // namespace
}  // namespace leat
