#include "cli/schema.h"
#include "cli/schema_text.h"

namespace leat {
namespace {

using namespace schema;

std::string map_of(const std::string& value) {
  return object({{"type", quoted("object")}, {"minProperties", "1"}, {"additionalProperties", value}});
}

std::string list_of(const std::string& item) { return object({{"type", quoted("array")}, {"items", item}}); }

std::string closed(const Members& properties, const std::vector<std::string>& required = {}) {
  return object({{"type", quoted("object")},
                 {"properties", object(properties)},
                 {"required", array(required)},
                 {"minProperties", "1"},
                 {"additionalProperties", "false"}});
}

std::string text() { return object({{"type", array({quoted("string"), quoted("number"), quoted("boolean")})}}); }
std::string whole() { return object({{"type", quoted("integer")}, {"minimum", "0"}}); }

std::string records() {
  return any_of({text(), list_of("true"), closed({{"file", type("string")}}), closed({{"text", type("string")}}),
                 closed({{"base64", type("string")}})});
}

std::string expectation() {
  return any_of({text(), list_of("true"),
                 closed({{"records", list_of("true")},
                         {"text", text()},
                         {"file", type("string")},
                         {"count", whole()},
                         {"all", text()},
                         {"any", text()}})});
}

std::string places() {
  return object({{"type", quoted("object")},
                 {"minProperties", "1"},
                 {"properties", object({{"failed", whole()}, {"summary", map_of(map_of(whole()))}})},
                 {"additionalProperties", expectation()}});
}

std::string input() { return any_of({records(), map_of(records())}); }
std::string expect() { return any_of({expectation(), places()}); }

std::string step() {
  return any_of({enumeration({"end", "drain"}), closed({{"input", input()}}), closed({{"wait", text()}}), closed({{"expect", expect()}})});
}

}  // namespace

std::string cases_schema() {
  const std::string one = closed({{"name", text()},
                                  {"start", object({{"type", quoted("string")}, {"format", quoted("date-time")}})},
                                  {"set", map_of(text())},
                                  {"environment", map_of(text())},
                                  {"mock", map_of(text())},
                                  {"input", input()},
                                  {"expect", expect()},
                                  {"steps", list_of(step())}},
                                 {quoted("name")});
  return object({{"type", quoted("array")}, {"items", one}, {"description", quoted("the cases that leat test runs")}});
}

std::string tests_schema() {
  return indented(object({{"$schema", quoted("http://json-schema.org/draft-07/schema#")},
                          {"title", quoted("leat tests")},
                          {"type", quoted("object")},
                          {"properties", object({{"pipeline", type("string")}, {"tests", cases_schema()}})},
                          {"required", array({quoted("pipeline"), quoted("tests")})},
                          {"additionalProperties", "false"}}));
}

}  // namespace leat
