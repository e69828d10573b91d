#include "core/codec/csv_row.h"

#include <algorithm>
#include <cstring>

#include "core/codec/json_text.h"
#include "core/data/spelling.h"

namespace leat {
namespace {

// Position of `c` in text[from, end), or end.
uint32_t find(const char* text, uint32_t from, uint32_t end, char c) {
  const void* at = std::memchr(text + from, c, end - from);
  return at ? static_cast<uint32_t>(static_cast<const char*>(at) - text) : end;
}

bool has_escape(std::string_view field) {
  for (size_t at = field.find('\\'); at != std::string_view::npos && at + 1 < field.size(); at = field.find('\\', at + 1))
    if (kTabEscapes.find(field[at + 1]) != std::string_view::npos) return true;
  return false;
}

}  // namespace

std::optional<CsvMistake> csv_split(std::string_view row, const CsvDialect& dialect, std::vector<CsvField>& fields) {
  const char* text = row.data();
  const auto size = static_cast<uint32_t>(row.size());
  const bool backslashes = !dialect.quotes && row.find('\\') != std::string_view::npos;
  fields.clear();
  for (uint32_t at = 0;; ++at) {
    uint32_t end;
    if (dialect.quotes && at < size && text[at] == '"') {
      auto form = Column::Form::plain;
      uint32_t close = find(text, at + 1, size, '"');
      for (; close + 1 < size && text[close + 1] == '"'; close = find(text, close + 2, size, '"')) form = Column::Form::doubled;
      if (close >= size) return CsvMistake{at, "the quoted field that begins here has no end"};
      end = close + 1;
      if (end < size && text[end] != dialect.separator) return CsvMistake{end, "expected the field to end behind its closing quote"};
      fields.push_back({at + 1, close, form, true});
    } else {
      end = find(text, at, size, dialect.separator);
      const bool tabbed = backslashes && has_escape(row.substr(at, end - at));
      fields.push_back({at, end, tabbed ? Column::Form::tabbed : Column::Form::plain, false});
    }
    if (end == size) return std::nullopt;
    at = end;
  }
}

Column::Kind csv_kind(std::string_view characters, bool infer) {
  if (!infer || characters.empty()) return Column::Kind::string;
  const char first = characters.front();
  if (first <= '9') return json::number(characters) ? Column::Kind::number : Column::Kind::string;
  return characters == "true" ? Column::Kind::yes : characters == "false" ? Column::Kind::no : Column::Kind::string;
}

void csv_encode(std::string_view characters, const CsvDialect& dialect, std::string& out) {
  if (!dialect.quotes) {
    for (const char c : characters) {
      const size_t at = kTabMeanings.find(c);
      if (at == std::string_view::npos)
        out += c;
      else
        (out += '\\') += kTabEscapes[at];
    }
    return;
  }
  const bool plain = std::none_of(characters.begin(), characters.end(),
                                  [&](char c) { return c == '"' || c == '\n' || c == '\r' || c == dialect.separator; });
  if (plain) {
    out += characters;
    return;
  }
  out += '"';
  for (const char c : characters) out.append(c == '"' ? 2 : 1, c);
  out += '"';
}

}  // namespace leat
