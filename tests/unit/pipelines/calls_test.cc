// Calls in a run, over fake ends and an outside under the test's thumb: order under random delays, what shuts the gates, how it ends.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/codec/codec.h"
#include "pipelines/runner.h"
#include "stages/call/relay.h"
#include "stages/catalog.h"
#include "tests/support/fake_ends.h"
#include "tests/support/turn.h"

namespace leat {
namespace {

using test::FakeSink;
using test::FakeSource;

// Answers "re:" and the record, in an order drawn by lot, a few at every turn of the loop, unless it is told otherwise.
class FakeCaller final : public Caller {
 public:
  Done open(CallHost& host, OnAnswers on_answers) override {
    host_ = &host, on_answers_ = std::move(on_answers);
    return {};
  }
  void send(std::vector<Request> requests) override {
    for (Request& request : requests) {
      ++attempts[request.body];
      waiting_.push_back(std::move(request));
    }
    most = std::max(most, waiting_.size());
    if (on_send) on_send(waiting_.size());
    if (!mute) wake();
  }
  void cancel(uint64_t number) override {
    ++cancelled;
    std::erase_if(waiting_, [&](const Request& request) { return request.number == number; });
  }
  void close(std::function<void()> on_closed) override { closed = true, on_closed(); }
  void abandon() override { abandoned = true, waiting_.clear(); }

  void wake() {
    if (!std::exchange(busy_, true)) host_->loop().post([this] { answer(); });
  }
  size_t waiting() const { return waiting_.size(); }

  std::function<std::optional<Reason>(const Request&)> fails;
  std::function<void(size_t)> on_send;
  bool mute = false;  // answers nothing
  bool again = true;  // what fails may go better another time
  bool in_turn = false;
  std::map<std::string, int> attempts;
  size_t most = 0, cancelled = 0;
  bool closed = false, abandoned = false;

 private:
  void answer() {
    busy_ = false;
    if (mute) return;
    std::vector<Answer> answers;
    for (size_t few = in_turn ? 1 : 1 + random_() % 4; few > 0 && !waiting_.empty(); --few) {
      const size_t lot = in_turn ? 0 : random_() % waiting_.size();
      const Request request = std::move(waiting_[lot]);
      waiting_.erase(waiting_.begin() + static_cast<ptrdiff_t>(lot));
      auto why = fails ? fails(request) : std::nullopt;
      if (why)
        answers.push_back({request.number, Answer::Kind::failed, {}, *why, again});
      else
        answers.push_back({request.number, Answer::Kind::reply, "re:" + request.body + "\n"});
    }
    if (!waiting_.empty()) wake();
    if (!answers.empty()) on_answers_(std::move(answers));
  }

  CallHost* host_ = nullptr;
  OnAnswers on_answers_;
  std::vector<Request> waiting_;
  std::mt19937 random_{7};
  bool busy_ = false;
};

// source -> call -> sink, and where asked for its err -> letters.
struct Rig {
  explicit Rig(Relay::Options how, size_t count = 500, size_t per_batch = 7, bool with_letters = false, const StageSpec* behind = nullptr,
               FakeSink::Manner manner = FakeSink::Manner::at_once) {
    auto made_source = std::make_unique<FakeSource>("a", count, per_batch);
    source = made_source.get();
    graph.inputs.push_back({"a", std::move(made_source), {0}, {}});
    auto made_caller = std::make_unique<FakeCaller>();
    caller = made_caller.get();
    auto ask = [](const Batch& batch, uint32_t record, Instant, Request& request) {
      request.body = std::string(batch.slab().record(record));
      return std::optional<Reason>();
    };
    const CodecSpec& lines = *find_codec("lines");
    add({.id = "call",
         .stage = std::make_unique<Relay>(std::move(how), std::move(made_caller), ask, std::make_unique<Replies>(lines, CodecOptions(), 1)),
         .spec = &kExec,
         .ports = {"out", "err"},
         .origins = {0}});
    uint32_t above = 0;
    if (behind) {
      FieldPlan& plan = graph.plans.emplace_back();
      const std::vector<uint16_t> origins{0};
      auto stage = behind->make(test::settings_of(*behind, {{"count", "3"}}), {.fields = &plan, .inputs = origins, .id = "b", .seed = 1});
      above = add({.id = "behind", .stage = std::move(*stage), .spec = behind, .ports = {"out", "err"}, .origins = {0}});
      graph.nodes[0].readers[kOut].push_back(above);
    }
    sink = add_sink(above, kOut, manner);
    if (with_letters) letters = add_sink(0, kErr, FakeSink::Manner::at_once);
  }

  Outcome run(int threads, Duration drain = std::chrono::hours(1)) {
    start(threads, drain);
    loop.run();
    return runner->outcome();
  }
  void start(int threads, Duration drain = std::chrono::hours(1)) {
    RunOptions options{.threads = threads, .drain = drain, .report = [this](const std::string& line) { said.push_back(line); }};
    runner = std::make_unique<Runner>(std::move(graph), loop, clock, std::move(options));
    ASSERT_TRUE(runner->start());
  }

  uint32_t add(Graph::Node node) {
    node.readers.resize(2);
    graph.nodes.push_back(std::move(node));
    return static_cast<uint32_t>(graph.nodes.size() - 1);
  }
  FakeSink* add_sink(uint32_t above, Port port, FakeSink::Manner manner) {
    auto made = std::make_unique<FakeSink>(manner, 20);
    FakeSink* plain = made.get();
    Graph::Node node;
    node.id = "sink", node.sink = std::move(made), node.ports = {"out", "err"};
    const uint32_t index = add(std::move(node));
    graph.nodes[above].readers[port].push_back(index);
    return plain;
  }

  Graph graph;
  test::FakeClock clock;
  Loop loop{clock};
  std::vector<std::string> said;
  FakeSource* source;
  FakeCaller* caller;
  FakeSink *sink, *letters = nullptr;
  std::unique_ptr<Runner> runner;
};

Relay::Options options(size_t workers, size_t window, bool ordered = true) { return {workers, window, ordered, {}, "other side", 1}; }

std::vector<std::string> names(size_t count, const std::string& before = "re:", size_t each = 1) {
  std::vector<std::string> all;
  for (size_t i = 0; i < count; i += each) all.push_back(before + "a-" + std::to_string(i));
  return all;
}

void expect_whole(const Rig& rig, const Outcome& outcome) {
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(outcome.lost, 0u);
  EXPECT_TRUE(rig.runner->ledger().balanced());
  EXPECT_EQ(rig.runner->ledger().pending, 0u);
  EXPECT_TRUE(rig.caller->closed);
}

class Calls : public testing::TestWithParam<int> {};  // lanes

TEST_P(Calls, Row180OrderIsKeptUnderRandomDelaysAndManyWorkers) {
  for (const auto& [workers, window] : {std::pair(1, 1), std::pair(120, 256), std::pair(300, 300)}) {
    Rig rig(options(static_cast<size_t>(workers), static_cast<size_t>(window)), 3000, 50);
    rig.source->on_commit = [&](uint64_t position) { EXPECT_GE(rig.sink->records.size(), position) << "committed ahead of an answer"; };
    const Outcome outcome = rig.run(GetParam());
    expect_whole(rig, outcome);
    EXPECT_EQ(rig.sink->records, names(3000));
    EXPECT_LE(rig.caller->most, static_cast<size_t>(workers));
    EXPECT_EQ(rig.runner->ledger().delivered, 3000u);
  }
}

TEST_P(Calls, Row49UnorderedEveryReplyComesOnce) {
  Rig rig(options(100, 100, false), 2000, 50);
  const Outcome outcome = rig.run(GetParam());
  expect_whole(rig, outcome);
  EXPECT_NE(rig.sink->records, names(2000)) << "the delays are drawn by lot";
  auto sorted = rig.sink->records, all = names(2000);
  std::sort(sorted.begin(), sorted.end()), std::sort(all.begin(), all.end());
  EXPECT_EQ(sorted, all);
}

TEST_P(Calls, AFailureKeepsItsPlaceAndItsRecord) {
  Rig rig(options(50, 64), 600, 7, true);
  rig.caller->fails = [](const Request& request) {
    const bool bad = std::stoi(request.body.substr(2)) % 10 == 0;
    return bad ? std::optional(Reason{"exit", "bad luck"}) : std::nullopt;
  };
  const Outcome outcome = rig.run(GetParam());
  expect_whole(rig, outcome);
  EXPECT_EQ(outcome.failed, 0u);
  EXPECT_EQ(rig.letters->records, names(600, "", 10)) << "as they came, in order";
  std::vector<std::string> good;
  for (const std::string& name : names(600))
    if (std::stoi(name.substr(5)) % 10 != 0) good.push_back(name);
  EXPECT_EQ(rig.sink->records, good);
}

TEST_P(Calls, AFailureNobodyTakesIsCounted) {
  Rig rig(options(4, 8), 20);
  rig.caller->fails = [](const Request&) { return Reason{"exit", "bad luck"}; };
  const Outcome outcome = rig.run(GetParam());
  EXPECT_EQ(outcome.failed, 20u);
  EXPECT_EQ(rig.runner->ledger().failed, 20u);
  EXPECT_TRUE(rig.runner->ledger().balanced());
}

// Over many turns of the loop.
void later(Loop& loop, int turns, std::function<void()> job) {
  if (turns == 0) return job();
  loop.post([&loop, turns, job = std::move(job)] { later(loop, turns - 1, job); });
}

TEST_P(Calls, Row48AFullWindowPausesTheSource) {
  Rig rig(options(8, 8), 1000, 1);
  rig.caller->mute = true;
  size_t given = 0;
  rig.caller->on_send = [&](size_t waiting) {
    if (waiting < 8 || given > 0) return;
    given = 1;
    later(rig.loop, 50, [&] {
      given = rig.source->given;
      rig.caller->mute = false;
      rig.caller->wake();
    });
  };
  const Outcome outcome = rig.run(GetParam());
  expect_whole(rig, outcome);
  EXPECT_GE(given, 8u);
  EXPECT_LE(given, 8u + 2u * static_cast<size_t>(GetParam())) << "each lane may have read before it saw the gate";
  EXPECT_EQ(rig.sink->records, names(1000));
}

TEST_P(Calls, ASlowReaderBelowHoldsBackTheSource) {
  Rig rig(options(16, 32), 1000, 3, false, nullptr, FakeSink::Manner::pauses);
  const Outcome outcome = rig.run(GetParam());
  expect_whole(rig, outcome);
  EXPECT_EQ(rig.sink->records, names(1000));
  EXPECT_LE(rig.sink->most_waiting, 20u + 32u + 3u * 2u * static_cast<size_t>(GetParam())) << "its own room, the window and what was read";
}

TEST_P(Calls, TheRunIsNotOverBeforeTheLastAnswer) {
  Rig rig(options(16, 32), 20, 20);
  rig.caller->mute = true;
  rig.caller->on_send = [&](size_t waiting) {
    if (waiting == 16)
      later(rig.loop, 50, [&] {
        EXPECT_FALSE(rig.runner->over());
        rig.caller->mute = false;
        rig.caller->wake();
      });
  };
  expect_whole(rig, rig.run(GetParam()));
  EXPECT_EQ(rig.sink->records, names(20));
}

TEST_P(Calls, ADrainWaitsForWhatIsUnderWay) {
  Rig rig(options(4, 8), 100, 5);
  rig.source->endless = true;
  rig.caller->on_send = [&, drained = false](size_t) mutable {
    if (!std::exchange(drained, true)) rig.loop.post([&] { rig.runner->drain(); });
  };
  const Outcome outcome = rig.run(GetParam());
  expect_whole(rig, outcome);
  EXPECT_EQ(rig.sink->records, names(rig.source->given));
}

TEST_P(Calls, ADrainThatTakesTooLongLeavesThePendingOnesUncommitted) {
  Rig rig(options(4, 8), 10, 5);
  rig.source->endless = true;
  rig.caller->mute = true;
  rig.source->on_commit = [](uint64_t) { FAIL() << "nothing was answered"; };
  rig.caller->on_send = [&, drained = false](size_t) mutable {
    if (std::exchange(drained, true)) return;
    later(rig.loop, 20, [&] {
      rig.runner->drain();
      rig.clock.ticks += 10'000'000;
    });
  };
  const Outcome outcome = rig.run(GetParam(), std::chrono::milliseconds(5));
  EXPECT_TRUE(outcome.drain_expired);
  EXPECT_GT(outcome.lost, 0u);
  EXPECT_TRUE(rig.caller->abandoned);
  const Ledger ledger = rig.runner->ledger();
  EXPECT_TRUE(ledger.balanced());
  EXPECT_EQ(ledger.pending, ledger.read);
}

TEST_P(Calls, WhatNobodyNeedsAnyMoreIsLetGo) {
  Rig rig(options(4, 64), 1000, 50, false, &kTake);
  rig.source->endless = true;
  const Outcome outcome = rig.run(GetParam());
  EXPECT_EQ(rig.sink->records, names(3));
  EXPECT_TRUE(rig.source->stopped);
  EXPECT_TRUE(rig.caller->abandoned);
  EXPECT_EQ(outcome.lost, 0u);
  const Ledger ledger = rig.runner->ledger();
  EXPECT_TRUE(ledger.balanced());
  EXPECT_EQ(ledger.pending, 0u);
}

TEST_P(Calls, Row158StrictNothingBehindTheFirstFailureGoesOn) {
  Rig rig(options(8, 64), 500, 50);
  rig.graph.strict = true;
  rig.caller->in_turn = true;
  rig.caller->fails = [](const Request& request) {
    return request.body == "a-70" ? std::optional(Reason{"exit", "bad luck"}) : std::nullopt;
  };
  uint64_t committed = 0;
  rig.source->on_commit = [&](uint64_t position) { committed = position; };
  const Outcome outcome = rig.run(GetParam());
  EXPECT_TRUE(outcome.stopped_by_strict);
  EXPECT_EQ(rig.sink->records, names(70));
  EXPECT_LE(committed, 70u);
  EXPECT_TRUE(rig.runner->ledger().balanced());
}

TEST_P(Calls, Row114RetriesCountTheFirstAttempt) {
  auto how = options(4, 8);
  how.guards.retry.attempts = 3;
  how.guards.retry.base = std::chrono::milliseconds(1);
  Rig rig(how, 6, 2, true);
  rig.caller->fails = [&](const Request& request) {
    rig.clock.ticks += 1'000'000'000;  // every wait is over when the loop looks again
    const int attempt = rig.caller->attempts[request.body];
    return attempt < (request.body == "a-4" ? 4 : 3) ? std::optional(Reason{"exit", "bad luck"}) : std::nullopt;
  };
  const Outcome outcome = rig.run(GetParam());
  expect_whole(rig, outcome);
  for (const auto& [record, attempts] : rig.caller->attempts) EXPECT_EQ(attempts, 3) << record;
  EXPECT_EQ(rig.letters->records, std::vector<std::string>{"a-4"});
  EXPECT_EQ(rig.sink->records, (std::vector<std::string>{"re:a-0", "re:a-1", "re:a-2", "re:a-3", "re:a-5"}));
}

TEST_P(Calls, WhatIsWrongWithTheRecordIsNotTriedAgain) {
  auto how = options(4, 8);
  how.guards.retry.attempts = 3;
  Rig rig(how, 5, 2, true);
  rig.caller->again = false;
  rig.caller->fails = [](const Request&) { return Reason{"http_404", "not there"}; };
  expect_whole(rig, rig.run(GetParam()));
  for (const auto& [record, attempts] : rig.caller->attempts) EXPECT_EQ(attempts, 1) << record;
  EXPECT_EQ(rig.letters->records, names(5, ""));
}

TEST_P(Calls, Row124AnAnswerThatDoesNotComeInTimeIsATimeout) {
  auto how = options(8, 8);
  how.guards.timeout = std::chrono::milliseconds(3);
  Rig rig(how, 4, 4);
  rig.caller->mute = true;
  rig.caller->on_send = [&](size_t waiting) {
    if (waiting == 4) later(rig.loop, 10, [&] { rig.clock.ticks += 4'000'000; });
  };
  const Outcome outcome = rig.run(GetParam());
  EXPECT_EQ(outcome.failed, 4u);
  EXPECT_EQ(rig.caller->cancelled, 4u);
  ASSERT_FALSE(rig.said.empty());
  EXPECT_NE(rig.said.front().find("has not answered within 3ms"), std::string::npos) << rig.said.front();
  EXPECT_TRUE(rig.runner->ledger().balanced());
}

INSTANTIATE_TEST_SUITE_P(Lanes, Calls, testing::Values(1, 2, 3));

}  // namespace
}  // namespace leat
