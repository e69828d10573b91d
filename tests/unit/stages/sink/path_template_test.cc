#include "stages/sink/path_template.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "core/codec/json_format.h"
#include "core/data/json.h"

namespace leat {
namespace {

struct Told {
  std::string path;
  Reason why;
};

Told path_of(std::string_view written, const std::string& record) {
  auto made = PathTemplate::make(written, nullptr);
  EXPECT_TRUE(made) << written;
  Pool pool;
  const SlabRef slab = pool.take();
  slab->format = &json_format();
  slab->add(record);
  made->prepare(*slab);
  Told told;
  told.why = made->path_of(*slab, 0, Instant(std::chrono::sys_days{std::chrono::year(2020) / 2 / 20}), told.path);
  return told;
}

std::string made(std::string_view written, const std::string& record) {
  const Told told = path_of(written, record);
  EXPECT_EQ(told.why.code, "") << told.why.message;
  return told.path;
}

TEST(PathTemplate, TextAndExpressionsStandWhereTheyAreWritten) {
  EXPECT_EQ(made("logs/{.t}/{.n * 2}.ndjson", R"({"t":"web","n":21})"), "logs/web/42.ndjson");
  EXPECT_EQ(made("{.t}", R"({"t":true})"), "true");
  EXPECT_EQ(made("a{{b}}c", "1"), "a{b}c");
  EXPECT_EQ(made(R"({"}" + (.o | {a: .} | .a)}.x)", R"({"o":"k"})"), "}k.x") << "braces in strings and objects are the expression's";
  EXPECT_EQ(made("{now | floor}", "1"), "1582156800");
}

TEST(PathTemplate, AValueIsNoMoreThanAPartOfAName) {
  const std::pair<std::string, std::string> all[] = {
      {"", "%"},          {"..", "%2E."}, {".", "%2E"},       {"a/b", "a%2Fb"},   {"/etc/passwd", "%2Fetc%2Fpasswd"},
      {"a.b", "a.b"},     {"%", "%25"},   {"a\\nb", "a%0Ab"}, {"\\u0000", "%00"}, {"../../x", "%2E.%2F..%2Fx"},
      {"\\u007f", "%7F"}, {"é", "é"},
  };
  for (const auto& [value, name] : all) EXPECT_EQ(made("d/{.}/f", "\"" + value + "\""), "d/" + name + "/f") << value;
}

TEST(PathTemplate, NoTwoTextsMakeOneNameAndNoneLeavesItsFolder) {
  std::mt19937 random(1);
  const std::string letters = "ab./%~ \n\x01";
  std::map<std::string, std::string> from;
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (size_t n = random() % 5; n > 0; --n) text += letters[random() % letters.size()];
    std::string record;
    json::write(Value::text(text), record);
    const std::string path = made("d/{.}", record);
    const auto [at, fresh] = from.emplace(path, text);
    EXPECT_TRUE(fresh || at->second == text) << path;
    const std::string name = path.substr(2);
    EXPECT_EQ(name.find('/'), std::string::npos) << name;
    EXPECT_FALSE(name.empty() || name.starts_with('.')) << name;
  }
}

TEST(PathTemplate, WhatIsNoNameFails) {
  for (const char* record : {"null", "[1]", "{}"}) EXPECT_EQ(path_of("{.}", record).why.code, "type") << record;
  EXPECT_EQ(path_of("{empty}", "1").why.code, "type");
  EXPECT_EQ(path_of("{1, 2}", "1").why.code, "type");
  const Reason why = path_of("x{.a.b}", R"({"a":1})").why;
  EXPECT_FALSE(why.code.empty());
  EXPECT_TRUE(why.message.starts_with("{.a.b}: ")) << why.message;
}

TEST(PathTemplate, WhatIsNoTemplateIsRefused) {
  for (const char* written : {"x{.t", "x{.t +}", "x{\"}", "{}"}) EXPECT_FALSE(PathTemplate::make(written, nullptr)) << written;
}

}  // namespace
}  // namespace leat
