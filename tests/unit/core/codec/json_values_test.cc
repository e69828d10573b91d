#include "core/codec/json_values.h"

#include <random>

#include "tests/support/codec_laws.h"

namespace leat {
namespace {

using test::codec;
using test::convert;
using test::feed_in_pieces;
using Records = std::vector<std::string>;

test::Stream read(std::string_view name, std::string_view bytes, const CodecOptions& options = {}) {
  static Pool pool;
  return feed_in_pieces(codec(name), bytes, pool, options);
}

// jq -c . on the same bytes prints these values.
TEST(JsonValues, OneAfterAnother) {
  EXPECT_EQ(read("json", "{\"a\":1}{\"b\":[2]}[3]4 5\n\"x\\\"y\"\"z\"true null").records,
            (Records{"{\"a\":1}", "{\"b\":[2]}", "[3]", "4", "5", "\"x\\\"y\"", "\"z\"", "true", "null"}));
  EXPECT_EQ(read("json", "1\"a\"2[]").records, (Records{"1", "\"a\"", "2", "[]"}));
  EXPECT_EQ(read("json", "{\n \"a\": \"}\"\n}\n\n[\n1 ]").records, (Records{"{\n \"a\": \"}\"\n}", "[\n1 ]"}));
  EXPECT_EQ(read("json", "\xEF\xBB\xBF[1]").records, Records{"[1]"});
  EXPECT_EQ(read("json", "\xEF\xBB").records, Records{"\xEF\xBB"});
  EXPECT_EQ(read("json", "").records, Records{});
  EXPECT_EQ(read("json", " \n").records, Records{});
}

TEST(JsonValues, WhatIsNoJsonIsARecordForItsReader) {
  const auto written = convert("json", "ndjson", "} 1, [2}{\"a\":} nul {\"ok\": 1}");
  EXPECT_EQ(written.bytes, "1\n{\"ok\":1}\n");
  EXPECT_EQ(written.failed.size(), 5u);
}

TEST(JsonValues, TruncatedIsToldWithItsOffset) {
  for (const char* tail : {"{\"b\":[1", "[", "\"x\\\"", "\"\\"}) {
    const auto fed = read("json", "{\"a\":1}\n 2 " + std::string(tail));
    EXPECT_EQ(fed.records, (Records{"{\"a\":1}", "2"}));
    ASSERT_TRUE(fed.broken);
    EXPECT_EQ(fed.broken->text, "byte 11: the value that begins here is cut short");
    EXPECT_EQ(fed.broken->kind, Error::Kind::data);
  }
}

TEST(JsonValues, LongValueIsAFault) {
  CodecOptions options;
  options.max_record = 6;
  for (const char* name : {"json", "json-array"}) {
    const bool array = std::string_view(name) == "json-array";
    const std::string comma = array ? "," : " ";
    const auto fed = read(name,
                          (array ? "[" : "") + std::string("[1,23]") + comma + "[1,234]" + comma + "\"]\\\"56789\"" + comma + "1234567" +
                              comma + "8" + (array ? "]" : ""),
                          options);
    EXPECT_EQ(fed.records, (Records{"[1,23]", "[1,234", "\"]\\\"56", "123456", "8"})) << name;
    EXPECT_EQ(fed.faults.size(), 3u);
    EXPECT_FALSE(fed.broken);
  }
}

TEST(JsonValues, UnchangedSlabGoesOutAsItCame) {
  const auto fed = read("json", "{\n}\n1\n\"a\"\n");
  EXPECT_TRUE(codec("json").encoder({})->as_is(*fed.slabs[0]));
  EXPECT_FALSE(codec("ndjson").encoder({})->as_is(*fed.slabs[0]));
  for (const char* other : {"1", "1\n\n2\n", "1 2\n", " 1\n", "[]{}\n"})
    EXPECT_FALSE(codec("json").encoder({})->as_is(*read("json", other).slabs[0]));
  EXPECT_EQ(convert("json", "json", "{\n}\n1 2").bytes, "{\n}\n1\n2\n");
}

TEST(JsonArray, Elements) {
  EXPECT_EQ(read("json-array", " [1 , {\"a\":[2,3]},\n\"],\" ,[ ]] ").records, (Records{"1", "{\"a\":[2,3]}", "\"],\"", "[ ]"}));
  EXPECT_EQ(read("json-array", "[][1]\n[ ]\xEF\xBB\xBF").records, Records{"1"});
  EXPECT_EQ(read("json-array", "\xEF\xBB\xBF[null]").records, Records{"null"});
  EXPECT_FALSE(read("json-array", "").broken);
  EXPECT_FALSE(read("json-array", "[]").broken);
}

TEST(JsonArray, Row41BrokenStreams) {
  const auto why = [](std::string_view bytes) {
    const auto fed = read("json-array", bytes);
    return fed.broken ? fed.broken->text : "";
  };
  EXPECT_EQ(why("{\"a\":1}"), "byte 0: expected an array");
  EXPECT_EQ(why("[1 2]"), "byte 3: expected ',' or ']'");
  EXPECT_EQ(why("[1,]"), "byte 3: expected a value");
  EXPECT_EQ(why("[,1]"), "byte 1: expected a value");
  EXPECT_EQ(why("[1,,2]"), "byte 3: expected a value");
  EXPECT_EQ(why("[1]]"), "byte 3: expected an array");
  EXPECT_EQ(why("[1,2"), "byte 3: the value that begins here is cut short");
  EXPECT_EQ(why("[{},{\"a\":"), "byte 4: the value that begins here is cut short");
  EXPECT_EQ(why("[{},[] "), "byte 7: the array ends before its ']'");
  EXPECT_EQ(why("["), "byte 1: the array ends before its ']'");
  EXPECT_EQ(read("json-array", "[{},[] ").records, (Records{"{}", "[]"}));
}

TEST(JsonArray, Row147Writes) {
  EXPECT_EQ(convert("ndjson", "json-array", "").bytes, "[]\n");
  EXPECT_EQ(convert("ndjson", "json-array", "{\"a\": 1}\n2\n").bytes, "[{\"a\": 1},2]\n");
  EXPECT_EQ(convert("lines", "json-array", "x\"\ny\n").bytes, "[\"x\\\"\",\"y\"]\n");
  const auto written = convert("ndjson", "json-array", "nope\n1\n[2,\n3\n");
  EXPECT_EQ(written.bytes, "[1,3]\n");
  EXPECT_EQ(written.failed, (Records{"malformed: not JSON at byte 0: expected a value",
                                     "malformed: not JSON at byte 3: the text ends where a value should be"}));
}

TEST(JsonArray, ThereAndBack) {
  std::mt19937 random(11);
  const Records values{"1", "{}", "[]", "\"a\\\"]\"", "{\"a\":[1,{\"b\":null}]}", "-0.5e3", "true"};
  for (int round = 0; round < 100; ++round) {
    std::string lines;
    for (int i = random() % 20; i > 0; --i) lines += values[random() % values.size()] + "\n";
    ASSERT_EQ(convert("json-array", "ndjson", convert("ndjson", "json-array", lines).bytes).bytes, lines);
    ASSERT_EQ(convert("json", "ndjson", convert("ndjson", "json", lines).bytes).bytes, lines);
  }
}

}  // namespace
}  // namespace leat
