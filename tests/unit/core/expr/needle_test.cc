// needle(). Each row by hand: what must be in a record for the condition to be true, and that nothing runs before it is asked.
#include "core/expr/needle.h"

#include <gtest/gtest.h>

#include "core/expr/program.h"

namespace leat::expr {
namespace {

// text, then = for a whole string and . for a field; - for none.
std::string found(std::string_view condition) {
  FieldPlan plan;
  const auto program = Program::compile(condition, plan);
  if (!program) return "does not compile";
  const auto& needle = (*program)->needle();
  if (!needle) return "-";
  return needle->text + (needle->whole ? " =" : "") + (needle->in_field ? " ." : "");
}

TEST(Needle, IsWhatAConditionAsksFirst) {
  EXPECT_EQ(found(R"(.level == "error")"), "error = .");
  EXPECT_EQ(found(R"("error" == .a.b)"), "error = .");
  EXPECT_EQ(found(R"(. == "error")"), "error =");
  EXPECT_EQ(found(R"(contains("503"))"), "503");
  EXPECT_EQ(found(R"(.msg | contains("time out"))"), "time out .");
  EXPECT_EQ(found(R"(.msg? | startswith("GET"))"), "GET .");
  EXPECT_EQ(found(R"(.a["b"] | endswith("x"))"), "x .");
  EXPECT_EQ(found(R"(.msg | test("time out"))"), "time out .");
  EXPECT_EQ(found(R"(.level == "error" and (.status >= 500 or .x))"), "error = .");
  EXPECT_EQ(found(R"((.level == "error" and .a) and error("x"))"), "error = .");
}

TEST(Needle, IsNotFoundWhereThereIsADoubt) {
  for (const char* condition : {R"(.level != "error")",
                                R"(.level == "error" or .a)",
                                R"(.a and .level == "error")",
                                R"(.level == "")",
                                R"(.level == 5)",
                                R"(.level == .other)",
                                R"(.level == "caf\u00e9")",
                                R"(.msg | test("time.out"))",
                                R"(.msg | test("x"; "i"))",
                                R"(.msg | contains("x") | not)",
                                R"(.a[0] == "x")",
                                R"(.a[] == "x")",
                                R"(.a | contains({b: "x"}))",
                                R"(.msg | ltrimstr("x"))",
                                R"(def contains(x): true; contains("x"))",
                                R"(.a | (def test(x): true; test("x")))",
                                R"(contains("a\nb"))",
                                R"(.level < "error")",
                                R"(.a // "x" | contains("y"))",
                                "."})
    EXPECT_EQ(found(condition), "-") << condition;
}

}  // namespace
}  // namespace leat::expr
