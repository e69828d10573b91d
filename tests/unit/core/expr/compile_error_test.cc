#include <gtest/gtest.h>

#include "tests/support/expression.h"

namespace leat::expr {
namespace {

Error refused(std::string_view text) {
  FieldPlan plan;
  const auto program = Program::compile(text, plan);
  EXPECT_FALSE(program) << text;
  return program ? Error{} : program.error();
}

TEST(CompileError, PointsAtThePlace) {
  EXPECT_EQ(refused(".a ==== 1").text, "expression:1:4: unexpected '==='\n  .a ==== 1\n     ^");
  EXPECT_EQ(refused(".a\n  | fo(1)").text, "expression:2:5: unknown function 'fo'\n    | fo(1)\n      ^");
  EXPECT_EQ(refused("\"é\" | x y").text.substr(0, 16), "expression:1:9: ");
}

TEST(CompileError, SaysWhatWasMeant) {
  EXPECT_EQ(refused(".a && .b").hint, "write `and`");
  EXPECT_EQ(refused("select(.a = 1)").hint, "compare with `==`");
  EXPECT_EQ(refused(".a == 'x'").hint, "text stands in double quotes: \"...\"");
  EXPECT_EQ(refused(".a == None").hint, "write `null`");
  EXPECT_EQ(refused("lenght").hint, "did you mean length?");
  EXPECT_EQ(refused("$metta").hint, "did you mean $meta?");
  EXPECT_EQ(refused(".first-name").hint, "a key with a dash is written .[\"first-name\"]");
  EXPECT_EQ(refused("split").hint, "it is split(separator) or split(regex; flags); arguments are separated by ';'");
  EXPECT_EQ(refused("length()").hint, "write length");
  EXPECT_EQ(refused("mean(.a)").hint, "write `add / length`; in --emit of a window `avg(.field)`");
  EXPECT_EQ(refused("@bse64").hint, "did you mean @base64?");
  for (const char* name : {"input", "inputs", "debug", "stderr", "input_filename", "halt", "halt_error"})
    EXPECT_FALSE(refused(name).hint.empty()) << name;
}

TEST(CompileError, AConditionIsNoAssignment) {
  for (const char* text : {".a = 1", ".a |= 1", ".a += 1", ".a //= 1", ".b and .a = 1", ".b | .a = 1", "select(.b or .a = 1)"}) {
    FieldPlan plan;
    const auto program = Program::compile(text, plan, {.condition = true});
    ASSERT_FALSE(program) << text;
    EXPECT_EQ(program.error().hint, "compare with `==`") << text;
  }
  for (const char* text : {".a == 1", ".a = 1 | .b", "[.a = 1] | length > 0", "(.a = 1) == ."}) {
    FieldPlan plan;
    EXPECT_TRUE(Program::compile(text, plan, {.condition = true})) << text;
  }
  FieldPlan plan;
  EXPECT_TRUE(Program::compile(".a = 1", plan));
}

TEST(CompileError, DepthIsBounded) {
  EXPECT_NE(refused(std::string(100000, '[')).text.find("too deeply"), std::string::npos);
  EXPECT_NE(refused(std::string(100000, '-') + "1").text.find("too deeply"), std::string::npos);
  std::string sum = "1";
  for (int i = 0; i < 100000; ++i) sum += "+1";
  EXPECT_NE(refused(sum).text.find("too deeply"), std::string::npos);
}

}  // namespace
}  // namespace leat::expr
