#include "core/expr/needle.h"

#include <algorithm>
#include <string_view>

#include "core/expr/regex.h"

namespace leat::expr {
namespace {

using Kind = Ast::Kind;

bool is_text(const Ast& tree) { return tree.kind == Kind::literal && tree.value.is_string(); }

// . or .a.b
bool is_path(const Ast& tree) {
  return tree.kind == Kind::identity || (tree.kind == Kind::index && is_text(*tree.kids[1]) && is_path(*tree.kids[0]));
}

// test("x") and such.
bool asks_for_part(const Ast& tree) {
  if (tree.kind != Kind::call || tree.kids.size() != 1 || !is_text(*tree.kids[0])) return false;
  if (tree.name == "test") return Regex::only_text(tree.kids[0]->value.view());
  return tree.name == "contains" || tree.name == "startswith" || tree.name == "endswith";
}

std::optional<Needle> needle_of(const Ast& path, const Ast& text, bool whole) {
  const std::string_view wanted = text.value.view();
  const auto plain = [](char c) { return static_cast<unsigned char>(c) < 0x80 && c != '\n' && c != '\r' && c != '\0'; };
  if (wanted.empty() || !std::all_of(wanted.begin(), wanted.end(), plain)) return std::nullopt;
  return Needle{std::string(wanted), whole, path.kind == Kind::index};
}

}  // namespace

std::optional<Needle> needle(const Ast& condition) {
  static const Ast kRecord(Kind::identity, 0);
  const auto& kids = condition.kids;
  if (condition.kind == Kind::both) return needle(*kids[0]);
  if (condition.kind == Kind::pipe && is_path(*kids[0]) && asks_for_part(*kids[1])) return needle_of(*kids[0], *kids[1]->kids[0], false);
  if (condition.kind == Kind::binary && condition.op == Op::equal) {
    if (is_path(*kids[0]) && is_text(*kids[1])) return needle_of(*kids[0], *kids[1], true);
    if (is_text(*kids[0]) && is_path(*kids[1])) return needle_of(*kids[1], *kids[0], true);
  }
  if (asks_for_part(condition)) return needle_of(kRecord, *kids[0], false);
  return std::nullopt;
}

}  // namespace leat::expr
