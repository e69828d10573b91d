#include "core/data/value.h"

#include <map>
#include <random>

#include <gtest/gtest.h>

#include "core/base/meter.h"
#include "core/data/json.h"
#include "core/data/number.h"
#include "core/data/order.h"

namespace leat {
namespace {

std::string text(const Value& value) {
  std::string out;
  json::write(value, out);
  return out;
}

Value read(std::string_view from) {
  Value out;
  json::Mistake mistake;
  EXPECT_TRUE(json::parse(from, json::Keep::copied, out, mistake)) << from << ": " << mistake.what;
  return out;
}

TEST(Value, CopiesChangeApart) {
  Value one = read(R"({"a":[1,2],"b":"x"})");
  const Value two = one;
  Value list = one.take("a");
  list.push(Value::integer(3));
  one.put(Value::borrow("a"), std::move(list));
  EXPECT_EQ(text(one), R"({"a":[1,2,3],"b":"x"})");
  EXPECT_EQ(text(two), R"({"a":[1,2],"b":"x"})");
}

TEST(Value, HeldOnceChangesInPlace) {
  Value list = Value::array(8);
  const Value* before = list.items().data();
  for (int i = 0; i < 8; ++i) list.push(Value::integer(i));
  EXPECT_EQ(list.items().data(), before);
  Value word = Value::text("");
  const int64_t held = meter::taken;
  for (int i = 0; i < 100'000; ++i) word.append("x");
  EXPECT_EQ(word.view().size(), 100'000u);
  EXPECT_LT(meter::taken - held, 400'000);
}

TEST(Value, MemoryComesBack) {
  const int64_t before = meter::taken;
  {
    Value value = read(R"({"a":[1,"two",{"three":[null,true]}],"b":"text","c":12345678901234567890})");
    Value copy = value;
    copy.put(Value::text("d"), value);
    copy.erase("a");
    EXPECT_GT(meter::taken, before);
  }
  EXPECT_EQ(meter::taken, before);
}

// An object against std::map and the order of first setting, over random operations across the change from linear to hashed.
TEST(Value, ObjectIsAMapInOrder) {
  std::mt19937 random(7);
  Value object = Value::object();
  std::map<std::string, int64_t> model;
  std::vector<std::string> order;
  for (int i = 0; i < 20'000; ++i) {
    const std::string key = "k" + std::to_string(random() % 60);
    const Value shared = random() % 16 == 0 ? object : Value();
    if (random() % 3 == 0) {
      EXPECT_EQ(object.erase(key), model.erase(key) == 1);
      order.erase(std::remove(order.begin(), order.end(), key), order.end());
    } else {
      const auto number = static_cast<int64_t>(random());
      object.put(Value::text(key), Value::integer(number));
      if (model.count(key) == 0) order.push_back(key);
      model[key] = number;
    }
    ASSERT_EQ(object.size(), model.size());
  }
  for (size_t i = 0; i < order.size(); ++i) {
    EXPECT_EQ(object.entries()[i].key.view(), order[i]);
    EXPECT_EQ(object.find(order[i])->number(), static_cast<double>(model[order[i]]));
  }
  EXPECT_EQ(object.find("none"), nullptr);
}

TEST(Value, WeightAndDepthBoundAWalk) {
  Value value = Value::integer(1);
  for (int i = 0; i < 64; ++i) {
    Value pair = Value::array(2);
    pair.push(value), pair.push(value);
    value = std::move(pair);
  }
  EXPECT_EQ(value.depth(), 64u);
  EXPECT_EQ(value.weight(), UINT32_MAX);  // 2^64 leaves behind 64 nodes
}

// By hand: null, false, true, numbers, strings by code point, arrays, objects by their keys first.
TEST(Order, IsTotal) {
  const char* sorted[] = {"null",
                          "false",
                          "true",
                          "-1e999",
                          "-9223372036854775809",
                          "-9223372036854775808",
                          "-1.5",
                          "0",
                          "1e-400",
                          "0.1",
                          "1",
                          "9007199254740992",
                          "9007199254740993",
                          "9007199254740994",
                          "100000000000000000001",
                          "100000000000000000002",
                          "1e999",
                          R"("")",
                          R"("a")",
                          R"("aa")",
                          R"("b")",
                          "\"\xC3\xA9\"",
                          "\"\xEF\xBF\xBD\"",
                          "\"\xF0\x9F\x98\x80\"",
                          "[]",
                          "[1]",
                          "[1,0]",
                          "[2]",
                          "{}",
                          R"({"a":1})",
                          R"({"a":2})",
                          R"({"a":1,"b":0})",
                          R"({"b":0})"};
  for (size_t i = 0; i < std::size(sorted); ++i)
    for (size_t j = 0; j < std::size(sorted); ++j) {
      const int order = compare(read(sorted[i]), read(sorted[j]));
      EXPECT_EQ(order < 0 ? -1 : order > 0, i < j ? -1 : i > j) << sorted[i] << " " << sorted[j];
      EXPECT_EQ(equal(read(sorted[i]), read(sorted[j])), i == j);
    }
}

TEST(Order, SpellingsOfOneNumberAreEqual) {
  for (const char* other : {"1.0", "10e-1", "0.1e1", "1.000000000000000000000000", "1E0"})
    EXPECT_TRUE(equal(read("1"), read(other))) << other;
  EXPECT_TRUE(equal(read("0"), read("-0.0e5")));
  EXPECT_TRUE(equal(Value::real(1e20), read("100000000000000000000")));
  EXPECT_FALSE(equal(Value::integer(9007199254740993), Value::real(9007199254740992.0)));
  EXPECT_FALSE(equal(Value::real(__builtin_nan("")), Value::real(__builtin_nan(""))));
}

// Texts of jq 1.7.1.
TEST(Number, IsWrittenAsThePeerDoes) {
  const std::pair<double, const char*> cases[] = {{0.1 + 0.2, "0.30000000000000004"},
                                                  {1e15, "1000000000000000"},
                                                  {1e16, "1e+16"},
                                                  {1.5e17, "1.5e+17"},
                                                  {1e-4, "0.0001"},
                                                  {1e-5, "1e-05"},
                                                  {1.5e300, "1.5e+300"},
                                                  {3.0, "3"},
                                                  {-0.0, "-0"},
                                                  {1234567890123456800.0, "1234567890123456800"},
                                                  {__builtin_inf(), "1.7976931348623157e+308"},
                                                  {__builtin_nan(""), "null"}};
  for (const auto& [value, expected] : cases) {
    std::string out;
    number::write(value, out);
    EXPECT_EQ(out, expected);
  }
}

// Equal numbers have one canonical spelling, and others another; what is spelled so reads back as the same number.
TEST(Number, CanonicalIsOneSpellingOfEqualNumbers) {
  const std::vector<std::string> all{"0",
                                     "-0",
                                     "0.0e5",
                                     "1",
                                     "1.0",
                                     "10e-1",
                                     "1e0",
                                     "0.1",
                                     "1e-1",
                                     "0.10",
                                     "-1",
                                     "-1.00",
                                     "1e20",
                                     "1e+20",
                                     "100000000000000000000",
                                     "100000000000000000000.0",
                                     "1e17",
                                     "100000000000000000",
                                     "9223372036854775807",
                                     "9223372036854775807.0",
                                     "9223372036854775808",
                                     "9007199254740993",
                                     "9007199254740992",
                                     "9007199254740993.000",
                                     "0.1000000000000000055",
                                     "1e-7",
                                     "0.0000001",
                                     "1.5e300",
                                     "15e299",
                                     "1e400",
                                     "-1e400",
                                     "12345678901234567890123",
                                     "1.2345678901234567890123e22",
                                     "123456.789",
                                     "1234567.89e-1",
                                     "1e-400"};
  for (const std::string& a : all) {
    std::string one;
    number::canonical(a, one);
    EXPECT_EQ(number::length(one), one.size()) << one;
    EXPECT_EQ(number::compare(a, one), 0) << a << " " << one;
    for (const std::string& b : all) {
      std::string other;
      number::canonical(b, other);
      EXPECT_EQ(one == other, number::compare(a, b) == 0) << a << " " << b;
    }
    if (int64_t whole; number::whole(a, whole)) {
      std::string plain;
      number::write(whole, plain);
      EXPECT_EQ(one, plain);
    }
  }
}

TEST(Number, WholeIsExactly64Bits) {
  int64_t value = 0;
  EXPECT_TRUE(number::whole("9223372036854775807", value) && value == INT64_MAX);
  EXPECT_TRUE(number::whole("-9223372036854775808", value) && value == INT64_MIN);
  for (const char* other : {"9223372036854775808", "-9223372036854775809", "-0", "01", "1.0", "1e2", "", "-", "99999999999999999999"})
    EXPECT_FALSE(number::whole(other, value)) << other;
}

TEST(Json, RoundTripsAndRefuses) {
  for (const char* good :
       {R"({"a":[1,1.50,1e400,-0,"x\u0000\u007f\"\\\n",null,true,false,{}],"b":[]})", R"("")", "12345678901234567890123"})
    EXPECT_EQ(text(read(good)), good);
  EXPECT_EQ(text(read(" { \"a\" : [ 1 , 2 ] , \"a\" : \"\\u00e9\\ud83d\\ude00\\ud800\\/\" } ")),
            "{\"a\":\"\xC3\xA9\xF0\x9F\x98\x80\xEF\xBF\xBD/\"}");
  for (const char* bad : {"", "[1,]", "{\"a\"}", "{a:1}", "01", "1.", "[1 2]", "\"\x01\"", "\"\\x\"", "\"\\u12g4\"", "tru", "[",
                          "{\"a\":", "\"", "1 2", "-"}) {
    Value out;
    json::Mistake mistake;
    EXPECT_FALSE(json::parse(bad, json::Keep::copied, out, mistake)) << bad;
  }
  const std::string deep = std::string(1025, '[') + std::string(1025, ']');
  Value out;
  json::Mistake mistake;
  EXPECT_FALSE(json::parse(deep, json::Keep::copied, out, mistake));
  EXPECT_STREQ(mistake.what, "nested too deeply");
}

TEST(Json, CompactLosesOnlyWhiteSpace) {
  std::string out;
  json::compact(" { \"a b\" : [ 1.0 , \" \\\" \" ] ,\n\t\"c\" : { } } ", out);
  EXPECT_EQ(out, "{\"a b\":[1.0,\" \\\" \"],\"c\":{}}");
}

// Byte by byte, as the grammar says it: what stands between quotes stays, a backslash takes the next byte along.
std::string without_blanks(std::string_view text) {
  std::string out;
  bool inside = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (inside && text[i] == '\\') {
      out += text[i++];
      out += text[i];
      continue;
    }
    if (text[i] == '"') inside = !inside;
    if (inside || (text[i] != ' ' && text[i] != '\n' && text[i] != '\t' && text[i] != '\r')) out += text[i];
  }
  return out;
}

// Strings of quotes, backslashes and blanks of any length, so that every piece crosses the ends of blocks.
TEST(Json, CompactIsTheSameWhereverItsBlocksEnd) {
  std::mt19937 random(7);
  const auto pick = [&](size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random); };
  for (int round = 0; round < 3000; ++round) {
    std::string text(pick(3), ' ');
    text += '[';
    for (size_t items = pick(12); items > 0; --items) {
      text += std::string(pick(3), "\n \t\r"[pick(4)]) + '"';
      for (size_t left = pick(40); left > 0; --left) text += std::vector<std::string>{"a", " ", "\\\\", "\\\"", "\xC3\xA9", "[,"}[pick(6)];
      text += '"' + std::string(pick(3), ' ') + ',' + std::string(pick(70) / 60, ' ');
    }
    text += "1.50 ]" + std::string(pick(3), '\n');
    std::string out = "x";
    json::compact(text, out);
    ASSERT_EQ(out, "x" + without_blanks(text)) << text;
  }
}

TEST(Json, RepairKeepsWhatIsWellFormed) {
  std::string out;
  json::repair(
      "a\x80"
      "b\xC3\xA9\xE2\x82\xF0\x9F\x98\x80\xFF",
      out);
  EXPECT_EQ(out,
            "a\xEF\xBF\xBD"
            "b\xC3\xA9\xEF\xBF\xBD\xF0\x9F\x98\x80\xEF\xBF\xBD");
}

}  // namespace
}  // namespace leat
