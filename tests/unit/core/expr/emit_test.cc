#include "core/expr/emit.h"

#include <gtest/gtest.h>

#include "tests/support/expression.h"

namespace leat::expr {
namespace {

TEST(Emit, FindsItsAggregates) {
  FieldPlan plan;
  const auto emit = EmitProgram::compile(
      "{n: count, slow: count(.ms > 250), p: p99(.ms), q: quantile(.ms; 0.5), top: topk(.host; 3), m: (max(.ms) - min(.ms))}", plan);
  ASSERT_TRUE(emit) << emit.error().text;
  const auto found = (*emit)->aggregates();
  ASSERT_EQ(found.size(), 7u);
  EXPECT_EQ(found[0].kind, Aggregate::Kind::count);
  EXPECT_EQ(found[0].argument, nullptr);
  EXPECT_NE(found[1].argument, nullptr);
  EXPECT_EQ(found[2].kind, Aggregate::Kind::quantile);
  EXPECT_DOUBLE_EQ(found[2].number, 0.99);
  EXPECT_DOUBLE_EQ(found[3].number, 0.5);
  EXPECT_DOUBLE_EQ(found[4].number, 3);
  EXPECT_EQ(plan.paths(), (std::vector<FieldPlan::Path>{{"ms"}, {"host"}}));
}

TEST(Emit, MakesTheObjectOfAPane) {
  FieldPlan plan;
  const auto emit =
      EmitProgram::compile("{key: $key.host, n: count, per: (sum(.ms) / count), big: (collect(.ms; 5) | max), end: $end}", plan);
  ASSERT_TRUE(emit) << emit.error().text;
  Value key = Value::object(), list = Value::array(), out;
  key.put(Value::borrow("host"), Value::borrow("a1"));
  list.push(Value::integer(3)), list.push(Value::integer(7));
  ASSERT_EQ((*emit)->aggregates().size(), 4u);
  const Value values[] = {Value::integer(4), Value::integer(10), Value::integer(4), list};
  Machine machine;
  ASSERT_TRUE((*emit)->make(machine, key, Value::borrow("s"), Value::borrow("e"), values, out)) << machine.message();
  std::string text;
  json::write(out, text);
  EXPECT_EQ(text, R"({"key":"a1","n":4,"per":2.5,"big":7,"end":"e"})");
}

TEST(Emit, RefusesWhatAWindowHasNot) {
  const auto refused = [](std::string_view text) {
    FieldPlan plan;
    const auto emit = EmitProgram::compile(text, plan);
    EXPECT_FALSE(emit) << text;
    return emit ? std::string() : emit.error().text.substr(0, emit.error().text.find('\n')) + " | " + emit.error().hint;
  };
  EXPECT_EQ(refused("{host: .host}"),
            "expression:1:8: a window has no record here | put the field into an aggregate: sum(.ms), first(.host)");
  EXPECT_EQ(refused("{host}"), "expression:1:2: a window has no record here | put the field into an aggregate: sum(.ms), first(.host)");
  EXPECT_EQ(refused("{n: sum}"), "expression:1:5: 'sum' does not take 0 arguments | write sum(.field)");
  EXPECT_EQ(refused("{n: topk(.a; 0)}"), "expression:1:14: topk takes a whole number from 1 to 10000 | ");
  EXPECT_EQ(refused("{n: quantile(.a; 95)}"), "expression:1:18: quantile takes a number from 0 to 1 | ");
}

TEST(Emit, IsOneObject) {
  FieldPlan plan;
  Machine machine;
  for (const char* other : {"count", "{n: (1, 2)}", "empty", "[count]"}) {
    const auto emit = EmitProgram::compile(other, plan);
    ASSERT_TRUE(emit);
    const Value one = Value::integer(1);
    const std::vector<Value> values((*emit)->aggregates().size(), one);
    Value out;  // goes before the program, whose constants it may hold
    EXPECT_FALSE((*emit)->make(machine, Value(), Value(), Value(), values, out)) << other;
    EXPECT_EQ(machine.message(), "--emit must make exactly one object of a window");
  }
}

}  // namespace
}  // namespace leat::expr
