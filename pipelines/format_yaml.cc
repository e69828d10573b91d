#include "pipelines/format_yaml.h"

#include <algorithm>
#include <optional>

#include "core/base/text.h"
#include "core/codec/json_text.h"
#include "pipelines/document.h"
#include "pipelines/load_yaml.h"
#include "pipelines/yaml_layout.h"

namespace leat {
namespace {

// With and without quotes these are not the same.
bool is_typed(std::string_view text) { return json::number(text) || text == "true" || text == "false" || text == "null"; }

// The first place of `a` that says something else in `b`.
std::optional<Mark> difference(const Node& a, const Node& b) {
  if (a.kind != b.kind || a.text != b.text || (a.plain != b.plain && is_typed(a.text))) return a.mark;
  if (a.items.size() != b.items.size() || a.entries.size() != b.entries.size()) return a.mark;
  for (size_t i = 0; i < a.items.size(); ++i)
    if (const auto found = difference(a.items[i], b.items[i])) return found;
  for (size_t i = 0; i < a.entries.size(); ++i) {
    if (const auto found = difference(a.entries[i].key, b.entries[i].key)) return found;
    if (const auto found = difference(a.entries[i].value, b.entries[i].value)) return found;
  }
  return std::nullopt;
}

std::string with_line_feeds(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::string made;
  made.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i)
    if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') made += text[i];
  return made;
}

}  // namespace

Formatted format_yaml(const std::string& text) {
  const Document before = load_yaml(text);
  if (!before.problems.empty()) return {{}, before.problems};
  const std::string whole = with_line_feeds(text);
  if (const size_t at = whole.find('\r'); at != whole.npos) {
    const int line = static_cast<int>(1 + std::count(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(at), '\n'));
    return {{}, {{{line, 1}, {}, "a carriage return stands here without a line feed", {}}}};
  }
  yaml::Layout layout(whole);
  std::string made = layout.run();
  yaml::Layout again(made);
  const bool stays = again.run() == made && again.comments() == layout.comments();
  const Document after = load_yaml(made);
  const auto changed = difference(before.root, after.root);
  if (stays && after.problems.empty() && !changed) return {std::move(made), {}};
  return {{}, {{changed.value_or(Mark()), {}, "this cannot be laid out anew without changing what it says", "write it in a plainer way"}}};
}

}  // namespace leat
