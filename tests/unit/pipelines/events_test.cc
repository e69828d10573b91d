// Row 162: chains of events in a run of one, two and three lanes on the real loop: nothing waits for them, nothing is told twice, and the
// run ends when they have.
#include "pipelines/events.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "pipelines/runner.h"
#include "stages/catalog.h"
#include "stages/source/events.h"
#include "tests/support/fake_ends.h"
#include "tests/support/turn.h"

namespace leat {
namespace {

using test::FakeSink;
using test::FakeSource;

// Two sources into one sink, and a chain of events into another.
class Row162Lanes : public testing::TestWithParam<int> {
 protected:
  Row162Lanes() {
    for (const char* name : {"a", "b"}) {
      auto source = std::make_unique<FakeSource>(name, 3000, 7, 5);
      sources_.push_back(source.get());
      graph_.inputs.push_back({name, std::move(source), {}, {}});
    }
  }

  // Drops all but 10 records and fails none.
  void take_ten() {
    FieldPlan& plan = graph_.plans.emplace_back();
    Graph::Node node;
    auto made = kFilter.make(test::settings_of(kFilter, {{"expr", ".x"}}), {.fields = &plan, .inputs = inputs_, .id = "filter", .seed = 1});
    ASSERT_TRUE(made);
    node.id = "filter", node.stage = std::move(*made), node.spec = &kFilter, node.plan = &plan, node.parallel = true;
    node.origins = inputs_;
    for (const PortSpec& port : kFilter.ports) node.ports.emplace_back(port.name);
    node.readers.resize(node.ports.size());
    graph_.nodes.push_back(std::move(node));
  }

  void wire(std::unique_ptr<FakeSink> data, std::unique_ptr<FakeSink> told) {
    data_ = data.get(), told_ = told.get();
    graph_.inputs.push_back({"events", std::make_unique<EventSource>("events:", *EventSet::of("")), {}, {}});
    graph_.inputs.back().events = static_cast<EventSource*>(graph_.inputs.back().source.get());
    const bool stage = !graph_.nodes.empty();
    for (auto* sink : {&data, &told}) {
      Graph::Node node;
      node.id = sink == &told ? "hook" : "sink", node.events = sink == &told;
      node.sink = std::move(*sink);
      node.ports = {"out", "err"};
      node.readers.resize(2);
      graph_.nodes.push_back(std::move(node));
    }
    const auto last = static_cast<uint32_t>(graph_.nodes.size() - 1);
    for (int i : {0, 1}) graph_.inputs[i].out = {stage ? 0u : last - 1};
    if (stage) graph_.nodes[0].readers[kOut] = {last - 1};
    graph_.inputs[2].out = {last};
  }

  Runner& run(Duration drain = std::chrono::hours(1)) {
    runner_ = std::make_unique<Runner>(
        std::move(graph_), loop_, clock_,
        RunOptions{.threads = GetParam(), .drain = drain, .report = [this](const std::string& line) { said_.push_back(line); }});
    EXPECT_TRUE(runner_->start());
    return *runner_;
  }

  size_t told_of(std::string_view event) const {
    const std::string front = "{\"event\":\"" + std::string(event) + "\"";
    return static_cast<size_t>(
        std::count_if(told_->records.begin(), told_->records.end(), [&](const auto& r) { return r.starts_with(front); }));
  }

  test::FakeClock clock_;
  Loop loop_{clock_};
  const std::vector<uint16_t> inputs_{0, 1};
  std::vector<FakeSource*> sources_;
  FakeSink *data_ = nullptr, *told_ = nullptr;
  Graph graph_;
  std::vector<std::string> said_;
  std::unique_ptr<Runner> runner_;
};

TEST_P(Row162Lanes, EveryFailureIsToldOfOnceAndTheEndLast) {
  take_ten();  // the records are no JSON, so each fails
  wire(std::make_unique<FakeSink>(), std::make_unique<FakeSink>(FakeSink::Manner::pauses));
  Runner& runner = run();
  loop_.run();
  const Outcome outcome = runner.outcome();
  EXPECT_EQ(outcome.failed, 6000u);
  EXPECT_EQ(outcome.lost, 0u);
  const Ledger ledger = runner.ledger();
  EXPECT_TRUE(ledger.balanced());
  EXPECT_EQ(ledger.read, 6000u);
  EXPECT_EQ(ledger.failed, 6000u);
  EXPECT_EQ(ledger.events.delivered, told_->records.size());
  uint64_t left_out = 0;
  for (const LedgerRow& row : ledger.rows)
    if (row.kind == "events" && row.counted.contains("left out")) left_out = row.counted.at("left out");
  EXPECT_EQ(told_->records.size() + left_out, 6000u + 3 + 3 + 1) << "failures, opened, closed, complete";
  ASSERT_EQ(told_of("complete"), 1u);
  EXPECT_TRUE(told_->records.back().starts_with("{\"event\":\"complete\""));
  EXPECT_NE(told_->records.back().find("\"failed\":6000"), std::string::npos);
}

// As long as its gate is shut events wait in their source, and data goes by.
TEST_P(Row162Lanes, AHookThatNeverTakesAnythingHoldsUpNothing) {
  auto stuck = std::make_unique<FakeSink>(FakeSink::Manner::pauses, 1);
  stuck->stuck = true;
  take_ten();
  wire(std::make_unique<FakeSink>(), std::move(stuck));
  Runner& runner = run(std::chrono::milliseconds(20));
  std::unique_ptr<Timer> look;
  std::function<void()> wait = [&] {
    const bool read = std::all_of(sources_.begin(), sources_.end(), [](const FakeSource* source) { return source->given == 3000; });
    if (read) clock_.ticks += std::chrono::nanoseconds(std::chrono::seconds(1)).count();  // the clock is the test's
    look->start(std::chrono::milliseconds(1));
  };
  look = loop_.timer([&] { wait(); });
  look->start(std::chrono::milliseconds(1));
  loop_.run();
  look.reset();
  const Outcome outcome = runner.outcome();
  EXPECT_EQ(outcome.failed, 6000u) << "all data was read and failed";
  EXPECT_EQ(outcome.lost, 0u);
  EXPECT_FALSE(outcome.drain_expired) << "the data had come to its end";
  const Ledger ledger = runner.ledger();
  EXPECT_TRUE(ledger.balanced());
  const auto row = std::find_if(ledger.rows.begin(), ledger.rows.end(), [](const LedgerRow& r) { return r.kind == "events"; });
  ASSERT_NE(row, ledger.rows.end());
  const auto left_out = row->counted.find("left out");
  EXPECT_EQ(row->in + (left_out == row->counted.end() ? 0 : left_out->second), 6000u + 3 + 3 + 1) << "what waited is counted too";
  EXPECT_EQ(said_.back(), "what reads events has not come to its end 20ms after the data did: 6007 of them are given up");
}

TEST_P(Row162Lanes, AHookThatBreaksChangesNothing) {
  auto broken = std::make_unique<FakeSink>();
  broken->fail_after = 1;
  wire(std::make_unique<FakeSink>(), std::move(broken));
  Runner& runner = run();
  loop_.run();
  const Outcome outcome = runner.outcome();
  EXPECT_FALSE(outcome.error) << "it is said, and that is all";
  EXPECT_EQ(outcome.lost, 0u);
  EXPECT_EQ(data_->records.size(), 6000u);
  EXPECT_EQ(said_.size(), 1u);
}

TEST_P(Row162Lanes, ADrainEndsBoth) {
  for (FakeSource* source : sources_) source->endless = true;
  wire(std::make_unique<FakeSink>(), std::make_unique<FakeSink>(FakeSink::Manner::waits_for_flush));
  Runner& runner = run();
  loop_.post([&] { runner.drain(); });
  loop_.run();
  EXPECT_FALSE(runner.outcome().drain_expired);
  EXPECT_EQ(runner.outcome().lost, 0u);
  EXPECT_EQ(told_of("open"), 3u);
  EXPECT_EQ(told_of("close"), 3u);
  EXPECT_EQ(told_of("complete"), 1u);
}

TEST_P(Row162Lanes, AnEndThatFailsIsToldOfWithItsReason) {
  sources_[0]->fail_at = 70;
  wire(std::make_unique<FakeSink>(), std::make_unique<FakeSink>());
  Runner& runner = run();
  loop_.run();
  EXPECT_TRUE(runner.outcome().error);
  ASSERT_EQ(told_of("error"), 1u);
  const auto close = std::find_if(told_->records.begin(), told_->records.end(),
                                  [](const auto& r) { return r.find("\"close\"") != r.npos && r.find("\"stage\":\"a\"") != r.npos; });
  ASSERT_NE(close, told_->records.end());
  EXPECT_NE(close->find("\"message\":\"the source failed\""), std::string::npos) << *close;
}

TEST_P(Row162Lanes, AnAbortInTheMiddleLeavesNothingBehind) {
  for (FakeSource* source : sources_) source->endless = true;
  wire(std::make_unique<FakeSink>(FakeSink::Manner::holds), std::make_unique<FakeSink>(FakeSink::Manner::holds));
  Runner& runner = run();
  loop_.post([&] { runner.abort(); });
  loop_.run();
  EXPECT_TRUE(runner.over());
  EXPECT_EQ(told_->records.size(), 0u);
  EXPECT_TRUE(runner.ledger().balanced());
}

INSTANTIATE_TEST_SUITE_P(Threads, Row162Lanes, testing::Values(1, 2, 3));

TEST(Row162Events, TheirNamesAreChosen) {
  EXPECT_TRUE(EventSet::of("error,drop")->has(Event::drop));
  EXPECT_FALSE(EventSet::of("error,drop")->has(Event::close));
  for (size_t i = 0; i < kEvents.size(); ++i) EXPECT_TRUE(EventSet::of("")->has(static_cast<Event>(i)));
  for (const char* wrong : {"on_error", "error,", ",", "error drop"}) EXPECT_FALSE(EventSet::of(wrong)) << wrong;
}

TEST(Row162Events, WhatIsSaidIsJson) {
  EventRecord record(Event::error, Instant(std::chrono::seconds(1)), "a\"b");
  record.add("message", "\xff\n").add("none", "").add("n", 7);
  EXPECT_EQ(record.text(),
            "{\"event\":\"error\",\"time\":\"1970-01-01T00:00:01Z\",\"stage\":\"a\\\"b\",\"message\":\"\xEF\xBF\xBD\\n\",\"n\":7}");
}

}  // namespace
}  // namespace leat
