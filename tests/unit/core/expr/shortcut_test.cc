// Shortcuts against the long way: what is written without building a value is what the value would have been written as, and
// what has a node of its own answers as its definition in the language.
#include <gtest/gtest.h>

#include "core/codec/json_reader.h"
#include "tests/support/expression.h"
#include "tests/support/random_json.h"

namespace leat::expr {
namespace {

class Bench {
 public:
  explicit Bench(std::string_view text) : program_(*Program::compile(text, plan_)) {}

  // What write() appends, and what each() gives written down; each with the failure behind it.
  std::pair<std::string, std::string> run(const std::string& record) {
    SlabRef slab = pool_.take();
    slab->add(record);
    slab->width = plan_.width(), slab->columns.resize(plan_.width());
    const auto reader = json_reader(plan_);
    reader->prepare(*slab, 1);
    EXPECT_TRUE(reader->read(*slab, 0, slab->columns.data())) << record << reader->reason();
    std::string written, valued;
    std::vector<Span> spans;
    if (!machine_.write(*program_, {slab.get(), 0}, written, spans)) written = "error: " + machine_.message();
    const bool good = machine_.each(*program_, {slab.get(), 0}, [&](const Value& value) {
      json::write(value, valued);
      valued += '\n';
      return true;
    });
    if (!good) valued = "error: " + machine_.message();
    return {written, valued};
  }

 private:
  Pool pool_;
  FieldPlan plan_;
  std::shared_ptr<const Program> program_;
  Machine machine_;
};

TEST(Shortcut, EditsAreWhatTheValueWouldBe) {
  for (const char* text : {
           "del(.a)",
           "del(.a, .b, .k3)",
           "del(.a.b, .b)",
           "del(.k1, .k1)",
           "del(.a, .a.b)",
           "del(.none)",
           "del(.a?)",
           "del(.[\"k2\"])",
           "del(.a[0])",
           ".a = 1",
           ".new = .a",
           ".a.b = {x: .b}",
           ".a.b.c = 1",
           ".k2 += 1",
           ".k2 -= 1",
           ".a |= tostring",
           ".a |= empty",
           ".a |= (., 1)",
           ".new |= length",
           ".a //= \"none\"",
           ".b.c //= [.a]",
           ".a = (.b, .k1)",
           ".a = empty",
           ".a = error(\"no\")",
           ". + {a: 1}",
           ". + {a: .b, new: (.k1 | tojson), k2}",
           ". + {\"q\\\"\": 1, \"\\u0000\": 2}",
           ". + {(.a | tostring): 1}",
           ". + {a: 1, a: 2}",
           ". + {}",
           ".a | del(.b)",
           ".a | .b = 1",
           ".a? | .b += 1",
           ".a = (.b = (.k1 = 2))",
           "del(.a) | .b = 1",
           "if .a then del(.a) else . + {n: 1} end",
           "{x: del(.a)}",
           ".[\"\\u0000\"] = 1",
           "del(.[\"\"])",
           ".a |= with_entries(.value |= 1)",
           ". as $r | .a = $r.b",
           "def f: .k1 = .k2; f",
           "(.a, .b) = 1",
           ".a, .b = 1",
       }) {
    Bench bench(text);
    for (uint32_t seed = 0; seed < 300; ++seed) {
      test::RandomJson random(seed, seed % 3 * 3);
      const std::string record = seed % 20 == 0 ? random.value(0) : random.object();
      const auto [written, valued] = bench.run(record);
      // Parts that are printed as they lie keep their escapes and double keys: there the two may be spelled otherwise.
      if (seed % 3 == 0 || std::string_view(text).find("if ") == std::string_view::npos) {
        EXPECT_EQ(written, valued) << text << " of " << record;
      }
    }
  }
}

TEST(Shortcut, TextAndArraysArePrintedAsTheyAreMade) {
  for (const char* text : {R"~("\(.a) and \(.b): \(.k1)")~",
                           R"~(@json "\(.a)\u007f\"\(.k2)")~",
                           R"~(@text "\(.k1)")~",
                           "@text",
                           "@json",
                           "@html",
                           R"~("\(.a | error)")~",
                           R"~("\(empty)")~",
                           R"~([.[]?, "\(.a)"])~",
                           "[.a, error(.b)]",
                           "[.[]? | select(. == 1)]",
                           "[]",
                           R"~({x: [.[]?], y: "\(.a)"})~",
                           "[.a] | {b: .}",
                           "[.. | strings]",
                           "[.a, .b][1]",
                           "[.[]? | {x: ., y: [.[]?]}]",
                           "[.[]? | .a?, 1]",
                           "[.[]? | select(. != null) | {n: length?}]",
                           "map({a: .}?)",
                           "[[.[]?] | .[] | (., [.])]",
                           "[.[]? | if . then error else [] end]"}) {
    Bench bench(text);
    for (uint32_t seed = 0; seed < 300; ++seed) {
      test::RandomJson random(seed, seed % 3 * 3);
      const std::string record = seed % 10 == 0 ? random.value(0) : random.object();
      const auto [written, valued] = bench.run(record);
      EXPECT_EQ(written, valued) << text << " of " << record;
    }
  }
}

void same(const char* quick, const char* meant) {
  Bench a(quick), b(meant);
  for (uint32_t seed = 0; seed < 500; ++seed) {
    test::RandomJson random(seed, seed % 3 * 3);
    const std::string record = seed % 10 == 0 ? random.value(0) : random.object();
    EXPECT_EQ(a.run(record).second, b.run(record).second) << quick << " of " << record;
  }
}

TEST(Shortcut, WithEntriesIsItsDefinition) {
  for (const char* f :
       {"select(.value != null)", ".value |= tostring", ".key |= \"x\" + .", ".key = \"one\"", ".", "empty", "(., .)", ".value",
        "., {key: \"more\"}", "{name: .key, Value: 1}", "if .value then . else {key: 1} end", "error(.value)",
        "{key: false, name: \"n\", value: .key}", "select(.key != \"a\") | .key |= ascii_upcase", "if .key == \"k2\" then 5 else . end"}) {
    const std::string quick = "with_entries(" + std::string(f) + ")", meant = "[to_entries[] | " + std::string(f) + "] | from_entries";
    same(quick.c_str(), meant.c_str());
  }
}

// A key that has one output is not put into an array; one that might have more is.
TEST(Shortcut, OneKeyOrdersAsAnArrayOfIt) {
  for (const char* name : {"sort_by", "group_by", "unique_by", "min_by", "max_by"})
    for (const char* key : {".", "type", ".a?", "select(type == \"number\")", "length?"}) {
      const std::string quick = std::string(name) + "(" + key + ")", meant = std::string(name) + "((" + key + "), empty)";
      same(("[.. | scalars] | " + quick).c_str(), ("[.. | scalars] | " + meant).c_str());
      same(("[.[]?] | " + quick).c_str(), ("[.[]?] | " + meant).c_str());
      same(quick.c_str(), meant.c_str());
    }
}

TEST(Shortcut, PartsOfTextAreTheSameWhereverItLies) {
  same("[.[]? | strings | .[1:3], .[:-1], split(\"a\"), split(\"\")]",
       "[.[]? | strings | (. + \"\") | .[1:3], .[:-1], split(\"a\"), split(\"\")]");
}

}  // namespace
}  // namespace leat::expr
