// route and set. Expected records by jq's select, one call for each case.
#include <gtest/gtest.h>

#include "stages/catalog.h"
#include "tests/support/turn.h"

namespace leat {
namespace {

using test::lines;
using Lines = std::vector<std::string>;

const std::vector<test::Line> kNumbers =
    lines({"{\"a\":1}", "{\"a\": 5}", "{\"a\":15}", "{\"a\":\"x\"}", "{\"a\":null}", "nonsense", "[]"});
const std::vector<test::Set> kCases{{"case", ".a > 10", "big"}, {"case", ".a > 3", "some"}};

TEST(Route, Row79_ToTheFirstCaseThatFits) {
  const auto outcome = test::run_lawful(kRoute, kCases, kNumbers);
  EXPECT_EQ(outcome.at(2), (Lines{"{\"a\":15}", "{\"a\":\"x\"}"}));  // text is more than any number
  EXPECT_EQ(outcome.at(3), (Lines{"{\"a\": 5}"}));
  EXPECT_EQ(outcome.out(), (Lines{"{\"a\":1}", "{\"a\":null}"}));
  ASSERT_EQ(outcome.failed.size(), 2u);
  EXPECT_EQ(outcome.failed[0].code, "malformed");
  EXPECT_EQ(outcome.failed[1].record, "[]");
  EXPECT_EQ(outcome.failed[1].code, "expression");
}

TEST(Route, Row80_ACopyToAllThatFit) {
  std::vector<test::Set> sets = kCases;
  sets.push_back({"all"});
  const auto outcome = test::run_lawful(kRoute, sets, kNumbers);
  EXPECT_EQ(outcome.at(2), (Lines{"{\"a\":15}", "{\"a\":\"x\"}"}));
  EXPECT_EQ(outcome.at(3), (Lines{"{\"a\": 5}", "{\"a\":15}", "{\"a\":\"x\"}"}));
  EXPECT_EQ(outcome.out(), (Lines{"{\"a\":1}", "{\"a\":null}"}));
}

// The second case fails for what the first has taken already: it must go nowhere.
TEST(Route, AFailureSpoilsAllCopiesAndNoneButThose) {
  const std::vector<test::Set> first{{"case", "true", "every"}, {"case", ".a > error", "never"}};
  EXPECT_TRUE(test::run(kRoute, first, lines({"{}"}), 1).failed.empty());
  std::vector<test::Set> all = first;
  all.push_back({"all"});
  const auto outcome = test::run_lawful(kRoute, all, lines({"{}"}));
  EXPECT_EQ(outcome.failed.size(), 1u);
  EXPECT_TRUE(outcome.ports.empty());
}

TEST(Route, Row91_RefusesNamesThatCannotBePorts) {
  for (std::string_view name : {"out", "err", "else", "", "A", "a.b", "a b"})
    EXPECT_NE(test::refusal(kRoute, {{"case", ".a", name}}), "") << name;
  EXPECT_NE(test::refusal(kRoute, {{"case", ".a", "x"}, {"case", ".b", "x"}}), "");
  EXPECT_NE(test::refusal(kRoute, {{"case", ".a |", "x"}}), "");
  EXPECT_EQ(test::refusal(kRoute, {{"case", ".a", "x"}, {"case", ".b", "y-1"}}), "");
  EXPECT_EQ(kRoute.more_ports(test::settings_of(kRoute, kCases)), (Lines{"big", "some"}));
}

std::vector<Envelope> envelopes_of(const test::Rig& rig) {
  std::vector<Envelope> all;
  for (const auto& [port, batch] : rig.held()) batch.each([&, &made = batch](uint32_t i) { all.push_back(made.slab().envelopes.at(i)); });
  return all;
}

TEST(Set, WritesTheFieldsAndNothingElse) {
  test::Rig rig(kSet, {{"field", ".type", "subject"},
                       {"field", ".n", "meta.n"},
                       {"field", ".n / 2", "meta.half"},
                       {"field", ".ok", "meta.ok"},
                       {"field", "$subject", "meta.before"},
                       {"field", "null", "meta.gone"},
                       {"field", ".at", "time"}});
  EXPECT_TRUE(rig.wants_envelopes());
  rig.envelopes([](size_t) {
    Envelope envelope;
    envelope.subject = "old";
    envelope.role = "kept";
    envelope.put("gone", std::string("x"));
    return envelope;
  });
  const std::string record = "{ \"type\":\"order\",\"n\":3, \"ok\":true,\"at\":\"1970-01-01T01:00:00.5+01:00\"}";
  rig.feed({{record}}, 1);
  EXPECT_EQ(rig.outcome().out(), (Lines{record}));
  const auto made = envelopes_of(rig);
  ASSERT_EQ(made.size(), 1u);
  EXPECT_EQ(made[0].subject, "order");
  EXPECT_EQ(made[0].role, "kept");
  EXPECT_EQ(made[0].time, 500'000'000);
  EXPECT_EQ(*made[0].find("n"), MetaValue(int64_t{3}));
  EXPECT_EQ(*made[0].find("half"), MetaValue(1.5));
  EXPECT_EQ(*made[0].find("ok"), MetaValue(true));
  EXPECT_EQ(*made[0].find("before"), MetaValue("old"));
  EXPECT_EQ(made[0].find("gone"), nullptr);
}

TEST(Set, ANumberOfSecondsIsATime) {
  for (const auto& [text, ns] : std::vector<std::pair<std::string, int64_t>>{
           {"1700000000", 1'700'000'000'000'000'000}, {"0.25", 250'000'000}, {"-1.5", -1'500'000'000}}) {
    test::Rig rig(kSet, {{"field", ".", "time"}});
    rig.feed({{text}}, 1);
    EXPECT_EQ(envelopes_of(rig).at(0).time, ns) << text;
  }
}

TEST(Set, WhatAFieldCannotTakeFailsTheRecord) {
  const auto outcome = test::run_lawful(
      kSet, {{"field", ".s", "subject"}, {"field", ".m", "meta.m"}, {"field", ".t", "time"}},
      lines({"{\"s\":\"x\",\"m\":1,\"t\":1}", "{\"s\":5,\"m\":1,\"t\":1}", "{\"m\":[1],\"t\":1}", "{\"t\":\"soon\"}", "{\"t\":1e300}"}));
  EXPECT_EQ(outcome.out().size(), 1u);
  ASSERT_EQ(outcome.failed.size(), 4u);
  for (const auto& failed : outcome.failed) EXPECT_EQ(failed.code, "type");
  for (std::string_view many : {"empty", "1, 2"}) {
    const auto none = test::run_lawful(kSet, {{"field", many, "meta.m"}}, lines({"{}"}));
    ASSERT_EQ(none.failed.size(), 1u) << many;
    EXPECT_EQ(none.failed[0].code, "expression");
  }
}

// Two readers of one port share a slab: what one branch writes, the other must not see.
TEST(Set, LeavesTheEnvelopesOfOtherReadersAlone) {
  test::Rig rig(kSet, {{"field", "\"new\"", "subject"}});
  Pool& pool = rig.pool();
  test::FakeTurn turn(rig.now(), pool);
  SlabRef slab = turn.slab();
  slab->add("{}");
  slab->add("[]");
  slab->envelopes.resize(2);
  Batch batch = Batch(slab, {}, 0).pick({1});
  rig.stage().process(batch, turn);
  EXPECT_EQ(slab->envelopes[1].subject, "");
  ASSERT_EQ(batch.size(), 1u);
  EXPECT_EQ(batch.record(0), "[]");
  EXPECT_EQ(batch.slab().envelopes[1].subject, "new");
}

TEST(Set, RefusesFieldsThatDoNotExist) {
  for (std::string_view name : {"subjekt", "meta", "meta.", "payload", ""})
    EXPECT_NE(test::refusal(kSet, {{"field", ".a", name}}), "") << name;
  EXPECT_EQ(test::refusal(kSet, {{"field", ".a", "meta.x.y"}}), "");
}

}  // namespace
}  // namespace leat
