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

Written write(std::string_view text, std::string_view record, const Limits& limits = {}) {
  FieldPlan plan;
  const auto program = Program::compile(text, plan);
  Pool pool;
  SlabRef slab = pool.take();
  slab->add(record);
  test::look(*slab, plan);
  Machine machine(limits);
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

// An envelope by hand; the body of an approval is bytes, so it is shown as base64 (printf 'ok' | base64).
TEST(Program, ReadsTheEnvelope) {
  FieldPlan plan;
  const auto program = Program::compile("$artifact | {subject, id, parent, checksum, approvals, meta}", plan);
  Pool pool;
  SlabRef slab = pool.take();
  slab->add("1");
  Envelope& envelope = slab->envelopes.emplace_back();
  envelope.subject = "orders";
  envelope.put("n", int64_t{3});
  envelope.approvals.push_back({"review", "ok"});
  test::look(*slab, plan);
  Machine machine;
  std::string out;
  std::vector<Span> spans;
  ASSERT_TRUE(machine.write(**program, {slab.get(), 0}, out, spans));
  EXPECT_EQ(out, R"({"subject":"orders","id":"","parent":"","checksum":null,"approvals":[{"kind":"review","body":"b2s="}],"meta":{"n":3}})"
                 "\n");
}

// What is kept with own() outlives the program and the record; what a machine keeps of a program is gone with the run.
TEST(Program, ValuesThatAreOwnedOutliveTheirProgram) {
  Machine machine;
  std::vector<Value> kept;
  {
    FieldPlan plan;
    const auto program = Program::compile(R"([.a, "constant", {"key": ["deep", 1.50]}, 12345678901234567890], "alone")", plan);
    Pool pool;
    SlabRef slab = pool.take();
    slab->add(R"({"a":"of the record"})");
    test::look(*slab, plan);
    ASSERT_TRUE(machine.each(**program, {slab.get(), 0}, [&](const Value& value) { return kept.emplace_back(value).own(), true; }));
    const auto caught = Program::compile(R"(try error("a constant") catch true)", plan);
    EXPECT_EQ(machine.test(**caught, {slab.get(), 0}), Machine::Truth::yes);
  }
  std::string text;
  for (const Value& value : kept) json::write(value, text);
  EXPECT_EQ(text, R"(["of the record","constant",{"key":["deep",1.50]},12345678901234567890]"alone")");
  EXPECT_EQ(run("1 + 1", "null").text(), "2");
}

// A loop that changes what it holds may not copy it each time: 20,000 turns take steps by their number, not by its square.
TEST(Program, LoopsChangeInPlace) {
  Limits linear;
  linear.steps = 500'000;
  for (const char* program : {
           "reduce range(20000) as $i ({}; .[$i|tostring] = $i) | length",
           "reduce range(20000) as $i ({}; .[$i|tostring] |= $i) | length",
           "reduce range(20000) as $i ({}; .[$i|tostring] += 1) | length",
           "reduce range(20000) as $i ({}; . + {($i|tostring): $i}) | length",
           "reduce range(20000) as $i ({}; setpath([$i|tostring]; $i)) | length",
           "reduce range(20000) as $i ([]; . + [$i]) | length",
           "reduce range(20000) as $i ([]; .[$i] = $i) | length",
           "reduce range(20000) as $i ([]; .[length] = $i) | length",
           "reduce range(20000) as $i ({a: []}; .a += [$i]) | .a | length",
           "reduce range(20000) as $i ({a: [], n: 0}; .a[.n] = $i | .n += 1) | .n",
           "reduce (range(20000) | [., 0]) as [$i, $j] ([]; . + [$j]) | length",
           "reduce (range(20000) | {k: \"\\(.)\", v: .}) as {k: $k, v: $v} ({}; .[$k] += [$v]) | length",
           "reduce range(20000) as $i ({}; if has(\"x\\($i)\") then . else .[$i|tostring] = $i end) | length",
           "last(foreach range(20000) as $i ({}; .[$i|tostring] = $i; length))",
           "last(foreach range(20000) as $i ([]; . + [$i]; length))",
           "[range(20000) | {key: tostring, value: .}] | from_entries | to_entries | length",
           "[range(20000) | {(tostring): .}] | add | length",
           "[range(20000)] | map(. + 1) | length",
       })
    EXPECT_EQ(run(program, "null", {}, linear).text(), "20000") << program;
}

// Copying is work: nobody gets around the bound on steps by making each step copy a great deal.
TEST(Program, CopiesCount) {
  Limits few;
  few.steps = 1'000'000;
  EXPECT_EQ(run("[range(20000)] as $all | reduce range(20000) as $i (0; $all | .[0] = 1 | length)", "null", {}, few).code, "limit");
  EXPECT_EQ(run("(\"x\" * 200000) as $all | reduce range(20000) as $i (0; $all + \"y\" | 0)", "null", {}, few).code, "limit");
}

// Asked before the memory is taken, not behind it.
TEST(Program, PartsOfTextAreBounded) {
  Limits small;
  small.bytes = 1 << 20;
  const std::string text = '"' + std::string(900'000, 'x') + '"';
  for (const char* program : {"explode", "split(\"\")", "split(\"x\")", ". / \"\"", ". * 3"}) {
    EXPECT_EQ(run(program, text, {}, small).code, "limit") << program;
  }
}

// An array that is only printed is never held, but what is printed of it is.
TEST(Program, PrintedArraysAreBounded) {
  Limits small;
  small.bytes = 1 << 20;
  EXPECT_TRUE(write("[range(10000) | \"0123456789\"]", "null", small).good);
  EXPECT_FALSE(write("[range(1000000) | \"0123456789\"]", "null", small).good);
  EXPECT_FALSE(write("[range(1000000) | {a: .}]", "null", small).good);
  EXPECT_FALSE(write("{x: [range(1000000)]}", "null", small).good);
}

// Text that is put together is printed as it is made, and bounded all the same.
TEST(Program, PrintedTextIsBounded) {
  Limits small;
  small.bytes = 1 << 20;
  EXPECT_TRUE(write(R"x("\(. * 3)-\(. * 3)")x", R"("0123456789")", small).good);
  EXPECT_FALSE(write(R"x("\(. * 50000)\(. * 50000)\(. * 50000)")x", R"("0123456789")", small).good);
}

// The answer replaces what it is made of parts of. Expected: jq 1.8.
TEST(Program, DividesTextInPlace) {
  EXPECT_EQ(run(R"(. /= ",")", R"("x,y")").text(), R"(["x","y"])");
  EXPECT_EQ(run(R"(.[] /= ",")", R"(["x,y","a much longer text, one with its own memory"])").text(),
            R"([["x","y"],["a much longer text"," one with its own memory"]])");
  EXPECT_EQ(run(R"(.[0] /= "/")", R"(["caf\u00e9/\u0041/"])").text(), R"([["café","A",""]])");
  EXPECT_EQ(run(R"(. /= "none")", R"("/")").text(), R"(["/"])");
  EXPECT_EQ(run(R"(. /= "")", R"("ab")").text(), R"(["a","b"])");
}

// A key that stands twice wants the value built: that has all the steps there are, whatever was tried before.
TEST(Program, WhatIsTriedFirstCostsNoSteps) {
  Limits few;
  few.steps = 10'000;
  const char* const kProgram = ".b = (reduce range(2800) as $i (0; . + $i))";
  EXPECT_TRUE(write(kProgram, R"({"a":1})", few).good);
  EXPECT_TRUE(write(kProgram, R"({"a":1,"a":2})", few).good);
  EXPECT_FALSE(write(".b = (reduce range(9000) as $i (0; . + $i))", R"({"a":1})", few).good);
}

// jq 1.6: the state is null behind an update without output.
TEST(Program, ForeachWithoutOutput) {
  EXPECT_EQ(run("[foreach range(4) as $i (0; if $i == 1 then empty else . + 1 end; .)]", "null").text(), "[1,1,2]");
}

// The order of a field and a constant is that of the two as items of arrays, which nothing shortens.
TEST(Program, ConstantsCompareAsValuesDo) {
  const char* const kNumbers[] = {"0",
                                  "-0",
                                  "1",
                                  "1.0",
                                  "10e-1",
                                  "0.1",
                                  "0.10",
                                  "1e-1",
                                  "500",
                                  "499.9",
                                  "500.00000000000000001",
                                  "5e2",
                                  "-500",
                                  "-0.5",
                                  "1e400",
                                  "-1e400",
                                  "9007199254740992",
                                  "9007199254740993",
                                  "9007199254740993.0",
                                  "9223372036854775807",
                                  "9223372036854775808",
                                  "12345678901234567890123"};
  for (const char* field : kNumbers)
    for (const char* constant : kNumbers)
      for (const char* op : {"==", "!=", "<", "<=", ">", ">="}) {
        const std::string record = std::string("{\"a\":") + field + "}";
        EXPECT_EQ(run(std::string(".a ") + op + " " + constant, record).text(),
                  run(std::string("[.a] ") + op + " [" + constant + "]", record).text())
            << field << " " << op << " " << constant;
      }
  // jq 1.7.1 for what doubles tell apart, arithmetic for the rest.
  EXPECT_EQ(run(".a < 500, .a > 499.5, .a == 499.9", R"({"a":499.9})").text(), "true true true");
  EXPECT_EQ(run(".a > 9007199254740992, .a == 9007199254740993", R"({"a":9007199254740993.0})").text(), "true true");
}

}  // namespace
}  // namespace leat::expr
