#include "core/data/json_edit.h"

#include <gtest/gtest.h>

#include "core/data/json.h"
#include "core/data/json_scan.h"
#include "tests/support/random_json.h"

namespace leat::json {
namespace {

using What = Edit::What;

std::string edited(std::string_view text, const std::vector<Edit>& edits, const std::vector<std::string>& values = {}) {
  std::string out = "kept ";
  const bool good = edit(text, edits, values, out);
  EXPECT_EQ(out.substr(0, 5), "kept ");
  if (!good) {
    EXPECT_EQ(out, "kept ");
  }
  return good ? out.substr(5) : "no";
}

// Expected values by hand.
TEST(JsonEdit, TakesOut) {
  const std::vector<Edit> b{{"b", What::drop, 0, {}}};
  EXPECT_EQ(edited(R"({"a":1,"b":2,"c":3})", b), R"({"a":1,"c":3})");
  EXPECT_EQ(edited(R"({"b":2,"c":3})", b), R"({"c":3})");
  EXPECT_EQ(edited(R"({"a":1,"b":[{"b":"}"}]})", b), R"({"a":1})");
  EXPECT_EQ(edited(R"({"b":"\"}"})", b), "{}");
  EXPECT_EQ(edited(R"({"a":{"b":1}})", b), R"({"a":{"b":1}})");
  EXPECT_EQ(edited("{ \"a\" : [ 1 , 2 ] , \"b\" : 2 , \"c\" : { } }", b), R"({"a":[1,2],"c":{}})");
  EXPECT_EQ(edited(R"({"b":1,"a":{"b":1,"x":2},"c":null})", {{"a", What::inside, 0, b}, {"c", What::inside, 0, b}}),
            R"({"b":1,"a":{"x":2},"c":null})");
}

TEST(JsonEdit, StringsAreSpelledAsAWriterWould) {
  EXPECT_EQ(edited(R"({"x":"\u0041\/\n\u00e9","y":["\ud83d"]})", {}), "{\"x\":\"A/\\n\xC3\xA9\",\"y\":[\"\xEF\xBF\xBD\"]}");
  EXPECT_EQ(edited("{\"x\":\"\x7F\"}", {}), R"({"x":"\u007f"})");
}

TEST(JsonEdit, PutsIn) {
  const std::vector<Edit> edits{{"a", What::replace, 1, {}}, {"n", What::replace, 0, {}}};
  EXPECT_EQ(edited(R"({"a":"old","b":2})", edits, {"7", "[1]"}), R"({"a":[1],"b":2,"n":7})");
  EXPECT_EQ(edited("{ }", edits, {"7", "[1]"}), R"({"a":[1],"n":7})");
  EXPECT_EQ(edited("{\"n\" : {\"n\":1} }", edits, {"7", "[1]"}), R"({"n":7,"a":[1]})");
  EXPECT_EQ(edited(R"({"b":1,"a":2})", {{"b", What::drop, 0, {}}, {"c", What::replace, 0, {}}}, {"0"}), R"({"a":2,"c":0})");
  EXPECT_EQ(edited(R"({"b":1})", {{"b", What::drop, 0, {}}, {"c", What::replace, 0, {}}}, {"0"}), R"({"c":0})");
  const std::vector<Edit> deep{{"a", What::inside, 0, {{"x", What::drop, 0, {}}, {"b", What::inside, 0, {{"c", What::replace, 0, {}}}}}}};
  EXPECT_EQ(edited("{ }", deep, {"1"}), R"({"a":{"b":{"c":1}}})");
  EXPECT_EQ(edited(R"({"a":null,"z":0})", deep, {"1"}), R"({"a":{"b":{"c":1}},"z":0})");
  EXPECT_EQ(edited(R"({"a":{"x":1},"z":0})", deep, {"1"}), R"({"a":{"b":{"c":1}},"z":0})");
}

TEST(JsonEdit, LeavesToTheValueWhatTextCannotTell) {
  const std::vector<Edit> inside{{"a", What::inside, 0, {{"b", What::drop, 0, {}}}}},
      make{{"a", What::inside, 0, {{"b", What::replace, 0, {}}}}};
  EXPECT_EQ(edited(R"({"a":5})", inside), "no");
  EXPECT_EQ(edited(R"({"a":[]})", make, {"1"}), "no");
  EXPECT_EQ(edited(R"({"x":1,"y":2,"x":3})", inside), "no");
  EXPECT_EQ(edited(R"({"\u0041":"x"})", inside), "no");
  EXPECT_EQ(edited("[1]", inside), "no");
}

// What a reader that checks less may hand on must not be read past its end.
TEST(JsonEdit, BrokenTextIsRefused) {
  const std::string whole = R"({"a":{"b":[1,"x\n",{"c":null}]},"d":"e\\","f":-1.5})";
  const std::vector<Edit> edits{{"d", What::drop, 0, {}}, {"f", What::replace, 0, {}}};
  for (size_t size = 0; size < whole.size(); ++size) EXPECT_EQ(edited(std::string(whole, 0, size), edits, {"1"}), "no") << size;
  EXPECT_EQ(edited(whole + "}", edits, {"1"}), "no");
}

// Every answer is the one that reading, changing the value and writing gives; without oddities there is one.
TEST(JsonEdit, GivesWhatTheValueGives) {
  int answers = 0;
  for (uint32_t seed = 0; seed < 4000; ++seed) {
    test::RandomJson random(seed, seed % 2 == 0 ? 0 : 4);
    const std::string text = random.object();
    Value value;
    Mistake mistake;
    ASSERT_TRUE(parse(text, Keep::copied, value, mistake)) << text << mistake.what;
    const std::vector<Edit> edits{
        {"a", What::drop, 0, {}}, {"b", What::replace, 0, {}}, {"k0", What::drop, 0, {}}, {"z\\n", What::replace, 1, {}}};
    const std::string got = edited(text, edits, {"\"new\"", "{}"});
    value.erase("a"), value.erase("k0");
    value.put(Value::borrow("b"), Value::borrow("new")), value.put(Value::borrow("z\n"), Value::object());
    std::string wanted;
    write(value, wanted);
    if (got != "no") {
      EXPECT_EQ(got, wanted) << text;
      ++answers;
    } else {
      EXPECT_NE(seed % 2, 0u) << text;
    }
  }
  EXPECT_GT(answers, 2500);
}

template <Stop stop>
void scans_as_byte_by_byte() {
  const auto stops = [](unsigned char c) {
    return c < 0x20 || c == '"' || c == '\\' || (stop == Stop::written && c == 0x7F) || (stop == Stop::foreign && c >= 0x80);
  };
  for (size_t size = 0; size < 40; ++size)
    for (size_t at = 0; at <= size; ++at)
      for (const int byte : std::initializer_list<int>{0, 0x1F, 0x20, 0x21, '"', '#', '\\', ']', '[', 0x7E, 0x7F, 0x80, 0xA2, 0xDC, 0xFF}) {
        std::string text(size, 'x');
        if (at < size) text[at] = static_cast<char>(byte);
        const size_t end = at < size && stops(static_cast<unsigned char>(byte)) ? at : size;
        ASSERT_EQ(plain_end<stop>(text, 0), end) << size << " " << at << " " << byte;
        ASSERT_EQ(plain<stop>(text), end == size) << size << " " << at << " " << byte;
      }
}

TEST(JsonScan, FindsWhatByteByByteFinds) {
  scans_as_byte_by_byte<Stop::inside>();
  scans_as_byte_by_byte<Stop::written>();
  scans_as_byte_by_byte<Stop::foreign>();
}

}  // namespace
}  // namespace leat::json
