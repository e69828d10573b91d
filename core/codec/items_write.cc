#include <algorithm>

#include "core/codec/items.h"
#include "core/codec/json_text.h"

namespace leat::items {
namespace {

using Kind = Head::Kind;

// How many elements or pairs each array and object has, in the order they begin: a head says it in front of them.
std::vector<uint32_t> counts(std::string_view json) {
  std::vector<uint32_t> counted, open;
  for (size_t i = 0; i < json.size(); ++i) {
    switch (json[i]) {
      case '"':
        while (json[++i] != '"')
          if (json[i] == '\\') ++i;
        break;
      case '[':
      case '{': {
        open.push_back(static_cast<uint32_t>(counted.size()));
        size_t next = i + 1;
        while (json::space(json[next])) ++next;
        counted.push_back(json[next] == ']' || json[next] == '}' ? 0 : 1);
        break;
      }
      case ',':
        ++counted[open.back()];
        break;
      case ']':
      case '}':
        open.pop_back();
        break;
      default:
        break;
    }
  }
  return counted;
}

}  // namespace

std::string from_json(const Spelling& spelling, std::string_view json, std::string& out) {
  const std::vector<uint32_t> counted = counts(json);
  size_t begun = 0, at = 0;
  std::string scratch;
  while (at < json.size()) {
    const char c = json[at];
    if (c == '[' || c == '{') {
      spelling.head(c == '[' ? Kind::array : Kind::map, counted[begun++], out);
      ++at;
    } else if (c == '"') {
      const size_t begin = ++at;
      bool escapes = false;
      for (; json[at] != '"'; ++at)
        if (json[at] == '\\') ++at, escapes = true;
      std::string_view text = json.substr(begin, at++ - begin);
      if (escapes) {
        scratch.clear();
        json::unescape(text, scratch);
        text = scratch;
      }
      spelling.head(Kind::text, text.size(), out);
      out += text;
    } else if (c == 'n' || c == 't' || c == 'f') {
      spelling.word(c, out);
      at += c == 'f' ? 5 : 4;
    } else if (c == '-' || (c >= '0' && c <= '9')) {
      const size_t end = std::min(json.find_first_of(",]} \t\r\n", at), json.size());
      if (std::string why = spelling.number(json.substr(at, end - at), out); !why.empty()) return why;
      at = end;
    } else {
      ++at;  // a comma, a colon, a bracket that closes, white space: the counts have said it
    }
  }
  return {};
}

}  // namespace leat::items
