// What a hub counts: that figures are what happened, and that no stream of names makes their memory grow.
#include "core/hub/broker/metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/random.h"
#include "core/hub/broker/broker.h"
#include "core/hub/broker/openmetrics.h"
#include "tests/support/hub_wire.h"

namespace leat::hub {
namespace {

using namespace std::chrono_literals;
using test::HubWire;

struct HandClock final : Clock {
  Instant time{std::chrono::hours(500'000)};
  Instant now() const override { return time; }
};

TEST(Histogram, QuantilesAreNeverLessAndAQuarterMoreAtMost) {
  SplitMix random(1);
  for (int round = 0; round < 200; ++round) {
    Histogram values;
    std::vector<uint64_t> all(1 + random.next() % 50);
    for (uint64_t& value : all) values.add(value = random.next() >> (random.next() % 63));
    std::sort(all.begin(), all.end());
    EXPECT_EQ(values.count(), all.size());
    for (const double share : {0.01, 0.5, 0.9, 1.0}) {
      const uint64_t exact = all[static_cast<size_t>(std::ceil(share * static_cast<double>(all.size()))) - 1];
      const uint64_t said = values.quantile(share);
      if (exact >> 62 == 0) {
        EXPECT_GE(said, exact);
        EXPECT_LE(said, std::max<uint64_t>(1, exact + exact / 4 + 1));
      }
    }
    for (int power = 2; power < 63; ++power) {
      const auto below = std::upper_bound(all.begin(), all.end(), uint64_t{1} << power) - all.begin();
      EXPECT_EQ(values.up_to(power), static_cast<uint64_t>(below)) << power;
    }
  }
  EXPECT_EQ(Histogram().quantile(0.5), 0u);
  EXPECT_EQ(Histogram().mean(), 0);
}

TEST(Metrics, EndingsThatNobodyKnowsAreOne) {
  Metrics metrics;
  for (int i = 0; i < 1000; ++i) metrics.ended("word" + std::to_string(i) + ": text");
  metrics.ended("kicked: shown the door");
  metrics.ended("closed");
  EXPECT_EQ(metrics.endings[0], 1000u);
  EXPECT_EQ(std::accumulate(metrics.endings.begin(), metrics.endings.end(), uint64_t{0}), 1002u);
}

TEST(Busiest, HoldsThoseWithMostOfManySubjects) {
  Busiest table;
  for (int second = 0; second < 30; ++second) {
    for (int i = 0; i < 5000; ++i) table.add("s" + std::to_string(i), i % 100 == 0 ? 50 : 1, 10);
    table.beat(1s);
  }
  const auto all = table.subjects();
  ASSERT_EQ(all.size(), Busiest::kMost);
  for (size_t i = 0; i < 50; ++i) {
    EXPECT_EQ(all[i].messages, 50) << all[i].subject;
    EXPECT_TRUE(all[i].subject.ends_with("00") || all[i].subject == "s0");
  }
  for (int second = 0; second < 60; ++second) table.beat(1s);
  EXPECT_TRUE(table.subjects().empty());
}

class HubMetrics : public testing::Test {
 protected:
  HubWire& client(const std::string& name) {
    HubWire& made = *wires_.emplace_back(std::make_unique<HubWire>(broker()));
    made.hello(name);
    made.told<Welcome>();
    return made;
  }
  Broker& broker() {
    if (!broker_) broker_ = std::make_unique<Broker>(options, clock, [](std::string) {});
    return *broker_;
  }
  void beat() {
    clock.time += 1s;
    broker().tick();
    while (broker().flush()) {
    }
  }
  std::string stats() { return broker().report({"stats", ""}).text; }
  bool has(const std::string& text) {
    const std::string all = stats() + "\n" + broker().metrics_text();
    if (all.find(text) != all.npos) return true;
    ADD_FAILURE() << "no " << text << " in\n" << all;
    return false;
  }
  Broker::Options options;
  HandClock clock;

 private:
  std::vector<std::unique_ptr<HubWire>> wires_;
  std::unique_ptr<Broker> broker_;
};

TEST_F(HubMetrics, EachWayIsTimedByTheTurn) {
  HubWire &sender = client("p"), &wire = client("s");
  wire.subscribe({.id = 1, .pattern = "a", .messages = 1, .bytes = kEndless});
  for (int i = 0; i < 3; ++i) sender.publish({.ack = Level::routed, .subject = "a"});
  clock.time += 1ms;
  sender.settle();
  EXPECT_EQ(broker().metrics().acknowledged.count(), 3u);
  EXPECT_EQ(broker().metrics().acknowledged.sum(), 3e6);
  EXPECT_EQ(broker().metrics().delivered.count(), 1u);
  clock.time += 9ms;
  wire.say(Credit{1, 5, 0});
  wire.settle();
  EXPECT_EQ(broker().metrics().delivered.count(), 2u);
  EXPECT_EQ(broker().metrics().delivered.sum(), 1e6 + 10e6);
}

TEST_F(HubMetrics, OfAHistoryOnlyWhatCameMeanwhileIsTimed) {
  options.histories.push_back({.name = "h", .patterns = {"a"}});
  HubWire& sender = client("p");
  sender.publish("a", "old");
  clock.time += 1h;
  HubWire& wire = client("s");
  wire.subscribe({.id = 1, .pattern = "a", .start = {Start::Kind::all}});
  EXPECT_EQ(wire.messages().size(), 1u);
  EXPECT_EQ(broker().metrics().delivered.count(), 0u);
}

TEST_F(HubMetrics, AStallIsToldOnceAndTimed) {
  HubWire &sender = client("p"), &wire = client("s"), &watcher = client("w");
  watcher.subscribe(1, "$hub.events.stalled");
  wire.subscribe({.id = 1, .pattern = "a.*", .messages = 1, .bytes = kEndless});
  for (int i = 0; i < 3; ++i) sender.publish("a.b", "x");
  sender.settle();
  for (int i = 0; i < 5; ++i) beat();
  const auto told = watcher.messages();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0], R"({"client":"s","address":"test","text":"a.*: 2 messages wait, and there is no credit"})");
  wire.say(Credit{1, 10, 0});
  wire.settle();
  EXPECT_EQ(broker().metrics().stalls, 1u);
  EXPECT_EQ(broker().metrics().stalled, 5s);
  beat();
  EXPECT_TRUE(watcher.messages().empty());
}

TEST_F(HubMetrics, SubjectsEndingsAndGapsAreCounted) {
  options.histories.push_back({.name = "h", .patterns = {"kept"}, .count = 2});
  HubWire &sender = client("p"), &wire = client("s");
  wire.subscribe(1, "a.>");
  for (int i = 0; i < 10; ++i) sender.publish("a.b", "x"), sender.publish("kept", "x");
  wire.subscribe({.id = 2, .pattern = "kept", .start = {Start::Kind::seq, 1}});
  beat();
  EXPECT_TRUE(has(R"("subjects":[{"subject":"a.b","subscribers":1,"messages_per_second":10,)"));
  EXPECT_TRUE(has("leat_hub_subject_messages_per_second{subject=\"a.b\"} 10\n"));
  EXPECT_TRUE(has(R"("gaps":{"expired":1},"missed":{"expired":8})"));
  EXPECT_TRUE(has("leat_hub_missed_total{reason=\"expired\"} 8\n"));
  EXPECT_TRUE(has("leat_hub_history_next{history=\"h\"} 11\n"));
  broker().report({"kick", "s"});
  sender.settle();
  EXPECT_TRUE(has("leat_hub_connections_ended_total{reason=\"kicked\"} 1\n"));
  EXPECT_TRUE(has("leat_hub_clients 1\n"));
}

TEST_F(HubMetrics, AHubThatDrainsIsNotReady) {
  EXPECT_TRUE(broker().ready());
  broker().drain(1s, "test");
  EXPECT_FALSE(broker().ready());
}

TEST(OpenMetrics, IsWrittenToTheLetter) {
  OpenMetrics text;
  text.family("a", "counter", "", "What \\ is\ncounted.");
  text.value(uint64_t{3}, {{"l", "q\"u\\o\nt"}, {"m", "x"}});
  text.family("b_seconds", "histogram", "seconds", "Times.");
  Histogram values;
  values.add(4u), values.add(5u), values.add(2'000'000'000u);
  text.histogram(values, {2, 4, 1, 1e-9}, {{"h", "x"}});
  EXPECT_EQ(std::move(text).text(),
            "# TYPE a counter\n# HELP a What \\\\ is\\ncounted.\na_total{l=\"q\\\"u\\\\o\\nt\",m=\"x\"} 3\n"
            "# TYPE b_seconds histogram\n# UNIT b_seconds seconds\n# HELP b_seconds Times.\n"
            "b_seconds_bucket{h=\"x\",le=\"4e-09\"} 1\nb_seconds_bucket{h=\"x\",le=\"8e-09\"} 2\n"
            "b_seconds_bucket{h=\"x\",le=\"1.6e-08\"} 2\nb_seconds_bucket{h=\"x\",le=\"+Inf\"} 3\n"
            "b_seconds_sum{h=\"x\"} 2.000000009\nb_seconds_count{h=\"x\"} 3\n# EOF\n");
}

}  // namespace
}  // namespace leat::hub
