#include "core/expr/builtins.h"

#include <gtest/gtest.h>

#include "tests/support/expression.h"

namespace leat::expr {
namespace {

TEST(Builtins, AreSortedAndExplained) {
  const auto all = builtins();
  for (size_t i = 0; i < all.size(); ++i) {
    if (i > 0) {
      EXPECT_TRUE(all[i - 1].name < all[i].name || (all[i - 1].name == all[i].name && all[i - 1].arity < all[i].arity)) << all[i].name;
    }
    EXPECT_FALSE(all[i].help.empty()) << all[i].name;
    EXPECT_EQ(all[i].usage.substr(0, all[i].name.size()), all[i].name);
    EXPECT_EQ((all[i].native != nullptr) + (all[i].special != nullptr) + !all[i].definition.empty(), 1) << all[i].name;
    EXPECT_EQ(find_builtin(all[i].name, all[i].arity), &all[i]);
  }
}

// What is written in the language itself is compiled only when it is met: meet them all.
TEST(Builtins, AllCompile) {
  for (const Builtin& known : builtins()) {
    std::string call(known.name);
    for (int i = 0; i < known.arity; ++i) call += i == 0 ? "(\"a\"" : "; null";
    if (known.arity > 0) call += ")";
    FieldPlan plan;
    const auto program = Program::compile(call, plan);
    EXPECT_TRUE(program) << call << ": " << program.error().text;
  }
}

TEST(Builtins, EnvelopeIsReadByVariables) {
  FieldPlan plan;
  const auto program = Program::compile(
      "[$meta.tenant, $meta.none, $subject, $time, $id, $origin, $error.code, $error.offset, $artifact.attempt, $artifact.media_type]",
      plan);
  ASSERT_TRUE(program);
  EXPECT_TRUE((*program)->reads_envelope());
  Pool pool;
  SlabRef slab = pool.take();
  slab->add("{}");
  Envelope envelope;
  envelope.put("tenant", int64_t{7});
  envelope.subject = "orders.new", envelope.id = "i", envelope.origin = "o", envelope.time = 1'700'000'000'500'000'000,
  envelope.attempt = 2;
  envelope.failure = std::make_unique<Failure>();
  envelope.failure->code = "malformed", envelope.failure->offset = 12;
  slab->envelopes.push_back(envelope);
  test::look(*slab, plan);
  Machine machine;
  std::string out;
  std::vector<Span> spans;
  ASSERT_TRUE(machine.write(**program, {slab.get(), 0}, out, spans));
  EXPECT_EQ(out, "[7,null,\"orders.new\",\"2023-11-14T22:13:20.5Z\",\"i\",\"o\",\"malformed\",12,2,\"\"]\n");
}

TEST(Builtins, NowIsTold) {
  FieldPlan plan;
  const auto program = Program::compile("now", plan);
  Pool pool;
  SlabRef slab = pool.take();
  slab->add("{}");
  test::look(*slab, plan);
  Machine machine;
  machine.now(Instant(Duration(1'500'000'000)));
  std::string out;
  std::vector<Span> spans;
  ASSERT_TRUE(machine.write(**program, {slab.get(), 0}, out, spans));
  EXPECT_EQ(out, "1.5\n");
}

// jq 1.6
TEST(Builtins, LeafPathsLeaveNullAndFalseOut) {
  EXPECT_EQ(test::run("[leaf_paths]", R"({"a":null,"b":[false,true],"c":{"d":0,"e":""}})").text(), R"([["b",1],["c","d"],["c","e"]])");
}

}  // namespace
}  // namespace leat::expr
