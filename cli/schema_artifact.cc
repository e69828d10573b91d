#include "cli/schema.h"

#include <fmt/format.h>

#include "cli/schema_text.h"
#include "core/data/envelope.h"

namespace leat {
namespace {

using namespace schema;

// RFC 3339; nanoseconds since 1970 where that has no word for the year.
std::string time() { return any_of({object({{"type", quoted("string")}, {"format", quoted("date-time")}}), type("integer")}); }

std::string base64() { return object({{"type", quoted("string")}, {"contentEncoding", quoted("base64")}}); }

std::string closed(const Members& properties) {
  return object({{"type", quoted("object")}, {"properties", object(properties)}, {"additionalProperties", "false"}});
}

std::string whole() { return object({{"type", quoted("integer")}, {"minimum", "0"}}); }

std::string meta() {
  const std::string value = any_of({object({{"type", array({quoted("string"), quoted("number"), quoted("boolean")})}}),
                                    closed({{"base64", base64()}}), closed({{"float", enumeration({"nan", "inf", "-inf"})}})});
  return object({{"type", quoted("object")}, {"additionalProperties", value}});
}

std::string error() {
  Members members;
  for (const Failure::Text& text : Failure::kTexts) members.emplace_back(text.name, type("string"));
  for (const char* name : {"offset", "attempts"}) members.emplace_back(name, whole());
  for (const char* name : {"first", "last"}) members.emplace_back(name, time());
  return closed(members);
}

}  // namespace

std::string artifact_schema() {
  Members members;
  for (const Envelope::Text& text : Envelope::kTexts) members.emplace_back(text.name, type("string"));
  members.emplace_back("time", time());
  members.emplace_back("meta", meta());
  for (const char* name : {"checksum_algorithm", "signature_algorithm", "signature_key"}) members.emplace_back(name, type("string"));
  for (const char* name : {"checksum", "signature", "unknown"}) members.emplace_back(name, base64());
  members.emplace_back("attempt", whole());
  members.emplace_back("error", error());
  members.emplace_back("approvals", object({{"type", quoted("array")}, {"items", closed({{"kind", type("string")}, {"body", base64()}})}}));
  members.emplace_back("payload", object({{"description", quoted("the payload as the JSON value it is; a string under text/*")}}));
  members.emplace_back("payload_text",
                       object({{"type", quoted("string")}, {"description", quoted("the payload as UTF-8, whatever its media type")}}));
  members.emplace_back("payload_base64", base64());
  std::vector<std::string> at_most_one;
  for (const char* a : {"payload", "payload_text", "payload_base64"})
    for (const char* b : {"payload", "payload_text", "payload_base64"})
      if (std::string_view(a) < b) at_most_one.push_back(object({{"not", object({{"required", array({quoted(a), quoted(b)})}})}}));
  return indented(object({{"$schema", quoted("http://json-schema.org/draft-07/schema#")},
                          {"title", quoted("leat artifact")},
                          {"description", quoted("one line of the codec envelope")},
                          {"type", quoted("object")},
                          {"properties", object(members)},
                          {"additionalProperties", "false"},
                          {"allOf", array(at_most_one)}}));
}

}  // namespace leat
