#include "core/codec/json_text.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

std::string why(std::string_view text) {
  const auto fault = json::fault(text);
  return fault ? json::reason(*fault) : "";
}

TEST(JsonText, SaysWhereItStopsBeingJson) {
  // Positions: python3 -c 'import json,sys; json.loads(...)' where it names one, else counted by hand.
  EXPECT_EQ(why(""), "not JSON at byte 0: there is no value");
  EXPECT_EQ(why("  \t"), "not JSON at byte 0: there is no value");
  EXPECT_EQ(why(R"({"a":1 "b":2})"), "not JSON at byte 7: expected ',' or '}'");
  EXPECT_EQ(why(R"({"status":503, garbage})"), "not JSON at byte 15: expected a key in double quotes");
  EXPECT_EQ(why("[1,2}"), "not JSON at byte 4: expected ',' or ']'");
  EXPECT_EQ(why("[1,]"), "not JSON at byte 3: expected a value");
  EXPECT_EQ(why(R"({"a":})"), "not JSON at byte 5: expected a value");
  EXPECT_EQ(why(R"({"a")"), "not JSON at byte 4: the text ends inside an object");
  EXPECT_EQ(why(R"({"a" 1})"), "not JSON at byte 5: expected ':'");
  EXPECT_EQ(why("[[1]"), "not JSON at byte 4: the text ends inside an array");
  EXPECT_EQ(why("1 2"), "not JSON at byte 2: expected nothing after the value");
  EXPECT_EQ(why("01"), "not JSON at byte 1: expected the number to end");
  EXPECT_EQ(why("[1.]"), "not JSON at byte 1: expected a number");
  EXPECT_EQ(why("truely"), "not JSON at byte 4: expected a value");
  EXPECT_EQ(why(R"("a\qb")"), "not JSON at byte 2: no such escape in JSON");
  EXPECT_EQ(why(R"("\u12G4")"), "not JSON at byte 1: expected \\u and four hexadecimal digits");
  EXPECT_EQ(why("\"a\nb\""), "not JSON at byte 2: a control character stands in a string");
  EXPECT_EQ(why("[\"a\xC0\xAF\"]"), "not JSON at byte 3: not UTF-8");
  EXPECT_EQ(why(R"({"a":"b)"), "not JSON at byte 5: the string that begins here has no end");
  EXPECT_EQ(why(std::string_view("[\0]", 3)), "not JSON at byte 1: expected a value");
}

TEST(JsonText, DepthHasALimit) {
  const std::string open(json::kDepth, '['), close(json::kDepth, ']');
  EXPECT_FALSE(json::fault(open + close));
  const auto fault = json::fault("[" + open + close + "]");
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->code, "limit");
  EXPECT_EQ(fault->at, static_cast<size_t>(json::kDepth));
}

TEST(JsonText, Compact) {
  std::string out;
  json::compact("\t{ \"a b\" : [ 1.50 , \"\\\" , x\" ] ,\n\"c\":{ } }\r\n", out);
  EXPECT_EQ(out, R"({"a b":[1.50,"\" , x"],"c":{}})");
}

TEST(JsonText, UnescapeReadsLoneSurrogatesAsReplacement) {
  std::string out;
  json::unescape(R"(\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\ude00|\ud800|\udc00x\ud800\u0041)", out);
  EXPECT_EQ(out,
            "\"\\/\b\f\n\r\tA\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80|\xEF\xBF\xBD|\xEF\xBF\xBDx\xEF\xBF\xBD"
            "A");
}

TEST(JsonText, Quote) {
  std::string out;
  json::quote(std::string_view("a\"b\\c\n\x01\0\xC3\xA9\xFFz\xE2\x82", 14), out);
  EXPECT_EQ(out, "\"a\\\"b\\\\c\\n\\u0001\\u0000\xC3\xA9\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

}  // namespace
}  // namespace leat
