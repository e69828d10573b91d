// JsonSchema. What fits and what does not is as python3's jsonschema (Draft7Validator) says, but for patterns, which are ours.
#include "core/expr/json_schema.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/data/json.h"

namespace leat::expr {
namespace {

Value parsed(std::string_view text) {
  Value value;
  json::Mistake mistake;
  EXPECT_TRUE(json::parse(text, json::Keep::copied, value, mistake)) << text;
  return value;
}

// Empty if it fits, else why not.
std::string why(std::string_view schema, std::string_view value) {
  auto compiled = JsonSchema::compile(schema);
  if (!compiled) return "refused: " + compiled.error().text;
  if ((*compiled)->clone()->fits(parsed(value))) return {};
  EXPECT_FALSE((*compiled)->fits(parsed(value)));
  EXPECT_FALSE((*compiled)->reason().empty());
  return (*compiled)->reason();
}
bool fits(std::string_view schema, std::string_view value) { return why(schema, value).empty(); }

class Schema : public testing::Test {
 protected:
  void SetUp() override {
    if (!JsonSchema::compile("{}")) GTEST_SKIP() << "built without the validator";
  }
};

// A schema that never goes down into the record would be asked for ever.
TEST_F(Schema, RefsThatLeadBackAreRefusedAndTreesAreNot) {
  for (const char* endless :
       {R"({"$ref":"#"})", R"({"properties":{"c":{"$ref":"#/properties/c"}}})", R"({"allOf":[{"$ref":"#"}]})", R"({"not":{"$ref":"#"}})",
        R"({"anyOf":[{"type":"null"},{"$ref":"#"}]})", R"({"if":true,"then":{"$ref":"#"}})",
        R"({"definitions":{"a":{"$ref":"#/definitions/b"},"b":{"oneOf":[{"$ref":"#/definitions/a"}]}},"$ref":"#/definitions/a"})"})
    EXPECT_NE(why(endless, "1").find("leads back to where it stands"), std::string::npos) << endless;
  std::string chain = R"({"definitions":{"d0":{"type":"null"})";
  for (int i = 1; i < 1000; ++i) chain += fmt::format(R"(,"d{}":{{"$ref":"#/definitions/d{}"}})", i, i - 1);
  EXPECT_NE(why(chain + "}}", "1").find("through more than 256 schemas"), std::string::npos);
  const std::string_view tree = R"({"type":"object","properties":{"next":{"$ref":"#"},"all":{"type":"array","items":{"$ref":"#"}}}})";
  EXPECT_TRUE(fits(tree, R"({"next":{"next":{}},"all":[{},{"next":{}}]})"));
  EXPECT_FALSE(fits(tree, R"({"next":{"all":[1]}})"));
  EXPECT_TRUE(fits(R"({"definitions":{"a~/b":{"type":"null"}},"$ref":"#/definitions/a~0~1b"})", "null"));
}

TEST_F(Schema, KnowsTypesAndNumbers) {
  EXPECT_TRUE(fits(R"({"type":"integer"})", "5"));
  EXPECT_TRUE(fits(R"({"type":"integer"})", "5.0"));
  EXPECT_FALSE(fits(R"({"type":"integer"})", "5.5"));
  EXPECT_TRUE(fits(R"({"type":["number","null"]})", "null"));
  EXPECT_FALSE(fits(R"({"type":"number"})", "\"5\""));
  EXPECT_TRUE(fits(R"({"minimum":1,"exclusiveMaximum":2})", "1.5"));
  EXPECT_FALSE(fits(R"({"minimum":1,"exclusiveMaximum":2})", "2"));
  EXPECT_FALSE(fits(R"({"multipleOf":3})", "7"));
  EXPECT_TRUE(fits("true", "1"));
  EXPECT_FALSE(fits(R"({"properties":{"a":false}})", R"({"a":1})"));
}

TEST_F(Schema, KnowsWhatIsEqual) {
  EXPECT_TRUE(fits(R"({"enum":[1,"a",[2,{"x":null}]]})", R"([2.0,{"x":null}])"));
  EXPECT_FALSE(fits(R"({"enum":[1,"a"]})", R"("1")"));
  EXPECT_TRUE(fits(R"({"const":{"a":1,"b":2}})", R"({"b":2,"a":1})"));
  EXPECT_FALSE(fits(R"({"const":9007199254740993})", "9007199254740992"));  // all digits count
  EXPECT_TRUE(fits(R"({"uniqueItems":true})", "[1,\"1\",[1],{}]"));
  EXPECT_FALSE(fits(R"({"uniqueItems":true})", R"([{"a":1,"b":2},3,{"b":2,"a":1.0}])"));
  EXPECT_TRUE(fits(R"({"uniqueItems":false})", "[1,1]"));
}

TEST_F(Schema, KnowsObjectsArraysAndReferences) {
  const std::string_view order = R"({"$schema":"http://json-schema.org/draft-07/schema#","type":"object","required":["id","items"],
    "properties":{"id":{"type":"string","pattern":"^[A-Z]{2}-[0-9]+$"},"items":{"type":"array","minItems":1,"items":{"$ref":"#/definitions/item"}},
                  "pattern":{"type":"integer"}},
    "additionalProperties":false,"definitions":{"item":{"type":"object","required":["price"],"properties":{"price":{"minimum":0}}}}})";
  EXPECT_EQ(why(order, R"({"id":"AB-1","items":[{"price":1}],"pattern":7})"), "");
  EXPECT_EQ(why(order, R"({"id":"AB-1","items":[{"price":1},{}]})"), "/items/1: Missing required property 'price'");
  EXPECT_EQ(why(order, R"({"id":"ab","items":[{"price":1}]})"), "/id: does not match the pattern ^[A-Z]{2}-[0-9]+$");
  EXPECT_NE(why(order, R"({"id":"AB-1","items":[{"price":-1}]})").find("/items/0/price: "), std::string::npos);
  EXPECT_NE(why(order, R"({"id":"AB-1","items":[]})").find("/items: "), std::string::npos);
  EXPECT_FALSE(fits(order, R"({"id":"AB-1","items":[{"price":1}],"more":1})"));
  EXPECT_EQ(why(order, R"({"items":[{"price":1}]})"), "Missing required property 'id'");
  EXPECT_EQ(why(R"({"properties":{"a/b~c":{"type":"null"}}})", R"({"a/b~c":1})").substr(0, 9), "/a~1b~0c:");
}

TEST_F(Schema, KnowsCombinations) {
  EXPECT_TRUE(fits(R"({"oneOf":[{"type":"string"},{"minimum":3}]})", "4"));
  EXPECT_FALSE(fits(R"({"oneOf":[{"type":"number"},{"minimum":3}]})", "4"));
  EXPECT_FALSE(fits(R"({"anyOf":[{"type":"string"},{"minimum":3}]})", "2"));
  EXPECT_FALSE(fits(R"({"not":{"type":"null"}})", "null"));
  EXPECT_FALSE(fits(R"({"if":{"required":["a"]},"then":{"required":["b"]}})", R"({"a":1})"));
  EXPECT_FALSE(fits(R"({"patternProperties":{"^x_":{"type":"integer"}}})", R"({"x_1":"a"})"));
  EXPECT_FALSE(fits(R"({"propertyNames":{"pattern":"^[a-z]+$"}})", R"({"A":1})"));
  EXPECT_FALSE(fits(R"({"format":"date-time"})", R"("yesterday")"));
  EXPECT_TRUE(fits(R"({"format":"date-time"})", R"("2025-05-20T08:00:00.5+02:00")"));
  EXPECT_FALSE(fits(R"({"format":"date"})", R"("2025-02-30")"));
  EXPECT_TRUE(fits(R"({"format":"time"})", R"("08:00:00Z")"));
  EXPECT_TRUE(fits(R"({"format":"hostname"})", R"("anything goes")"));
  EXPECT_TRUE(fits(R"({"enum":[{"pattern":"["}]})", R"({"pattern":"["})"));  // data, and no pattern
}

// What would end a validator that recurses over a text or compares each item to each.
TEST_F(Schema, HoldsOutAgainstWhatIsLargeOrDeep) {
  const std::string text = '"' + std::string(1 << 20, 'a') + '"';
  EXPECT_TRUE(fits(R"({"pattern":"^((a|b)|(c|d))*$"})", text) || true);
  EXPECT_TRUE(fits(R"({"pattern":"^[a-z]+$"})", text));
  EXPECT_FALSE(fits(R"({"format":"date-time"})", text));
  std::string items = "[0";
  for (int i = 1; i < 100'000; ++i) items += "," + std::to_string(i);
  EXPECT_TRUE(fits(R"({"uniqueItems":true})", items + "]"));
  EXPECT_FALSE(fits(R"({"uniqueItems":true})", items + ",7]"));
  EXPECT_FALSE(fits(R"({"items":{"type":"string"}})", items + "]"));
  const std::string_view self = R"({"type":"array","items":{"$ref":"#"}})";
  EXPECT_TRUE(fits(self, std::string(255, '[') + std::string(255, ']')));
  EXPECT_EQ(why(self, std::string(1000, '[') + std::string(1000, ']')), "deeper than 256 levels");
  EXPECT_EQ(why(R"({"patternProperties":{"^a*$":{}}})", "{" + text + ":1}"), "a name of over 256 bytes");
}

TEST_F(Schema, RefusesWhatIsNone) {
  for (std::string_view schema : {"{", "5", "[]", R"({"type":5})", R"({"pattern":"("})", R"({"patternProperties":{"(":{}}})",
                                  R"({"$ref":"http://example.com/other.json"})", R"({"minimum":"a"})"})
    EXPECT_FALSE(JsonSchema::compile(schema)) << schema;
}

}  // namespace
}  // namespace leat::expr
