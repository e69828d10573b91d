// batch and unbatch. Expected arrays by hand, lengths counted.
#include <gtest/gtest.h>

#include "stages/catalog.h"
#include "tests/support/turn.h"

namespace leat {
namespace {

using test::lines;
using Lines = std::vector<std::string>;

const std::vector<test::Line> kFive = lines({"1", "{ \"a\": 2 }", "3", "[4]", "5"});

std::vector<test::Line> timed(std::initializer_list<std::pair<double, std::string_view>> script) {
  std::vector<test::Line> all;
  for (const auto& [second, text] : script) all.push_back({std::string(text), test::at_second(second)});
  return all;
}

TEST(Batch, OfASizeAndTheRestAtTheEnd) {
  EXPECT_EQ(test::run_lawful(kBatch, {{"size", "2"}}, kFive).out(), (Lines{"[1,{\"a\":2}]", "[3,[4]]", "[5]"}));
  EXPECT_EQ(test::run_lawful(kBatch, {{"size", "5"}}, kFive).out(), (Lines{"[1,{\"a\":2},3,[4],5]"}));
  EXPECT_EQ(test::run_lawful(kBatch, {{"size", "1"}}, kFive).out().size(), 5u);
}

TEST(Batch, OfNothingIsNothing) {
  test::Rig rig(kBatch, {{"size", "2"}});
  rig.finish();
  EXPECT_TRUE(rig.outcome().out().empty());
}

// "[1111,2222]" has 11 bytes.
TEST(Batch, NeverLongerThanItsBytesUnlessOneRecordIs) {
  const auto four = lines({"1111", "2222", "3333", "\"a longer one\"", "5"});
  EXPECT_EQ(test::run_lawful(kBatch, {{"bytes", "11"}}, four).out(), (Lines{"[1111,2222]", "[3333]", "[\"a longer one\"]", "[5]"}));
  EXPECT_EQ(test::run_lawful(kBatch, {{"bytes", "10"}}, four).out(), (Lines{"[1111]", "[2222]", "[3333]", "[\"a longer one\"]", "[5]"}));
}

TEST(Batch, WaitsForItsLatencyFromTheFirstMember) {
  const auto script = timed({{0, "1"}, {0.6, "2"}, {1.2, "3"}, {2.1, "4"}, {2.2, "5"}});
  const auto outcome = test::run_lawful(kBatch, {{"latency", "1s"}}, script);
  EXPECT_EQ(outcome.out(), (Lines{"[1,2]", "[3,4]", "[5]"}));
  test::Rig rig(kBatch, {{"size", "2"}, {"latency", "1s"}});
  rig.feed(timed({{0, "1"}, {0.5, "2"}, {0.9, "3"}}), 1);
  EXPECT_EQ(rig.stage().deadline(), test::at_second(1.9));
  rig.move_to(test::at_second(1.8));
  EXPECT_EQ(rig.outcome().out(), (Lines{"[1,2]"}));
  rig.move_to(test::at_second(1.9));
  EXPECT_EQ(rig.outcome().out(), (Lines{"[1,2]", "[3]"}));
  EXPECT_FALSE(rig.stage().deadline());
}

// The timer has not been served yet when the next records come: what was due goes out before they are looked at.
TEST(Batch, ADueArrayGoesOutBeforeMoreInput) {
  FieldPlan plan;
  Pool pool;
  MakeContext context{};
  context.fields = &plan;
  auto stage = std::move(*kBatch.make(test::settings_of(kBatch, {{"latency", "1s"}}), context));
  for (double second : {0.0, 5.0}) {
    test::FakeTurn turn(test::at_second(second), pool);
    SlabRef slab = turn.slab();
    slab->add(second == 0 ? "1" : "2");
    Batch batch(std::move(slab), {}, 0);
    stage->process(batch, turn);
    ASSERT_EQ(turn.emitted.size(), second == 0 ? 0u : 1u);
    for (const auto& [port, due] : turn.emitted) EXPECT_EQ(due.record(0), "[1]");
  }
}

TEST(Batch, Row65WhatIsNotJsonFailsAndIsNoMember) {
  const auto outcome = test::run_lawful(kBatch, {{"size", "2"}}, lines({"1", "oops", "2"}));
  EXPECT_EQ(outcome.out(), (Lines{"[1,2]"}));
  ASSERT_EQ(outcome.failed.size(), 1u);
  EXPECT_EQ(outcome.failed[0].record, "oops");
  EXPECT_EQ(outcome.failed[0].code, "malformed");
}

TEST(Batch, WantsALimit) {
  EXPECT_NE(test::refusal(kBatch, {}), "");
  for (std::string_view name : {"size", "bytes"}) EXPECT_EQ(test::refusal(kBatch, {{name, "5"}}), "");
  EXPECT_EQ(test::refusal(kBatch, {{"latency", "1s"}}), "");
}

Envelope subject(size_t line) {
  Envelope envelope;
  envelope.id = "id-" + std::to_string(line);
  envelope.subject = "s" + std::to_string(line);
  envelope.put("n", static_cast<int64_t>(line));
  return envelope;
}

TEST(Batch, SaysInItsEnvelopeWhatItIs) {
  test::Rig rig(kBatch, {{"size", "2"}, {"latency", "10s"}});
  rig.envelopes(subject);
  rig.feed(timed({{1, "1"}, {2.5, "2"}, {3, "3"}}), 9);
  rig.finish();
  ASSERT_EQ(rig.held().size(), 2u);
  const Envelope& full = rig.held()[0].second.slab().envelopes.at(0);
  EXPECT_EQ(*full.find("batch_size"), MetaValue(int64_t{2}));
  EXPECT_EQ(*full.find("batch_reason"), MetaValue("size"));
  EXPECT_EQ(*full.find("batch_first"), MetaValue("1970-01-01T00:00:01Z"));
  EXPECT_EQ(*full.find("batch_last"), MetaValue("1970-01-01T00:00:02.5Z"));
  EXPECT_EQ(full.id.size(), 36u);
  EXPECT_EQ(*rig.held()[1].second.slab().envelopes.at(0).find("batch_reason"), MetaValue("close"));
}

TEST(Unbatch, MembersInOrderHoweverTheyAreSpelt) {
  const auto outcome =
      test::run_lawful(kUnbatch, {}, lines({"[1,2]", "[]", "[ ]", "[ [1, 2] , {\"a\":[\"]\",\"\\\"[\"]} ,null]", "[\"a,b\",1.50]"}));
  EXPECT_EQ(outcome.out(), (Lines{"1", "2", "[1,2]", "{\"a\":[\"]\",\"\\\"[\"]}", "null", "\"a,b\"", "1.50"}));
}

TEST(Unbatch, WhatIsNoArrayFails) {
  const auto outcome = test::run_lawful(kUnbatch, {}, lines({"[1]", "{\"a\":[1]}", "[1", "[2]"}));
  EXPECT_EQ(outcome.out(), (Lines{"1", "2"}));
  ASSERT_EQ(outcome.failed.size(), 2u);
  EXPECT_EQ(outcome.failed[0].code + outcome.failed[1].code, std::string("type") + "malformed");
}

TEST(Unbatch, MembersOfABatchHaveTheirEnvelopesAgain) {
  test::Rig joined(kBatch, {{"size", "3"}});
  joined.envelopes(subject);
  joined.feed(lines({"1", "2", "3", "4"}), 9);
  joined.finish();
  std::vector<test::Line> arrays;
  for (const std::string& array : joined.outcome().out()) arrays.push_back({array});
  ASSERT_EQ(arrays.size(), 2u);

  test::Rig apart(kUnbatch, {});
  std::vector<Envelope> made;
  for (const auto& [port, batch] : joined.held())
    for (const Envelope& envelope : batch.slab().envelopes) made.push_back(envelope);
  apart.envelopes([&](size_t line) { return made.at(line); });
  apart.feed(arrays, 9);
  ASSERT_EQ(apart.held().size(), 1u);
  const Slab& members = apart.held()[0].second.slab();
  ASSERT_EQ(members.envelopes.size(), 4u);
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(members.envelopes[i], subject(i));
}

TEST(Unbatch, MembersOfOtherArraysHaveItAsTheirParent) {
  test::Rig rig(kUnbatch, {});
  rig.envelopes(subject);
  rig.feed(lines({"[1,2]"}), 1);
  const auto& envelopes = rig.held().at(0).second.slab().envelopes;
  ASSERT_EQ(envelopes.size(), 2u);
  EXPECT_EQ(envelopes[1].subject, "s0");
  EXPECT_EQ(envelopes[1].parent, "id-0");
}

}  // namespace
}  // namespace leat
