// The runner over fake ends on the real loop: what every run owes, with one, two and three lanes. The oracle is the sinks' own
// log: a position may be committed only when every sink that is owed a record before it has it.
#include "pipelines/runner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>

#include "stages/catalog.h"
#include "tests/support/fake_ends.h"
#include "tests/support/turn.h"

namespace leat {
namespace {

using test::FakeSink;
using test::FakeSource;

std::vector<std::string> names(const std::string& source, size_t count) {
  std::vector<std::string> made;
  for (size_t i = 0; i < count; ++i) made.push_back(source + "-" + std::to_string(i));
  return made;
}

// What one source brought to a sink, in the order it came.
std::vector<std::string> of(const FakeSink& sink, const std::string& source) {
  std::vector<std::string> found;
  for (const std::string& record : sink.records)
    if (record.starts_with(source + "-")) found.push_back(record);
  return found;
}

// A graph by hand, and one run of it.
class Rig {
 public:
  template <class Made>
  Made& source(std::unique_ptr<Made> made) {
    Made& source = *made;
    const std::string id = made->name();
    graph_.inputs.push_back({id, std::move(made), {}, {}});
    return source;
  }

  // Reads the inputs named by number, or the node `above`.
  FakeSink& sink(std::unique_ptr<FakeSink> made, const std::vector<size_t>& inputs, std::optional<uint32_t> above = {}, Port port = kOut) {
    FakeSink& sink = *made;
    Graph::Node node;
    node.id = "sink";
    node.sink = std::move(made);
    node.ports = {"out", "err"};
    add(std::move(node), inputs, above, port);
    return sink;
  }

  uint32_t stage(const StageSpec& spec, const std::vector<test::Set>& sets, const std::vector<size_t>& inputs) {
    FieldPlan& plan = graph_.plans.emplace_back();
    std::vector<uint16_t> origins(inputs.begin(), inputs.end());
    auto made = spec.make(test::settings_of(spec, sets), {.fields = &plan, .inputs = origins, .id = spec.name, .seed = 1});
    EXPECT_TRUE(made);
    Graph::Node node;
    node.id = spec.name;
    node.stage = std::move(*made);
    node.spec = &spec;
    for (const PortSpec& port : spec.ports) node.ports.emplace_back(port.name);
    node.origins = origins;
    node.plan = &plan;
    return add(std::move(node), inputs, {}, kOut);
  }

  Runner& start(int threads, Duration drain = std::chrono::hours(1)) {
    RunOptions options{
        .threads = threads, .patience = patience, .drain = drain, .memory = memory, .report = [this](const std::string& line) {
          said.push_back(line);
        }};
    runner = std::make_unique<Runner>(std::move(graph_), loop, clock, std::move(options));
    EXPECT_TRUE(runner->start());
    return *runner;
  }

  Outcome run(int threads) {
    start(threads);
    loop.run();
    return runner->outcome();
  }

  test::FakeClock clock;
  Loop loop{clock};
  uint64_t memory = 0;
  uint32_t patience = 0;
  std::vector<std::string> said;
  std::unique_ptr<Runner> runner;

 private:
  uint32_t add(Graph::Node node, const std::vector<size_t>& inputs, std::optional<uint32_t> above, Port port) {
    const auto index = static_cast<uint32_t>(graph_.nodes.size());
    node.readers.resize(std::max<size_t>(node.ports.size(), 2));
    graph_.nodes.push_back(std::move(node));
    for (size_t input : inputs) graph_.inputs[input].out.push_back(index);
    if (above) graph_.nodes[*above].readers[port].push_back(index);
    return index;
  }

  Graph graph_;
};

// No position is committed before all these sinks have every record below it.
void watch_commits(FakeSource& source, const std::vector<const FakeSink*>& owed) {
  source.on_commit = [&source, owed](uint64_t position) {
    for (const FakeSink* sink : owed) EXPECT_GE(of(*sink, source.name()).size(), position) << "committed ahead of a delivery";
  };
}

struct Shape {
  int threads;
  size_t per_batch, rest;
  uint32_t patience = 0;
};
class Lanes : public testing::TestWithParam<Shape> {};

TEST_P(Lanes, Row86EveryRecordReachesEverySinkInTheOrderOfItsSource) {
  const auto [threads, per_batch, rest, patience] = GetParam();
  Rig rig;
  rig.patience = patience;
  auto& a = rig.source(std::make_unique<FakeSource>("a", 500, per_batch, rest));
  auto& b = rig.source(std::make_unique<FakeSource>("b", 300, per_batch + 1));
  const auto& fast = rig.sink(std::make_unique<FakeSink>(), {0, 1});
  const auto& slow = rig.sink(std::make_unique<FakeSink>(FakeSink::Manner::pauses, 20), {0, 1});
  const auto& late = rig.sink(std::make_unique<FakeSink>(FakeSink::Manner::holds), {0});
  watch_commits(a, {&fast, &slow, &late});
  watch_commits(b, {&fast, &slow});
  const Outcome outcome = rig.run(threads);
  for (const FakeSink* sink : {&fast, &slow}) {
    EXPECT_EQ(of(*sink, "a"), names("a", 500));
    EXPECT_EQ(of(*sink, "b"), names("b", 300));
  }
  EXPECT_EQ(late.records, names("a", 500));
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(outcome.lost, 0u);
  const Ledger ledger = rig.runner->ledger();
  EXPECT_TRUE(ledger.balanced());
  EXPECT_EQ(ledger.read, 800u);
  EXPECT_EQ(ledger.delivered, 2100u);
}

TEST_P(Lanes, NothingIsReadWhileTooMuchMemoryIsInFlight) {
  const auto [threads, per_batch, rest, patience] = GetParam();
  Rig rig;
  rig.patience = patience;
  rig.memory = 1;  // one batch is too much for a second one, but for those the other lanes had begun
  rig.source(std::make_unique<FakeSource>("a", 500, per_batch, rest));
  const auto& sink = rig.sink(std::make_unique<FakeSink>(FakeSink::Manner::waits_for_flush, 1000000), {0});
  EXPECT_EQ(rig.run(threads).lost, 0u);
  EXPECT_EQ(sink.records, names("a", 500));
  EXPECT_LE(sink.most_waiting, per_batch * static_cast<size_t>(threads));
}

TEST_P(Lanes, EverythingIsCommittedAtTheEnd) {
  const auto [threads, per_batch, rest, patience] = GetParam();
  Rig rig;
  rig.patience = patience;
  auto& a = rig.source(std::make_unique<FakeSource>("a", 200, per_batch, rest));
  rig.sink(std::make_unique<FakeSink>(FakeSink::Manner::pauses, 20), {0});
  uint64_t committed = 0;
  a.on_commit = [&](uint64_t position) {
    EXPECT_GT(position, committed) << "a commit went back";
    committed = position;
  };
  rig.run(threads);
  EXPECT_EQ(committed, 200u);
}

TEST_P(Lanes, ADrainDeliversWhatWasRead) {
  const auto [threads, per_batch, rest, patience] = GetParam();
  Rig rig;
  rig.patience = patience;
  auto& a = rig.source(std::make_unique<FakeSource>("a", 200, per_batch, rest));
  a.endless = true;
  const auto& sink = rig.sink(std::make_unique<FakeSink>(FakeSink::Manner::pauses, 20), {0});
  bool drained = false;
  a.on_commit = [&](uint64_t position) {
    if (position >= 100 && !std::exchange(drained, true)) rig.loop.post([&] { rig.runner->drain(); });
  };
  const Outcome outcome = rig.run(threads);
  EXPECT_EQ(sink.records, names("a", a.given));
  EXPECT_EQ(outcome.lost, 0u);
  EXPECT_FALSE(outcome.drain_expired);
}

TEST_P(Lanes, Row30StoppedAgainAndAgainItStopsOnce) {
  const auto [threads, per_batch, rest, patience] = GetParam();
  Rig rig;
  rig.patience = patience;
  auto& a = rig.source(std::make_unique<FakeSource>("a", 200, per_batch, rest));
  a.endless = true;
  const auto& sink = rig.sink(std::make_unique<FakeSink>(FakeSink::Manner::pauses, 20), {0});
  bool drained = false;
  a.on_commit = [&](uint64_t position) {
    if (position < 100 || std::exchange(drained, true)) return;
    rig.loop.post([&] {
      for (int i = 0; i < 3; ++i) rig.runner->drain();
    });
  };
  const Outcome outcome = rig.run(threads);
  for (int i = 0; i < 2; ++i) rig.runner->drain(), rig.runner->abort();
  EXPECT_EQ(sink.records, names("a", a.given));
  EXPECT_EQ(outcome.lost, 0u);
  EXPECT_FALSE(outcome.drain_expired);
}

TEST_P(Lanes, AnAbortCommitsNothingThatWasNotDelivered) {
  const auto [threads, per_batch, rest, patience] = GetParam();
  Rig rig;
  rig.patience = patience;
  auto& a = rig.source(std::make_unique<FakeSource>("a", 100, per_batch, rest));
  a.endless = true;
  const auto& quick = rig.sink(std::make_unique<FakeSink>(), {0});
  rig.sink(std::make_unique<FakeSink>(FakeSink::Manner::holds), {0});
  a.on_commit = [](uint64_t) { FAIL() << "the second sink has nothing yet"; };
  rig.start(threads);
  std::function<void()> look = [&] {
    if (a.given < 100) return rig.loop.post(look);
    rig.runner->abort();
  };
  rig.loop.post(look);
  rig.loop.run();
  EXPECT_GT(rig.runner->outcome().lost, 0u);
  EXPECT_TRUE(std::equal(quick.records.begin(), quick.records.end(), names("a", 100).begin()));
}

TEST_P(Lanes, AFailedSinkEndsTheRunAndItsRecordsAreLost) {
  const auto [threads, per_batch, rest, patience] = GetParam();
  Rig rig;
  rig.patience = patience;
  auto& a = rig.source(std::make_unique<FakeSource>("a", 1000, per_batch, rest));
  a.endless = true;
  auto& broken = rig.sink(std::make_unique<FakeSink>(FakeSink::Manner::pauses, 20), {0});
  broken.fail_after = 50;
  const auto& other = rig.sink(std::make_unique<FakeSink>(), {0});
  uint64_t committed = 0;
  a.on_commit = [&](uint64_t position) { committed = position; };
  const Outcome outcome = rig.run(threads);
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->text, "the sink failed");
  EXPECT_LE(committed, broken.records.size());
  EXPECT_EQ(other.records, names("a", a.given)) << "a sibling gets all that was read";
  if (a.given > committed) {
    EXPECT_GT(outcome.lost, 0u);
  }
}

TEST_P(Lanes, AReaderThatLeavesStopsItsSource) {
  const auto [threads, per_batch, rest, patience] = GetParam();
  Rig rig;
  rig.patience = patience;
  auto& a = rig.source(std::make_unique<FakeSource>("a", 1000, per_batch, rest));
  a.endless = true;
  rig.sink(std::make_unique<FakeSink>(FakeSink::Manner::pauses, 20), {0}).done_after = 50;
  const Outcome outcome = rig.run(threads);
  EXPECT_TRUE(a.stopped);
  EXPECT_TRUE(outcome.reader_gone);
  EXPECT_FALSE(outcome.error);
}

TEST_P(Lanes, Row52TakeStopsAnEndlessSource) {
  const auto [threads, per_batch, rest, patience] = GetParam();
  Rig rig;
  rig.patience = patience;
  auto& a = rig.source(std::make_unique<FakeSource>("a", 1000, per_batch, rest));
  a.endless = true;
  const uint32_t take = rig.stage(kTake, {{"count", "3"}}, {0});
  const auto& sink = rig.sink(std::make_unique<FakeSink>(), {}, take);
  const Outcome outcome = rig.run(threads);
  EXPECT_EQ(sink.records, names("a", 3));
  EXPECT_TRUE(a.stopped);
  EXPECT_FALSE(outcome.reader_gone);
  EXPECT_TRUE(rig.runner->ledger().balanced());
}

TEST_P(Lanes, RefusedRecordsLeaveByErr) {
  const auto [threads, per_batch, rest, patience] = GetParam();
  Rig rig;
  rig.patience = patience;
  auto& a = rig.source(std::make_unique<FakeSource>("a", 60, per_batch, rest));
  rig.sink(std::make_unique<FakeSink>(), {0}).refuses = true;
  const auto& letters = rig.sink(std::make_unique<FakeSink>(FakeSink::Manner::pauses, 20), {}, 0, kErr);
  watch_commits(a, {&letters});
  const Outcome outcome = rig.run(threads);
  EXPECT_EQ(letters.records, names("a", 60));
  EXPECT_EQ(outcome.failed, 0u);
  EXPECT_EQ(outcome.lost, 0u);
  EXPECT_TRUE(rig.runner->ledger().balanced());
}

TEST_P(Lanes, FilesAreReadOneAfterAnother) {
  const auto [threads, per_batch, rest, patience] = GetParam();
  Rig rig;
  rig.patience = patience;
  rig.source(std::make_unique<FakeSource>("a", 100, per_batch, rest, true));
  rig.source(std::make_unique<FakeSource>("b", 100, per_batch, 0, true));
  const auto& sink = rig.sink(std::make_unique<FakeSink>(), {0, 1});
  rig.run(threads);
  auto expected = names("a", 100);
  for (const std::string& name : names("b", 100)) expected.push_back(name);
  EXPECT_EQ(sink.records, expected);
}

TEST_P(Lanes, Row40AFailedSourceIsToldAndLetsTheOthersFinish) {
  const auto [threads, per_batch, rest, patience] = GetParam();
  Rig rig;
  rig.patience = patience;
  rig.source(std::make_unique<FakeSource>("a", 100, per_batch, rest)).fail_at = 1;
  rig.source(std::make_unique<FakeSource>("b", 100, per_batch));
  const auto& sink = rig.sink(std::make_unique<FakeSink>(), {0, 1});
  const Outcome outcome = rig.run(threads);
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->text, "the source failed");
  EXPECT_EQ(of(sink, "b"), names("b", 100));
}

TEST_P(Lanes, ADrainThatTakesTooLongIsCutShort) {
  const auto [threads, per_batch, rest, patience] = GetParam();
  Rig rig;
  rig.patience = patience;
  auto& a = rig.source(std::make_unique<FakeSource>("a", 10, per_batch, rest));
  a.endless = true;
  auto& stuck = rig.sink(std::make_unique<FakeSink>(FakeSink::Manner::pauses, 1), {0});
  rig.start(threads, std::chrono::milliseconds(5));
  // The sink holds its turn of the loop back for ever, as a peer does that never reads.
  stuck.stuck = true;
  rig.loop.post([&] {
    rig.runner->drain();
    rig.clock.ticks += 10'000'000;
  });
  rig.loop.run();
  EXPECT_TRUE(rig.runner->outcome().drain_expired);
}

TEST_P(Lanes, WhatIsReadGoesOutWhenInputRests) {
  const auto [threads, per_batch, rest, patience] = GetParam();
  Rig rig;
  rig.patience = patience;
  auto& a = rig.source(std::make_unique<FakeSource>("a", 5, per_batch, rest));
  a.endless = true;
  auto& sink = rig.sink(std::make_unique<FakeSink>(FakeSink::Manner::waits_for_flush), {0});
  a.on_commit = [&](uint64_t position) {
    if (position == 5) rig.loop.post([&] { rig.runner->drain(); });
  };
  rig.run(threads);  // hangs, and is killed by its time limit, if nobody flushes
  EXPECT_EQ(sink.records, names("a", 5));
}

// The clock goes on only by these pulses, so six records at one in a millisecond cannot be out before five of them.
TEST_P(Lanes, WhatLingersLeavesInItsOwnTimeBeforeTheRunIsOver) {
  const auto [threads, per_batch, rest, patience] = GetParam();
  Rig rig;
  rig.patience = patience;
  rig.source(std::make_unique<FakeSource>("a", 6, per_batch, rest));
  const uint32_t rate = rig.stage(kRate, {{"rate", "1000/s"}}, {0});
  const auto& sink = rig.sink(std::make_unique<FakeSink>(), {}, rate);
  int pulses = 0;
  rig.loop.pulse(std::chrono::milliseconds(1), [&] { ++pulses, rig.clock.ticks += 1'000'000; });
  const Outcome outcome = rig.run(threads);
  EXPECT_EQ(sink.records, names("a", 6));
  EXPECT_GE(pulses, 5);
  EXPECT_EQ(outcome.lost, 0u);
  EXPECT_TRUE(rig.runner->ledger().balanced());
}

TEST_P(Lanes, ADrainLetsGoWhatLingers) {
  const auto [threads, per_batch, rest, patience] = GetParam();
  Rig rig;
  rig.patience = patience;
  rig.source(std::make_unique<FakeSource>("a", 6, per_batch, rest));
  const uint32_t rate = rig.stage(kRate, {{"rate", "1/h"}, {"max_records", "2"}}, {0});  // it is full, and what brings it records pauses
  const auto& sink = rig.sink(std::make_unique<FakeSink>(), {}, rate);
  rig.loop.pulse(std::chrono::milliseconds(1), [&] {
    if (rig.runner->ledger().read >= 3) rig.runner->drain();
  });
  EXPECT_EQ(rig.run(threads).lost, 0u);
  EXPECT_EQ(sink.records, names("a", rig.runner->ledger().read));
}

TEST_P(Lanes, ASourceThatPausesEndsWithItsLastReader) {
  const auto [threads, per_batch, rest, patience] = GetParam();
  Rig rig;
  rig.patience = patience;
  rig.source(std::make_unique<FakeSource>("a", 10, per_batch, rest)).endless = true;
  const uint32_t rate = rig.stage(kRate, {{"rate", "1/h"}, {"max_records", "2"}}, {0});
  rig.sink(std::make_unique<FakeSink>(), {}, rate).done_after = 1;
  EXPECT_TRUE(rig.run(threads).reader_gone);  // hangs, and is killed by its time limit, if the source is never asked again
}

INSTANTIATE_TEST_SUITE_P(All, Lanes,
                         testing::Values(Shape{1, 1, 0}, Shape{1, 7, 3}, Shape{2, 1, 0}, Shape{2, 7, 3}, Shape{3, 1, 2}, Shape{3, 7, 0},
                                         Shape{2, 1, 0, 20}, Shape{3, 7, 3, 2}),
                         [](const auto& of) {
                           return "lanes" + std::to_string(of.param.threads) + "_batch" + std::to_string(of.param.per_batch) + "_rest" +
                                  std::to_string(of.param.rest) + "_patience" + std::to_string(of.param.patience);
                         });

// Where nothing is done but to pass records on, one thread is enough; not where what is read must be unpacked.
TEST(Runner, UnpackingIsWorthAThreadBesideIt) {
  for (const bool packed : {false, true}) {
    Rig rig;
    rig.patience = 3;
    auto& source = rig.source(std::make_unique<FakeSource>("a", 500, 5));
    const auto& sink = rig.sink(std::make_unique<FakeSink>(), {0});
    source.packed = packed;
    std::atomic<int> here{0}, elsewhere{0};
    source.on_frame = [&, main = std::this_thread::get_id()] { ++(std::this_thread::get_id() == main ? here : elsewhere); };
    rig.run(2);
    EXPECT_EQ(sink.records, names("a", 500));
    EXPECT_EQ(here, packed ? 3 : 100);
    EXPECT_EQ(elsewhere, packed ? 97 : 0);
  }
}

// A source with a thread of its own, which wakes its host until it is joined.
class RestlessSource final : public Source {
 public:
  ~RestlessSource() override {
    leaving_ = true;
    if (thread_.joinable()) thread_.join();
  }
  const std::string& name() const override { return name_; }
  Done open(SourceHost& host) override {
    thread_ = std::thread([this, &host] {
      while (!leaving_) host.wake();
      host.wake();
    });
    return {};
  }
  Pull pull(Pool&, SlabRef&, uint64_t&) override { return Pull::ended; }
  void frame(Slab&) const override {}
  void stop() override {}

 private:
  const std::string name_ = "restless";
  std::atomic<bool> leaving_{false};
  std::thread thread_;
};

TEST(Runner, ASourceWithAThreadGoesBeforeWhomItWakes) {
  for (int i = 0; i < 50; ++i) {
    Rig rig;
    rig.source(std::make_unique<RestlessSource>());
    rig.sink(std::make_unique<FakeSink>(), {0});
    rig.run(2);
  }
}

}  // namespace
}  // namespace leat
