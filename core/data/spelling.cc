#include "core/data/spelling.h"

#include "core/data/json.h"

namespace leat {
namespace {

void undouble(std::string_view inside, std::string& out) {
  for (size_t i = 0; i < inside.size(); ++i) {
    out += inside[i];
    if (inside[i] == '"') ++i;
  }
}

void untab(std::string_view inside, std::string& out) {
  for (size_t i = 0; i < inside.size(); ++i) {
    const size_t at = inside[i] == '\\' && i + 1 < inside.size() ? kTabEscapes.find(inside[i + 1]) : std::string_view::npos;
    out += at == std::string_view::npos ? inside[i] : kTabMeanings[at];
    if (at != std::string_view::npos) ++i;
  }
}

}  // namespace

void append_characters(std::string_view bytes, Column::Form form, std::string& out) {
  switch (form) {
    case Column::Form::escaped:
      return json::unescape(bytes, out);
    case Column::Form::doubled:
      return undouble(bytes, out);
    case Column::Form::tabbed:
      return untab(bytes, out);
    case Column::Form::plain:
    case Column::Form::foreign:
      out += bytes;
  }
}

}  // namespace leat
