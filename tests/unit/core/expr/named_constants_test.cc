// `VALUE as $name | EXPR` with a literal is EXPR with the literal: the same answers (jq's, by hand), and what is found ahead of the
// first record is found.
#include "core/expr/named_constants.h"

#include <gtest/gtest.h>

#include "core/expr/emit.h"
#include "core/expr/program.h"
#include "tests/support/expression.h"

namespace leat::expr {
namespace {

using test::run;

std::string answer(std::string_view text) { return run(text, R"({"a":1,"b":{"c":2},"host":"x"})").text(); }

TEST(Row24NamedConstants, AnswerAsTheBindingDoes) {
  EXPECT_EQ(answer("1 as $x | .a == $x"), "true");
  EXPECT_EQ(answer("(-1) as $x | .a + $x, -$x"), "0 1");
  EXPECT_EQ(answer(R"("b" as $f | "c" as $g | .[$f][$g], .[$f] | tojson)"), R"("2" "{\"c\":2}")");
  EXPECT_EQ(answer(R"("c" as $k | {$k, ($k): 1, "\($k)d": 2})"), R"({"k":"c","c":1,"cd":2})");
  EXPECT_EQ(answer("1 as $x | . as [$y] ?// $y | $x"), "1");
  EXPECT_EQ(answer("2 as $n | [limit($n; 1, 2, 3)], (def f: $n + 1; f)"), "[1,2] 3");
}

TEST(Row24NamedConstants, ANameGivenAgainIsTheInnerOne) {
  EXPECT_EQ(answer("1 as $x | $x, (2 as $x | $x), $x"), "1 2 1");
  EXPECT_EQ(answer("1 as $x | reduce (5, 6) as $x ($x; . + $x)"), "12");
  EXPECT_EQ(answer("1 as $x | def f($x): $x + 1; f(10), $x"), "11 1");
  EXPECT_EQ(answer("1 as $x | {c: 7} as {$c, $x} | $x, $c"), "null 7");
  EXPECT_EQ(answer("1 as $x | 2 as $x | $x"), "2");
  EXPECT_EQ(answer("(1, 2) as $x | $x"), "1 2");
}

TEST(Row24NamedConstants, WhatIsKnownAheadIsFoundBehindThem) {
  FieldPlan plan;
  const auto program = Program::compile(R"("error" as $level | 5 as $n | .level == $level and .n > $n)", plan);
  ASSERT_TRUE(program);
  ASSERT_TRUE((*program)->needle());
  EXPECT_EQ((*program)->needle()->text, "error");
  FieldPlan keyed;
  ASSERT_TRUE(Program::compile(R"("host" as $field | .b[$field])", keyed));
  EXPECT_EQ(keyed.paths(), (std::vector<FieldPlan::Path>{{"b", "host"}}));
}

TEST(Row24NamedConstants, AnEmitSeesThemInItsAggregates) {
  FieldPlan plan;
  const auto emit =
      EmitProgram::compile(R"(250 as $slow | "host" as $by | 3 as $n | {s: count(.ms > $slow), t: topk(.[$by]; $n), n: $n})", plan);
  ASSERT_TRUE(emit) << emit.error().text;
  EXPECT_EQ((*emit)->aggregates().size(), 2u);
  EXPECT_DOUBLE_EQ((*emit)->aggregates()[1].number, 3);
  EXPECT_EQ(plan.paths(), (std::vector<FieldPlan::Path>{{"ms"}, {"host"}}));
}

}  // namespace
}  // namespace leat::expr
