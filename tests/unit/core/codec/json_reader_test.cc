#include "core/codec/json_reader.h"

#include <array>
#include <random>

#include <gtest/gtest.h>

#include "core/codec/json_text.h"

namespace leat {
namespace {

using Kind = Column::Kind;
using Path = FieldPlan::Path;

// One planned field, spelled for comparison: kind and bytes.
std::string show(const Slab& slab, const Column& column) {
  static constexpr std::array<const char*, 9> kNames{"missing", "null", "no", "yes", "number", "string", "array", "object", "wrong"};
  const std::string name = kNames[static_cast<size_t>(column.kind)];
  if (column.kind == Kind::missing) return name;
  if (column.kind == Kind::wrong) return name + " " + kNames[column.size];
  return name + (column.form == Column::Form::escaped ? "~" : " ") + std::string(slab.text().substr(column.begin, column.size));
}

struct Bench {
  Bench(std::vector<Path> paths, const std::vector<std::string>& records) {
    for (const Path& path : paths) plan.slot(path);
    slab = pool.take();
    for (const std::string& record : records) slab->add(record);
  }
  // The fields of each record, or its reason; dense: as a stage that reads every record.
  std::vector<std::string> read(bool dense) {
    const auto reader = json_reader(plan);
    reader->prepare(*slab, dense ? slab->records.size() : 0);
    std::vector<std::string> out;
    std::vector<Column> row(plan.width());
    for (uint32_t i = 0; i < slab->records.size(); ++i) {
      if (!reader->read(*slab, i, row.data())) {
        out.push_back(reader->reason());
        continue;
      }
      std::string line;
      for (const Column& column : row) line += (line.empty() ? "" : ", ") + show(*slab, column);
      out.push_back(line);
    }
    return out;
  }

  Pool pool;
  FieldPlan plan;
  SlabRef slab;
};

std::string one(std::vector<Path> paths, const std::string& record) {
  Bench bench(std::move(paths), {record});
  const auto alone = bench.read(false), dense = bench.read(true);
  EXPECT_EQ(alone, dense);
  return alone[0];
}

TEST(JsonReader, ReadsPlannedFields) {
  const std::vector<Path> paths{{"status"}, {"upstream", "status"}, {"user"}, {"gone"}, {"upstream"}};
  EXPECT_EQ(one(paths, R"({"upstream":{"x":[{"status":1}],"status":502},"status": 503 ,"user":null})"),
            R"(number 503, number 502, null null, missing, object {"x":[{"status":1}],"status":502})");
  EXPECT_EQ(one(paths, R"({"user":"a\"b","status":"503","upstream":7})"), R"(string 503, wrong number, string~a\"b, missing, number 7)");
  EXPECT_EQ(one(paths, "{}"), "missing, missing, missing, missing, missing");
  EXPECT_EQ(one(paths, "[1]"), "wrong array, wrong array, wrong array, wrong array, wrong array");
  EXPECT_EQ(one(paths, "null"), "missing, missing, missing, missing, missing");
  EXPECT_EQ(one({{}}, R"(  "x"  )"), "string x");
  EXPECT_EQ(one({{}}, " [1, 2] "), "array [1, 2]");
  EXPECT_EQ(one({{}, {"a"}}, R"({"a":true})"), R"(object {"a":true}, yes true)");
  EXPECT_EQ(one({{}}, "-0"), "number -0");
  EXPECT_EQ(one({{}}, "1e999"), "number 1e999");
  EXPECT_EQ(one({{}}, "123456789012345678901234567890"), "number 123456789012345678901234567890");
}

// jq -c '[.a, .a.b]' on the same text.
TEST(JsonReader, LastOfDuplicateKeysWinsWithAllInside) {
  const std::vector<Path> paths{{"a"}, {"a", "b"}};
  EXPECT_EQ(one(paths, R"({"a":{"b":1},"a":{"c":2}})"), R"(object {"c":2}, missing)");
  EXPECT_EQ(one(paths, R"({"a":{"b":1},"a":null})"), "null null, missing");
  EXPECT_EQ(one(paths, R"({"a":{"b":1},"a":[3]})"), "array [3], wrong array");
  EXPECT_EQ(one(paths, R"({"a":[3],"\u0061":{"b":1,"b":"\\"}})"), R"(object {"b":1,"b":"\\"}, string~\\)");
}

const std::vector<std::string> kGood{"0",           "-1.5e+10",   "\"\"",        "[]",       "{}",  "[[],{}]",
                                     R"("\ud800")", R"({"":""})", " [ 1 , 2 ] ", "\"\x7F\"", "1E5", R"(["\"","\\"])"};
const std::vector<std::string> kBad{"",
                                    " ",
                                    "01",
                                    "-",
                                    "+1",
                                    ".5",
                                    "5.",
                                    "1e",
                                    "1e+",
                                    "nan",
                                    "nul",
                                    "nulll",
                                    "true1",
                                    "\"",
                                    "\"\\\"",
                                    "'a'",
                                    "[",
                                    "]",
                                    "{",
                                    "}",
                                    "[1,]",
                                    "[,1]",
                                    "[1 2]",
                                    R"({"a"})",
                                    R"({"a":})",
                                    R"({"a":1,})",
                                    R"({"a":1 "b":2})",
                                    R"({a:1})",
                                    R"({"a":1}})",
                                    "[1]]",
                                    "[1}",
                                    "1 2",
                                    "1,2",
                                    R"("a"b)",
                                    R"(1"a")",
                                    R"("\x")",
                                    R"("\u12")",
                                    R"("\u123g")",
                                    "\"\t\"",
                                    "\"\xFF\"",
                                    "\xEF\xBB\xBF{}",
                                    "[\x0c]",
                                    "[1\x0c\x32]",
                                    "\\",
                                    "1\\",
                                    R"(["a"\])",
                                    std::string("1\0", 2),
                                    R"({"a":{"b":1})",
                                    "{\"a\"\x1a"
                                    "1}"};

TEST(JsonReader, TakesAndRefusesWhatTheGrammarSays) {
  for (const auto& text : kGood) EXPECT_EQ(one({}, text), "") << text;
  for (const auto& text : kBad) EXPECT_EQ(one({}, text), json::reason(json::fault(text).value())) << text;
}

// Bad records between good ones, in one index and alone, must be told apart the same way.
TEST(JsonReader, NeighboursDoNotMatter) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> records, expected;
    for (int i = 0; i < 40; ++i) {
      const auto& list = random() % 3 ? kGood : kBad;
      const std::string& text = list[random() % list.size()];
      const auto fault = json::fault(text);
      records.push_back(text);
      expected.push_back(fault ? json::reason(*fault) : "");
    }
    Bench bench({}, records);
    ASSERT_EQ(bench.read(true), expected);
    ASSERT_EQ(bench.read(false), expected);
  }
}

// Whatever stands behind a record in the slab is not read as part of it.
TEST(JsonReader, TruncatedAnywhere) {
  const std::string whole = R"({"a":[1,{"b":"x\u00e9y"},true],"c":-12.5e3,"d":{"e":null}})";
  for (size_t size = 0; size < whole.size(); ++size) {
    for (const std::string& behind : {whole.substr(size), std::string("\n"), std::string("}}}}"), std::string("]]]]"), std::string("[[[["),
                                      std::string("\"\"\"\""), std::string("1111")}) {
      Bench bench({{"a"}, {"c"}, {"d", "e"}, {}}, {whole.substr(0, size) + behind});
      bench.slab->records[0].end = static_cast<uint32_t>(size);
      const auto fault = json::fault(whole.substr(0, size));
      ASSERT_EQ(bench.read(true)[0], json::reason(fault.value())) << size << behind;
    }
  }
}

// Records that are no lines: what stands between them may close what a record left open.
TEST(JsonReader, RecordsBetweenOtherBytes) {
  Bench bench({{}}, {"\"ab", "c\"", "12", "[3,4]"});
  char* text = bench.slab->data();
  for (const Span& span : bench.slab->records) text[span.end] = '1';
  text[bench.slab->records[0].end] = ' ';
  const std::vector<std::string> expected{json::reason(*json::fault("\"ab")), json::reason(*json::fault("c\"")), "number 12",
                                          "array [3,4]"};
  EXPECT_EQ(bench.read(true), expected);
  text[bench.slab->records[1].begin - 1] = '\n';
  EXPECT_EQ(bench.read(true), expected);
}

TEST(JsonReader, DepthIsALimit) {
  for (const int depth : {json::kDepth, json::kDepth + 1, 1'000'000}) {
    const std::string text = std::string(static_cast<size_t>(depth), '[') + std::string(static_cast<size_t>(depth), ']');
    Bench bench({{}}, {"1", text, "2"});
    const auto reader = json_reader(bench.plan);
    Column row;
    reader->prepare(*bench.slab, 3);
    EXPECT_TRUE(reader->read(*bench.slab, 0, &row));
    EXPECT_EQ(reader->read(*bench.slab, 1, &row), depth == json::kDepth);
    EXPECT_EQ(reader->code(), depth == json::kDepth ? "malformed" : "limit");
    EXPECT_TRUE(reader->read(*bench.slab, 2, &row));
  }
}

TEST(JsonReader, RereadsEarlierRecords) {
  Bench bench({{"a"}}, {R"({"a":"\n"})", R"({"a":2})", R"({"a":"\x"})"});
  const auto reader = json_reader(bench.plan);
  reader->prepare(*bench.slab, 3);
  Column row;
  for (int round = 0; round < 2; ++round) {
    for (uint32_t i : {2u, 1u, 0u, 0u, 2u}) {
      EXPECT_EQ(reader->read(*bench.slab, i, &row), i != 2);
      if (i != 2) {
        EXPECT_EQ(show(*bench.slab, row), i == 0 ? "string~\\n" : "number 2");
      }
    }
  }
}

}  // namespace
}  // namespace leat
