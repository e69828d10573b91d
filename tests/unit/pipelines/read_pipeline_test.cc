#include "pipelines/read_pipeline.h"

#include <gtest/gtest.h>

#include "tests/support/fake_stages.h"
#include "tests/support/outside.h"

namespace leat {
namespace {

Loaded load(std::string_view text, std::vector<std::string> overrides = {}) {
  fake::World world;
  world.variables.values = {{"PORT", "9000"}, {"TOKEN", "s3cret"}};
  world.files = {{"/run/where", "out.ndjson\n"}};
  const auto outside = world.outside();
  return load_pipeline(std::string(text), "p.yaml", outside, overrides, fake::catalog());
}

PipelineSpec good(std::string_view text, std::vector<std::string> overrides = {}) {
  Loaded loaded = load(text, std::move(overrides));
  EXPECT_TRUE(loaded.problems.empty()) << to_error(loaded.spec, loaded.problems).text;
  return loaded.spec;
}

std::string bad(std::string_view text, std::vector<std::string> overrides = {}) {
  const Loaded loaded = load(text, std::move(overrides));
  EXPECT_FALSE(loaded.problems.empty()) << text;
  return to_error(loaded.spec, loaded.problems).text;
}

TEST(Yaml, OneChainAtTheTop) {
  const auto spec = good(R"(#!/usr/bin/env -S leat run
in: csv
mem: 1GiB
strict: true
summary: true
from: a.csv
stages:
  - filter: '.status >= 500'
  - batch: 100
  - unbatch:
to: [b.ndjson, {url: 'tcp-listen://127.0.0.1:9000', codec: lines, max_clients: 7}]
dlq: dead.ndjson
)");
  EXPECT_EQ(spec.globals.text("in"), "csv");
  EXPECT_TRUE(spec.globals.flag("strict"));
  EXPECT_EQ(spec.globals.text("summary"), "text");
  ASSERT_EQ(spec.chains.size(), 1u);
  const auto& chain = spec.chains[0];
  EXPECT_EQ(chain.from.at(0).url, "a.csv");
  ASSERT_EQ(chain.stages.size(), 3u);
  EXPECT_EQ(chain.stages[0].settings.text("expr"), ".status >= 500");
  EXPECT_EQ(chain.stages[1].settings.count("size"), 100u);
  EXPECT_EQ(chain.stages[2].id, "unbatch");
  ASSERT_EQ(chain.to.size(), 2u);
  EXPECT_EQ(chain.to[1].options.text("codec"), "lines");
  EXPECT_EQ(chain.to[1].options.count("max_clients"), 7u);
  EXPECT_EQ(chain.dlq->url, "dead.ndjson");
}

TEST(Yaml, ManyChainsIdsAndGuards) {
  const auto spec = good(R"(chains:
- {from: a.ndjson, stages: [{map: '{k: .x}', id: a}]}
- from: ['stage:a']
  stages:
  - exec: {command: [./enrich, -f], workers: 4}
    retry: {attempts: 3, base: 10ms}
    timeout: 3s
  - route: {errors: '.status >= 500', slow: '.ms > 1000'}
  - route:
      case: {all: '.x'}
      all: true
  to: '-'
)");
  ASSERT_EQ(spec.chains.size(), 2u);
  EXPECT_EQ(spec.chains[0].stages[0].id, "a");
  EXPECT_TRUE(spec.chains[0].to.empty());
  const auto& stages = spec.chains[1].stages;
  EXPECT_EQ(stages[0].settings.values("command")[1].text, "-f");
  EXPECT_EQ(stages[0].guards.pair("retry", "attempts"), "3");
  EXPECT_EQ(stages[0].guards.duration("timeout"), std::chrono::seconds(3));
  EXPECT_EQ(stages[1].settings.values("case")[1].key, "slow");
  EXPECT_FALSE(stages[1].settings.flag("all"));
  EXPECT_EQ(stages[2].settings.values("case")[0].key, "all");
  EXPECT_TRUE(stages[2].settings.flag("all"));
  EXPECT_EQ(stages[2].id, "route-2");
}

TEST(Yaml, EveryKindOfValue) {
  const auto spec = good(R"(stages:
- window:
    size: 1m
    by: ['.host', 'c=.status']
    emit: '{n: count, "${x}": 1}'
    trigger: {count: 5, idle: 2s}
    ratio: 0.5
    note: no
    max_keys: 10
)");
  const Settings& s = spec.chains[0].stages[0].settings;
  EXPECT_EQ(s.values("by")[1].key, "c");
  EXPECT_EQ(s.text("emit"), R"({n: count, "${x}": 1})");  // never expanded inside an expression
  EXPECT_EQ(s.pair("trigger", "idle"), "2s");
  EXPECT_EQ(s.text("note"), "no");  // core schema: a text
  EXPECT_EQ(s.find("size")->mark.line, 3);
  EXPECT_EQ(s.find("size")->mark.column, 11);
  EXPECT_EQ(good("from: {url: x, until: eof}").chains[0].from[0].options.values("until")[0].key, "eof");
  EXPECT_EQ(good("from: {url: x, until: {idle: 5s}}").chains[0].from[0].options.pair("until", "idle"), "5s");
}

TEST(Yaml, Interpolation) {
  const auto spec =
      good("from: 'tcp://h:${PORT}'\nmem: ${MEM:-1MB}\nto: ${file:/run/where}\nstages: [{window: {emit: count, note: '$${TOKEN}'}}]\n");
  EXPECT_EQ(spec.chains[0].from[0].url, "tcp://h:9000");
  EXPECT_EQ(spec.chains[0].from[0].written, "tcp://h:${PORT}");
  EXPECT_EQ(spec.globals.count("mem"), 1'000'000u);
  EXPECT_EQ(spec.chains[0].to[0].url, "out.ndjson");
  EXPECT_EQ(spec.chains[0].stages[0].settings.text("note"), "${TOKEN}");
  EXPECT_EQ(bad("mem: ${MEM}\nfrom: x\n"), "p.yaml:1:6: mem: the variable MEM is not set (${MEM:-default} gives it a default)");
}

TEST(Yaml, AliasesStandForTheirValue) {
  const auto spec = good("chains:\n- {from: x, to: &out {url: y, append: true}, dlq: z}\n- {from: w, to: *out}\n");
  EXPECT_TRUE(spec.chains[1].to[0].options.flag("append"));
  EXPECT_EQ(spec.chains[1].to[0].url, "y");
}

TEST(Yaml, EveryMistakeAtOnce) {
  EXPECT_EQ(
      bad(R"(stagse: 1
in: csv
drain: soon
stages:
  - fliter: .a
  - window: {size: 1x, evry: 10s, emit: count}
  - map: {ts, host}
  - {map: .x, retry: {attempts: 3}}
  - filter: .a
    map: .b
  - filter:
to: {append: true}
from: [a, {url: b, codecs: csv}]
)"),
      "p.yaml:1:1: a pipeline file has no 'stagse' (did you mean stages?)\n"
      "p.yaml:3:8: drain: wants a duration such as 250ms, 1.5s, 5m or 1h, not 'soon'\n"
      "p.yaml:5:5: stages[0]: there is no stage 'fliter' (did you mean filter?)\n"
      "p.yaml:6:20: stages[1].window.size: wants a duration such as 250ms, 1.5s, 5m or 1h, not '1x'\n"
      "p.yaml:6:24: stages[1].window: window has no 'evry' (did you mean every?)\n"
      "p.yaml:7:10: stages[2].map: wants an expression, YAML made a map of it (an expression is one string: write map: '{ts, host}')\n"
      "p.yaml:8:15: stages[3].retry: means nothing on map, which reaches nothing outside (guards stand on ends and calls)\n"
      "p.yaml:10:5: stages[4]: one list item holds one stage, here are 'filter' and 'map' (put - before each stage)\n"
      "p.yaml:12:5: to: an end has an url (write {url: ..., and its options})\n"
      "p.yaml:13:20: from[1]: this end has no 'codecs' (did you mean codec?)");
}

std::string stages_of(const ChainSpec& chain) {
  std::string all;
  for (const StageUse& use : chain.stages) all += (all.empty() ? "" : " ") + use.id;
  return all;
}

TEST(Yaml, Row169MiddlewareStandsInFrontInTheOrderWritten) {
  const auto spec = good(R"(
middleware: [{map: '.a'}, unbatch]
chains:
- {from: a, stages: [{map: '.c', id: c}]}
- {from: b, middleware: [{map: '.b'}], stages: [{map: '.d'}]}
- {from: 'stage:c', middleware: [{filter: '.ok'}], to: '-'}
)");
  EXPECT_EQ(stages_of(spec.chains[0]), "middleware-map middleware-unbatch c");
  EXPECT_EQ(stages_of(spec.chains[1]), "middleware-map-2 middleware-unbatch-2 middleware-map-3 map") << "the file's before the chain's";
  EXPECT_EQ(stages_of(spec.chains[2]), "middleware-filter") << "its records came in elsewhere and met the file's there";
  EXPECT_EQ(spec.chains[1].stages[2].settings.text("expr"), ".b");
}

TEST(Yaml, Row169MiddlewareOfAChainAtTheTopIsTheFiles) {
  const auto spec = good("middleware: [{map: '.a'}]\nstages: [{map: '.b'}]\n");
  EXPECT_EQ(stages_of(spec.chains[0]), "middleware-map map");
  EXPECT_EQ(stages_of(good("stages: [{map: '.b'}]\nmiddleware: []\n").chains[0]), "map");
}

TEST(Yaml, Row169AnIdGivenToMiddlewareIsKeptAndNumbered) {
  const auto spec = good(R"(
middleware: [{map: '.a', id: clean}]
chains:
- {from: a, stages: [{map: '.c', id: clean-2}], to: x}
- {from: b, to: y}
- {from: 'stage:clean.err', to: z}
)");
  EXPECT_EQ(stages_of(spec.chains[0]), "clean clean-2");
  EXPECT_EQ(stages_of(spec.chains[1]), "clean-3");
}

TEST(Yaml, Row169WhatMiddlewareMayNotBe) {
  EXPECT_EQ(
      bad("middleware:\n- route: {a: '.x'}\nfrom: a\n"),
      "p.yaml:2:3: middleware[0].route: route sends records to chains of their own, so it is no middleware (it is a stage of a chain)");
  EXPECT_EQ(bad("middleware: {map: .a}\nfrom: a\n").substr(0, 60), "p.yaml:1:13: middleware: wants a list of stages, here is a m");
  EXPECT_EQ(bad("middleware:\n- fliter: .a\nfrom: a\n"), "p.yaml:2:3: middleware[0]: there is no stage 'fliter' (did you mean filter?)");
  EXPECT_EQ(bad("chains:\n- from: a\n  middleware: [{batch: x}]\n"),
            "p.yaml:3:24: chains[0].middleware[0].batch: wants a whole number, 1 or more, not 'x'");
  EXPECT_EQ(bad(R"(middleware: [unbatch]
chains:
- {from: a, stages: [unbatch]}
- {from: [b, 'stage:unbatch'], to: c}
)"),
            "p.yaml:4:14: chains[1].from: the file's middleware would see these records twice, and those of a source beside them once "
            "(give the source a chain of its own, and read that chain's last stage here)");
}

TEST(Yaml, ExpressionsThatYamlTookApart) {
  const auto hint = [](std::string_view text) {
    const auto all = bad(text);
    return all.substr(all.find('('));
  };
  EXPECT_EQ(hint("stages:\n- map: {x: test(\"a,b\")}\n"), "(an expression is one string: write map: '{x: test(\"a,b\")}')");
  EXPECT_EQ(hint("stages: [{map: {a: 'b'}, id: x}]\n"), "(an expression is one string: write map: '{a: ''b''}')");
  EXPECT_EQ(hint("stages:\n- filter: [.a]\n"), "(an expression is one string: write expr: '[.a]')");
  EXPECT_EQ(hint("stages:\n- map:\n    ts: .ts\n"), "(an expression is one string: write map: '...')");
  EXPECT_EQ(hint("stages:\n- route: {a: {b, c}}\n"), "(an expression is one string: write a: '{b, c}')");
  EXPECT_EQ(hint("stages:\n- window: {emit: {n, m}}\n"), "(an expression is one string: write emit: '{n, m}')");
  EXPECT_EQ(bad("stages:\n- window: {emit: }\n"), "p.yaml:2:18: stages[0].window.emit: wants an expression, here is nothing");
}

TEST(Yaml, WhatWeRefuseOfYaml) {
  EXPECT_EQ(bad("from: a\nto: b\nfrom: c\n"), "p.yaml:3:1: the key 'from' stands here twice");
  EXPECT_EQ(bad("from: &a {url: x}\nto: {<<: *a, append: true}\n").substr(0, 50), "p.yaml:2:5: to: an end has an url (write {url: ...");
  EXPECT_NE(bad("from: &a {url: x}\nto: {<<: *a, url: b}\n").find("p.yaml:2:6: merge keys are not supported"), std::string::npos);
  EXPECT_EQ(bad("from: a\n---\nfrom: b\n").substr(0, 44), "p.yaml:2:1: a second document begins here (o");
  EXPECT_EQ(bad("from: \"a\nto: b\n"), "p.yaml:1:7: this quote is never closed");
  EXPECT_EQ(bad("from: 'it''s\n"), "p.yaml:1:7: this quote is never closed");
  EXPECT_NE(bad("from: !secret a\n").find("the tag '!secret' means nothing here"), std::string::npos);
  EXPECT_EQ(bad("from: \xff\n"), "p.yaml: the file is not UTF-8");
  EXPECT_EQ(bad("from: a\nto: b\x01\n"),
            "p.yaml:2:6: a control character (0x01) cannot stand in YAML (write it as \"\\x01\", in double quotes)");
  EXPECT_EQ(bad("from: [a\n").substr(0, 7), "p.yaml:");
  EXPECT_EQ(bad(""), "p.yaml: a pipeline file is a map, here is nothing (begin with from:, stages: or chains:)");
  EXPECT_EQ(bad("{}"), "p.yaml:1:1: nothing to run: there are no stages and no ends (begin with from:, stages: or chains:)");
  EXPECT_EQ(bad("- a\n").substr(0, 46), "p.yaml:1:1: a pipeline file is a map, here is ");
  EXPECT_EQ(bad("stages: [{filter: .a b: c}]\n").substr(0, 7), "p.yaml:");
}

TEST(Yaml, AliasBombsAndDepthAreBounded) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += "*a" + std::to_string(i - 1) + (j < 9 ? ", " : "]\n");
  }
  EXPECT_NE(bad(bomb).find("unfolds to more than a pipeline can hold"), std::string::npos);
  EXPECT_NE(bad("from: " + std::string(100, '[') + "\n").find("nested deeper than 64 levels"), std::string::npos);
  EXPECT_FALSE(load("from: " + std::string(200'000, '[') + "\n").problems.empty());
  EXPECT_NE(bad("from: &a [*a]\n").find("the alias stands inside what it names"), std::string::npos);
}

TEST(Yaml, SetPutsAValueAtAPath) {
  const auto spec =
      good("from: a\nstages: [{batch: {size: 5}}, {filter: .a}]\n", {"from=b", "stages.0.batch.size=7", "stages.1.filter=.b=1", "mem=1MB"});
  EXPECT_EQ(spec.chains[0].from[0].url, "b");
  EXPECT_EQ(spec.chains[0].stages[0].settings.count("size"), 7u);
  EXPECT_EQ(spec.chains[0].stages[1].settings.text("expr"), ".b=1");
  EXPECT_EQ(spec.globals.count("mem"), 1'000'000u);
  EXPECT_EQ(bad("from: a\nstages: [{batch: 5}]\n", {"stages.0.batch.size=7"}),
            "p.yaml: --set stages.0.batch.size: 'size' is below a single value");
  EXPECT_EQ(bad("from: a\nstages: [{batch: 5}]\n", {"stages.1.batch=7"}),
            "p.yaml: --set stages.1.batch: '1' is no place in a list of 1, counted from 0");
  EXPECT_EQ(bad("from: a\n", {"nonsense"}), "p.yaml: --set wants PATH=VALUE, not 'nonsense'");
}

}  // namespace
}  // namespace leat
