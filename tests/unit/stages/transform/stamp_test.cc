// stamp: what the envelope has stays, what it lacks is written. The texts of traces are those of W3C Trace Context.
#include <gtest/gtest.h>

#include "core/data/traceparent.h"
#include "stages/catalog.h"
#include "tests/support/turn.h"

namespace leat {
namespace {

const std::string kTrace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

std::vector<Envelope> stamped(const std::vector<test::Set>& sets, const std::vector<Envelope>& came, size_t batch_size = 2) {
  test::Rig rig(kStamp, sets);
  EXPECT_TRUE(rig.wants_envelopes());
  rig.envelopes([&](size_t line) { return came[line]; });
  std::vector<test::Line> lines;
  for (size_t i = 0; i < came.size(); ++i) lines.push_back({"{\"n\":" + std::to_string(i) + "}", test::at_second(5)});
  rig.feed(lines, batch_size);
  rig.finish();
  std::vector<Envelope> all;
  for (const auto& [port, batch] : rig.held()) batch.each([&, &made = batch](uint32_t i) { all.push_back(made.slab().envelopes[i]); });
  rig.deliver();
  return all;
}

Envelope with(std::string Envelope::*field, std::string text) {
  Envelope envelope;
  envelope.*field = std::move(text);
  return envelope;
}

TEST(Stamp, FillsWhatIsMissingAndKeepsWhatIsThere) {
  Envelope full = with(&Envelope::id, "mine");
  full.time = 7, full.origin = "here", full.put("n", int64_t{9});
  const auto made = stamped({{"field", "id"}, {"field", "time"}, {"field", "\"web\"", "origin"}, {"field", ".n", "meta.n"}}, {{}, full});
  ASSERT_EQ(made.size(), 2u);
  EXPECT_EQ(made[0].id.size(), 36u);
  EXPECT_EQ(made[0].time, 5'000'000'000);
  EXPECT_EQ(made[0].origin, "web");
  EXPECT_EQ(*made[0].find("n"), MetaValue(int64_t{0}));
  EXPECT_EQ(made[1], full);
}

TEST(Stamp, AloneItIsIdAndTime) {
  const auto made = stamped({}, {{}, {}});
  EXPECT_EQ(made[0].id.size(), 36u);
  EXPECT_NE(made[0].id, made[1].id);
  EXPECT_EQ(made[1].time, 5'000'000'000);
  EXPECT_EQ(made[1].trace, "");
}

TEST(Stamp, OverwritesWhenTold) {
  const auto made = stamped({{"field", "id"}, {"field", "\"new\"", "origin"}, {"overwrite"}},
                            {with(&Envelope::id, "mine"), with(&Envelope::origin, "old")});
  EXPECT_EQ(made[0].id.size(), 36u);
  EXPECT_EQ(made[1].origin, "new");
}

TEST(Stamp, NumbersEveryRecordWhateverTheBatch) {
  for (size_t size : {1, 2, 9}) {
    Envelope had;
    had.put("seq", int64_t{77});
    const auto made = stamped({{"field", "seq"}}, {{}, had, {}, {}}, size);
    EXPECT_EQ(*made[0].find("seq"), MetaValue(int64_t{1}));
    EXPECT_EQ(*made[1].find("seq"), MetaValue(int64_t{77})) << "it had one";
    EXPECT_EQ(*made[3].find("seq"), MetaValue(int64_t{4}));
  }
}

TEST(Stamp, TakesOffASignatureOnlyWhereItWrote) {
  Envelope whole = with(&Envelope::id, "mine");
  whole.time = 1, whole.signature_algorithm = "whole", whole.signature = "s";
  Envelope without = whole;
  without.id.clear();
  const auto made = stamped({}, {whole, without});
  EXPECT_EQ(made[0].signature, "s");
  EXPECT_EQ(made[1].signature, "");
}

TEST(Stamp, AnExpressionThatFailsOrDoesNotFitFailsTheRecord) {
  const auto outcome =
      test::run_lawful(kStamp, {{"field", ".a.b", "origin"}}, test::lines({"{\"a\":{\"b\":\"x\"}}", "{\"a\":1}", "{\"a\":{\"b\":2}}"}));
  EXPECT_EQ(outcome.out(), (std::vector<std::string>{"{\"a\":{\"b\":\"x\"}}"}));
  ASSERT_EQ(outcome.failed.size(), 2u);
  EXPECT_EQ(outcome.failed[0].code, "expression");
  EXPECT_EQ(outcome.failed[1].message, "origin: wants text, not '2'");
}

TEST(Stamp, RefusesWhatItCannotKnow) {
  EXPECT_NE(test::refusal(kStamp, {{"field", "origin"}}).find("stamp has no value of its own for 'origin'"), std::string::npos);
  EXPECT_NE(test::refusal(kStamp, {{"field", ".a", "colour"}}).find("an envelope has no field 'colour'"), std::string::npos);
}

TEST(Stamp, Row164BeginsATraceWhereThereIsNone) {
  const auto made = stamped({{"field", "trace"}}, {{}, {}});
  const auto first = TraceParent::read(made[0].trace), second = TraceParent::read(made[1].trace);
  ASSERT_TRUE(first && second) << made[0].trace;
  EXPECT_EQ(made[0].trace.substr(0, 3), "00-");
  EXPECT_NE(first->trace[0], second->trace[0]);
  EXPECT_EQ(made[0].find("parent_span"), nullptr);
  EXPECT_EQ(stamped({{"field", "trace"}}, {{}, {}})[1].trace, made[1].trace) << "the same seed";
}

TEST(Stamp, Row164ATraceThatCameGoesOnWithASpanOfThisRun) {
  const auto made = stamped({{"field", "trace"}}, {with(&Envelope::trace, kTrace)});
  EXPECT_EQ(made[0].trace.substr(0, 36), kTrace.substr(0, 36));
  EXPECT_NE(made[0].trace, kTrace);
  EXPECT_TRUE(TraceParent::read(made[0].trace));
  EXPECT_EQ(*made[0].find("parent_span"), MetaValue("00f067aa0ba902b7"));
  EXPECT_EQ(made[0].parent, "") << "the record is the same record";
}

TEST(Stamp, Row164WhatIsNoTraceStaysAsItCame) {
  const std::string wrong = "00-" + std::string(32, '0') + "-00f067aa0ba902b7-01";
  EXPECT_EQ(stamped({{"field", "trace"}}, {with(&Envelope::trace, wrong)})[0], with(&Envelope::trace, wrong));
  const auto made = stamped({{"field", "trace"}, {"overwrite"}}, {with(&Envelope::trace, wrong), with(&Envelope::trace, kTrace)});
  EXPECT_TRUE(TraceParent::read(made[0].trace));
  EXPECT_NE(made[1].trace.substr(0, 36), kTrace.substr(0, 36));
  EXPECT_EQ(made[1].find("parent_span"), nullptr);
}

}  // namespace
}  // namespace leat
