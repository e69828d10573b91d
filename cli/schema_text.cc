#include "cli/schema_text.h"

#include <fmt/format.h>

#include "core/codec/json_text.h"

namespace leat::schema {
namespace {

// Where the string that begins at `at` ends.
size_t string_end(std::string_view json, size_t at) {
  for (++at; json[at] != '"'; ++at) at += json[at] == '\\';
  return at;
}

// Where the list or map that begins at `at` ends, if nothing is nested in it and it is short; else `at`.
size_t short_end(std::string_view json, size_t at) {
  for (size_t i = at + 1; i < json.size() && i < at + 100; ++i) {
    if (json[i] == '"') i = string_end(json, i);
    if (json[i] == '{' || json[i] == '[') return at;
    if (json[i] == '}' || json[i] == ']') return i;
  }
  return at;
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string out;
  json::quote(text, out);
  return out;
}

std::string object(const Members& members) {
  std::string out = "{";
  for (const auto& [name, value] : members) out += fmt::format("{}{}:{}", out.size() > 1 ? "," : "", quoted(name), value);
  return out + "}";
}

std::string array(const std::vector<std::string>& items) { return fmt::format("[{}]", fmt::join(items, ",")); }

std::string any_of(const std::vector<std::string>& schemas) {
  return schemas.size() == 1 ? schemas[0] : object({{"anyOf", array(schemas)}});
}

std::string type(std::string_view name) { return object({{"type", quoted(name)}}); }

std::string reference(std::string_view name) { return object({{"$ref", quoted(fmt::format("#/definitions/{}", name))}}); }

std::string pattern(std::string_view regex) { return object({{"type", quoted("string")}, {"pattern", quoted(regex)}}); }

std::string enumeration(const std::vector<std::string>& words, std::vector<std::string> more) {
  std::vector<std::string> all = std::move(more);
  for (const std::string& word : words) all.push_back(quoted(word));
  return object({{"enum", array(all)}});
}

std::string indented(std::string_view json) {
  std::string out;
  size_t level = 0;
  const auto line = [&] { out += '\n' + std::string(level * 2, ' '); };
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    const bool opens = c == '{' || c == '[', closes = c == '}' || c == ']';
    const size_t end = c == '"' ? string_end(json, i) : opens ? short_end(json, i) : i;
    if (closes) --level, line();
    out += json.substr(i, end + 1 - i);
    if (opens && end == i) ++level, line();
    if (c == ',') line();
    if (c == ':') out += ' ';
    i = end;
  }
  return out + '\n';
}

}  // namespace leat::schema
