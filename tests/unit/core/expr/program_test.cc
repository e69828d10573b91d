#include "core/expr/program.h"

#include <gtest/gtest.h>

#include "tests/support/expression.h"

namespace leat::expr {
namespace {

using test::run;

constexpr const char* kRecord =
    R"({"host":"a1","status":503,"ms":12.50,"big":12345678901234567890123,"user":{"id":9007199254740993,"tags":["x", "y"]}})";

// Expected values by hand.
TEST(Program, ReadsFieldsAsTheyLie) {
  EXPECT_EQ(run(".host", kRecord).text(), R"("a1")");
  EXPECT_EQ(run(".user.id, .ms, .big, .none, .user.none.more", kRecord).text(), "9007199254740993 12.50 12345678901234567890123 null null");
  EXPECT_EQ(run(".user.tags[1]", kRecord).text(), R"("y")");
  EXPECT_EQ(run(".host.x", kRecord).text(), R"(error: Cannot index string with string "x")");
  EXPECT_EQ(run(".host.x?", kRecord).text(), "");
}

TEST(Program, IntegersStayExact) {
  EXPECT_EQ(run(".user.id + 1", kRecord).text(), "9007199254740994");
  EXPECT_EQ(run("9223372036854775807 + 1", "null").text(), "9223372036854776000");
}

struct Written {
  bool good;
  std::string text;
};

Written write(std::string_view text, std::string_view record) {
  FieldPlan plan;
  const auto program = Program::compile(text, plan);
  Pool pool;
  SlabRef slab = pool.take();
  slab->add(record);
  test::look(*slab, plan);
  Machine machine;
  std::string out = "kept\n";
  std::vector<Span> spans;
  const bool good = machine.write(**program, {slab.get(), 0}, out, spans);
  std::string lines;
  for (const Span& span : spans) lines += out.substr(span.begin, span.end - span.begin) + ";";
  EXPECT_EQ(out.substr(0, 5), "kept\n");
  if (!good) {
    EXPECT_EQ(out, "kept\n");
  }
  return {good, lines};
}

TEST(Program, WritesLines) {
  EXPECT_EQ(write("{host, ms: (.ms * 2), t: .user.tags, big}", kRecord).text,
            R"({"host":"a1","ms":25,"t":["x","y"],"big":12345678901234567890123};)");
  EXPECT_EQ(write(".user.tags[]", kRecord).text, R"("x";"y";)");
  EXPECT_EQ(write("empty", kRecord).text, "");
  EXPECT_FALSE(write("{host, x: error(\"no\")}", kRecord).good);
  EXPECT_FALSE(write(".host, error(\"no\")", kRecord).good);
}

Machine::Truth test_of(std::string_view text, std::string_view record) {
  FieldPlan plan;
  const auto program = Program::compile(text, plan);
  Pool pool;
  SlabRef slab = pool.take();
  slab->add(record);
  test::look(*slab, plan);
  Machine machine;
  return machine.test(**program, {slab.get(), 0});
}

TEST(Program, TestsAnyOutput) {
  using Truth = Machine::Truth;
  EXPECT_EQ(test_of(".status >= 500", kRecord), Truth::yes);
  EXPECT_EQ(test_of(".status < 500", kRecord), Truth::no);
  EXPECT_EQ(test_of(".none", kRecord), Truth::no);
  EXPECT_EQ(test_of("empty", kRecord), Truth::no);
  EXPECT_EQ(test_of("false, 0", kRecord), Truth::yes);
  EXPECT_EQ(test_of(".host + 1", kRecord), Truth::failed);
  EXPECT_EQ(test_of(".host | test(\"^a\\\\d$\")", kRecord), Truth::yes);
}

TEST(Program, BoundsHold) {
  Limits few;
  few.steps = 1000;
  EXPECT_EQ(run("[range(1000000)] | length", "null", {}, few).code, "limit");
  EXPECT_EQ(run("try ([range(1000000)] | length) catch 1", "null", {}, few).code, "limit");
  EXPECT_EQ(run("def f: 1 + f; f", "null").code, "limit");
  EXPECT_EQ(run("[limit(3; repeat(1))]", "null", {}, few).text(), "[1,1,1]");
  Limits small;
  small.bytes = 1 << 20;
  EXPECT_EQ(run("\"x\" * 100000000", "null", {}, small).code, "limit");
  EXPECT_EQ(run("[limit(1000000; repeat(\"0123456789\"))] | length", "null", {}, small).code, "limit");
  EXPECT_EQ(run("reduce range(64) as $i ([1]; [., .]) | tojson | length", "null", {}, small).code, "limit");
  EXPECT_EQ(run("reduce range(100000) as $i (1; [.])", "null").code, "limit");
  EXPECT_EQ(run(".[1e8] = 1", "null", {}, small).code, "limit");
  EXPECT_EQ(run("\"" + std::string(60, 'a') + "!\" | test(\"^(a|aa)+$\")", "null").code, "limit");
}

}  // namespace
}  // namespace leat::expr
