// Row 162 of the semantics: who is told of what, in which words, and that being told changes nothing of what is told of.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/codec.h"
#include "pipelines/check.h"
#include "pipelines/explain.h"
#include "pipelines/read_pipeline.h"
#include "pipelines/rehearsal.h"
#include "stages/catalog.h"
#include "stages/source/events.h"
#include "tests/support/outside.h"

namespace leat {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kStart = "2026-03-01T12:00:00Z";

Loaded loaded(std::string_view yaml) {
  const fake::World world;
  const auto outside = world.outside();
  Loaded loaded = load_pipeline(std::string(yaml), "p", outside, {});
  if (loaded.problems.empty()) check(loaded.spec, codecs(), loaded.problems);
  return loaded;
}

std::string said(std::string_view yaml) {
  const Loaded made = loaded(yaml);
  return to_error(made.spec, made.problems).text;
}

std::string expanded(std::string_view yaml) {
  const Loaded made = loaded(yaml);
  EXPECT_TRUE(made.problems.empty()) << to_error(made.spec, made.problems).text;
  return *to_yaml(made.spec);
}

class Row162Hooks : public testing::Test {
 protected:
  Rehearsal& make(std::string_view yaml, uint32_t batch = 0) {
    Loaded made = loaded(yaml);
    EXPECT_TRUE(made.problems.empty()) << to_error(made.spec, made.problems).text;
    Rehearsal::Script script;
    script.start = *text::rfc3339(kStart);
    script.batch_records = batch;
    auto rehearsal = Rehearsal::make(std::move(made.spec), std::move(script));
    EXPECT_TRUE(rehearsal) << (rehearsal ? "" : rehearsal.error().text);
    rehearsal_ = std::move(*rehearsal);
    return *rehearsal_;
  }

  // What a hook's sink has, the time of each event, which is the script's, left out.
  std::string told(size_t sink) {
    std::string text = rehearsal_->sink(sink).text();
    for (size_t at = 0; (at = text.find(",\"time\":\"", at)) != text.npos;) text.erase(at, text.find('"', at + 9) + 1 - at);
    return text;
  }

  std::unique_ptr<Rehearsal> rehearsal_;
};

TEST_F(Row162Hooks, AFailedRecordIsToldOfWhoeverTakesIt) {
  for (const char* dlq : {"", "dlq: dead.ndjson\n"}) {
    Rehearsal& run = make(fmt::format("hooks: {{on_error: alerts.ndjson}}\nstages: [filter: '.a > 1']\n{}", dlq));
    ASSERT_TRUE(run.give(0, "{\"a\":1}\nbroken\n{\"a\":2}\n5\n"));
    ASSERT_TRUE(run.end());
    EXPECT_EQ(run.sink(0).text(), "{\"a\":2}\n");
    // By hand: the second line begins at byte 8, the fourth at byte 23.
    EXPECT_EQ(told(1),
              "{\"event\":\"error\",\"stage\":\"filter\",\"code\":\"malformed\",\"message\":\"not JSON at byte 0: expected a value\","
              "\"attempts\":1,\"source\":\"stdin\",\"offset\":8}\n"
              "{\"event\":\"error\",\"stage\":\"filter\",\"code\":\"expression\",\"message\":\"Cannot index number with string \\\"a\\\"\","
              "\"attempts\":1,\"source\":\"stdin\",\"offset\":23}\n");
    EXPECT_TRUE(run.ledger().balanced());
    EXPECT_EQ(run.ledger().events.read, 2u);
    EXPECT_EQ(run.ledger().read, 4u) << "events are none of the records that were read";
  }
}

TEST_F(Row162Hooks, DropsAreToldByStageAndReasonASecondAfterTheFirst) {
  for (uint32_t batch : {0u, 1u, 2u}) {
    Rehearsal& run = make("hooks: {on_drop: [d.ndjson]}\nstages: [{throttle: {duration: 1h, by: .k}}]\n", batch);
    ASSERT_TRUE(run.give(0, "{\"k\":1}\n{\"k\":1}\n{\"k\":1}\n{\"k\":2}\n{\"k\":2}\n"));
    ASSERT_TRUE(run.wait(999ms));
    EXPECT_EQ(told(1), "");
    ASSERT_TRUE(run.wait(1ms));
    EXPECT_EQ(told(1), "{\"event\":\"drop\",\"stage\":\"throttle\",\"reason\":\"overflow\",\"count\":3}\n");
    ASSERT_TRUE(run.give(0, "{\"k\":2}\n"));
    ASSERT_TRUE(run.end());
    EXPECT_EQ(told(1),
              "{\"event\":\"drop\",\"stage\":\"throttle\",\"reason\":\"overflow\",\"count\":3}\n"
              "{\"event\":\"drop\",\"stage\":\"throttle\",\"reason\":\"overflow\",\"count\":1}\n");
  }
}

TEST_F(Row162Hooks, BatchesAndWindowsAreToldOfAsTheyGoOut) {
  make(
      "hooks: {on_batch: b.ndjson, on_window: w.ndjson}\nstages: [{batch: {size: 2, latency: 5s}}, {map: '.[]'}, "
      "{window: {size: 1m, emit: '{n: count}'}}]\n");
  ASSERT_TRUE(rehearsal_->give(0, "[1,\"],[\"]\n{}\n{\"a\":[1,2]}\n"));
  ASSERT_TRUE(rehearsal_->wait(5s));
  // By hand: [[1,"],["],{}] is 14 bytes long, [{"a":[1,2]}] is 13.
  EXPECT_EQ(told(1),
            "{\"event\":\"batch\",\"stage\":\"batch\",\"count\":2,\"bytes\":14}\n{\"event\":\"batch\",\"stage\":\"batch\",\"count\":1,"
            "\"bytes\":13}\n");
  EXPECT_EQ(told(2), "");
  ASSERT_TRUE(rehearsal_->wait(1min));
  EXPECT_EQ(told(2),
            "{\"event\":\"window\",\"stage\":\"window\",\"record\":{\"start\":\"2026-03-01T12:00:00Z\",\"end\":\"2026-03-01T12:01:00Z\","
            "\"n\":3}}\n");
  ASSERT_TRUE(rehearsal_->end());
}

TEST_F(Row162Hooks, OpenCloseAndCompleteStandAroundTheData) {
  make(
      "hooks: {on_open: all.ndjson, on_close: all.ndjson, on_complete: all.ndjson}\nfrom: in.ndjson\nstages: [{filter: .ok}]\nto: "
      "out.ndjson\n");
  EXPECT_EQ(told(1),
            "{\"event\":\"open\",\"stage\":\"source\",\"name\":\"in.ndjson\"}\n{\"event\":\"open\",\"stage\":\"sink\",\"name\":\"out."
            "ndjson\"}\n");
  ASSERT_TRUE(rehearsal_->give(0, "{\"ok\":true}\n{\"ok\":false}\n{\"ok\":true}\n"));
  ASSERT_TRUE(rehearsal_->wait(1h));
  const std::string before = told(1);
  ASSERT_TRUE(rehearsal_->end());
  EXPECT_EQ(told(1).substr(before.size()),
            "{\"event\":\"close\",\"stage\":\"source\",\"name\":\"in.ndjson\",\"records\":3}\n"
            "{\"event\":\"close\",\"stage\":\"sink\",\"name\":\"out.ndjson\",\"records\":2}\n"
            "{\"event\":\"complete\",\"read\":3,\"emitted\":0,\"copied\":0,\"delivered\":2,\"fallback\":0,\"filtered\":1,\"absorbed\":0,"
            "\"dropped\":0,\"dead_lettered\":0,\"failed\":0,\"pending\":0,\"bytes_in\":37}\n");
}

TEST_F(Row162Hooks, TheirTimeIsTheClocks) {
  make("hooks: {on_error: e.ndjson}\nstages: [{filter: .ok}]\n");
  ASSERT_TRUE(rehearsal_->wait(90s));
  ASSERT_TRUE(rehearsal_->give(0, "broken\n"));
  EXPECT_NE(rehearsal_->sink(1).text().find("\"time\":\"2026-03-01T12:01:30Z\""), std::string::npos);
  ASSERT_TRUE(rehearsal_->end());
}

TEST_F(Row162Hooks, ADrainTellsEverythingTheEndWould) {
  make("hooks: {on_close: x.ndjson, on_complete: {stages: [{map: .read}], to: y.ndjson}}\nstages: [{batch: 9}]\n");
  ASSERT_TRUE(rehearsal_->give(0, "1\n2\n"));
  ASSERT_TRUE(rehearsal_->drain());
  EXPECT_EQ(rehearsal_->sink(0).text(), "[1,2]\n");
  EXPECT_EQ(rehearsal_->sink(2).text(), "2\n");
}

// What delays is hurried along: the data has come to its end, and nothing else does.
TEST_F(Row162Hooks, WhatKeepsEventsBackDoesNotKeepTheRun) {
  make("hooks: {on_error: {stages: [{delay: 5h}, {map: .code}], to: x.ndjson}}\nstages: [{filter: .ok}]\n");
  ASSERT_TRUE(rehearsal_->give(0, "broken\n"));
  ASSERT_TRUE(rehearsal_->end());
  EXPECT_EQ(rehearsal_->sink(1).text(), "\"malformed\"\n");
  EXPECT_LT(rehearsal_->now(), *text::rfc3339(kStart) + 1min);
}

TEST_F(Row162Hooks, WhatFailsInAChainOfEventsIsNoEventAndNoFailureOfTheRun) {
  for (const char* strict : {"", "strict: true\n"}) {
    Rehearsal& run =
        make(fmt::format("{}hooks: {{on_error: {{stages: [{{map: '.offset | error'}}], to: x.ndjson}}, on_complete: y.ndjson}}\n"
                         "stages: [{{map: '.a'}}]\ndlq: d.ndjson\n",
                         strict));
    ASSERT_TRUE(run.give(0, "{\"a\":1}\nbroken\n{\"a\":2}\n"));
    ASSERT_TRUE(run.end());
    EXPECT_EQ(run.sink(0).text(), "1\n2\n");
    EXPECT_EQ(run.sink(1).text(), "");
    EXPECT_EQ(run.outcome().failed, 0u);
    EXPECT_EQ(run.outcome().lost, 0u);
    EXPECT_FALSE(run.outcome().stopped_by_strict);
    EXPECT_EQ(run.ledger().events.failed, 1u);
    EXPECT_EQ(run.ledger().failed, 0u);
    EXPECT_TRUE(run.ledger().balanced());
    ASSERT_EQ(run.reports().size(), 1u);
    EXPECT_EQ(run.reports()[0], "map-2: 8 (an event)");
    EXPECT_NE(run.sink(2).text().find("\"dead_lettered\":1"), std::string::npos);
  }
}

// Row 162 under --strict: the failure that ends the run is told of, and so is its end.
TEST_F(Row162Hooks, StrictStopsAtTheFirstAndStillTells) {
  Rehearsal& run = make("strict: true\nhooks: {on_error: x.ndjson, on_complete: x.ndjson}\nstages: [{filter: .ok}]\n");
  ASSERT_TRUE(run.give(0, "{\"ok\":1}\nbroken\nbroken\n"));
  EXPECT_TRUE(run.outcome().stopped_by_strict);
  ASSERT_TRUE(run.end());
  EXPECT_EQ(rehearsal_->sink(0).text(), "{\"ok\":1}\n");
  EXPECT_EQ(rehearsal_->sink(1).size(), 2u) << rehearsal_->sink(1).text();
}

// One turn fails more records than may wait: the first of them are told of, the rest are counted, and no data is lost or kept waiting.
TEST_F(Row162Hooks, WhatDoesNotFitIsCounted) {
  Rehearsal& run = make("hooks: {on_error: x.ndjson}\nstages: [{filter: .ok}]\ndlq: d.ndjson\n");
  std::string in;
  const size_t failing = EventSource::kMostBytes / 100;  // an event says over a hundred bytes of each
  for (size_t i = 0; i < failing; ++i) in += "x\n";
  ASSERT_TRUE(run.give(0, in + "{\"ok\":1}\n"));
  ASSERT_TRUE(run.end());
  EXPECT_EQ(run.sink(0).text(), "{\"ok\":1}\n");
  EXPECT_EQ(run.letters(0).size(), failing);
  const Ledger ledger = run.ledger();
  const auto row = std::find_if(ledger.rows.begin(), ledger.rows.end(), [](const LedgerRow& r) { return r.kind == "events"; });
  ASSERT_NE(row, ledger.rows.end());
  ASSERT_TRUE(row->counted.contains("left out")) << "the whole block fails in one turn";
  EXPECT_EQ(row->in + row->counted.at("left out"), failing);
  EXPECT_EQ(run.sink(1).size(), row->in);
  EXPECT_TRUE(ledger.balanced());
}

// A case may put an event in by hand, where a chain of them begins.
TEST_F(Row162Hooks, AnEventCanBePutIn) {
  Loaded made = loaded("hooks: {on_error: {stages: [{map: .code, id: tell}], to: x.ndjson}}\nstages: [{filter: .ok}]\n");
  EXPECT_EQ(chains_of_events(made.spec), (std::vector<bool>{false, true}));
  Rehearsal::Script script;
  script.start = *text::rfc3339(kStart);
  script.into = {"tell"};
  auto rehearsal = Rehearsal::make(std::move(made.spec), std::move(script));
  ASSERT_TRUE(rehearsal) << rehearsal.error().text;
  ASSERT_TRUE((*rehearsal)->give("tell", "{\"code\":\"mine\"}\n"));
  ASSERT_TRUE((*rehearsal)->give(0, "broken\n"));
  ASSERT_TRUE((*rehearsal)->end());
  EXPECT_EQ((*rehearsal)->sink(1).text(), "\"mine\"\n\"malformed\"\n");
}

TEST(Row162HooksSpec, AHookIsShortForAChain) {
  EXPECT_EQ(expanded("hooks: {on_error: a.ndjson, on_drop: a.ndjson, on_close: 'exec:cat'}\nstages: [{map: .}]\n"),
            "chains:\n  - stages:\n      - map: '.'\n  - from: 'events:error,drop'\n    to: {url: a.ndjson, append: true}\n"
            "  - from: events:close\n    to: exec:cat\n");
  EXPECT_EQ(
      expanded("hooks: {on_error: {exec: [./page, -q], timeout: 5s}}\nstages: [{map: .}]\n"),
      "chains:\n  - stages:\n      - map: '.'\n  - from: events:error\n    stages:\n      - exec: [./page, '-q']\n        timeout: 5s\n"
      "    to: 'drop:'\n");
  EXPECT_EQ(
      expanded("hooks: {on_error: 'stage:tell', on_drop: 'stage:tell'}\nchains:\n- stages: [{map: .}]\n- stages: [{map: .code, id: tell}]\n"
               "  to: x\n"),
      "chains:\n  - stages:\n      - map: '.'\n  - from: 'events:error,drop'\n    stages:\n      - map: '.code'\n        id: tell\n"
      "    to: x\n");
  EXPECT_EQ(expanded("from: '-'\nhooks: {on_close: {url: x, codec: lines}}\n"),
            "chains:\n  - from: '-'\n  - from: events:close\n    to: {url: x, codec: lines, append: true}\n");
}

TEST(Row162HooksSpec, TemplatesAndVariablesAreReadInHooksToo) {
  EXPECT_EQ(
      expanded("templates: {short: {stages: [{map: .code}]}}\nhooks: {on_error: {stages: [{use: short}], to: '${ALERTS:-a.ndjson}'}}\n"
               "stages: [{map: .}]\n"),
      "chains:\n  - stages:\n      - map: '.'\n  - from: events:error\n    stages:\n      - map: '.code'\n        id: short-map\n"
      "    to: '${ALERTS:-a.ndjson}'\n");
}

TEST(Row162HooksSpec, WhatIsWrongIsToldWithItsPlace) {
  EXPECT_EQ(said("hooks: {on_eror: x}\nstages: [{map: .}]\n"), "p:1:9: hooks: hooks has no 'on_eror' (did you mean on_error?)");
  EXPECT_EQ(said("hooks: x\nstages: [{map: .}]\n"),
            "p:1:8: hooks: wants a map of hooks, here is a single value (write on_error: ALERTS.ndjson)");
  EXPECT_EQ(said("hooks: {on_error: }\nstages: [{map: .}]\n"),
            "p:1:19: hooks.on_error: says nothing of who is told (a path, an address or a stage)");
  EXPECT_EQ(
      said("hooks: {on_error: 'stage:a'}\nstages: [{map: ., id: a}]\n"),
      "p:1:1: from: events tell of other chains, and there is none (the first chain says where data comes from, - being standard input)");
  EXPECT_EQ(said("hooks: {on_error: 'stage:b'}\nstages: [{map: ., id: a}]\n"),
            "p:1:19: hooks.on_error: no chain begins with a stage of the id 'b' (give the first stage of a chain without from: an id)");
  EXPECT_EQ(said("hooks: {on_error: {from: x, to: y}}\nstages: [{map: .}]\n"), "p:1:26: hooks.on_error.from: a hook reads its events");
  EXPECT_EQ(said("hooks:\n  on_error: {stages: [{window: {size: 1m, emit: '{n: count}'}}, unbatch], to: y}\nstages: [{map: .}]\n"),
            "p:2:65: hooks.on_error.stages[1].unbatch: unbatch wants batch, gets window (from window \"window\") "
            "(each record would fail; a map in front of unbatch can make a batch of it)");
}

TEST(Row162HooksSpec, EventsAreReadApartFromData) {
  EXPECT_EQ(said("chains:\n- {from: x, to: y}\n- {from: 'events:eror', to: z}\n"),
            "p:3:10: chains[1].from: there is no event 'eror' (did you mean error?)");
  EXPECT_EQ(said("chains:\n- {from: x, to: y}\n- {from: {url: 'events:', codec: csv}, to: z}\n"),
            "p:3:10: chains[1].from: takes no options: events are JSON, and end with the run");
  EXPECT_EQ(said("chains:\n- {from: x, to: y}\n- {from: ['events:', z], to: z}\n"),
            "p:3:22: chains[1].from: a chain of events reads nothing else (give these records a chain of their own)");
  EXPECT_EQ(said("chains:\n- {from: x, stages: [{map: ., id: a}], to: y}\n- {from: 'events:', stages: [{map: ., id: b}]}\n"
                 "- {from: ['stage:b', 'stage:a'], to: z}\n"),
            "p:4:22: chains[2].from: a chain of events reads nothing else (give these records a chain of their own)");
  EXPECT_EQ(
      said("from: 'events:'\nto: x\n"),
      "p:1:1: from: events tell of other chains, and there is none (the first chain says where data comes from, - being standard input)");
  EXPECT_EQ(said("from: x\nto: 'events:'\n"), "p:2:5: to: events come from the run, nothing goes there");
}

}  // namespace
}  // namespace leat
