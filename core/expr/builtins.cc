#include "core/expr/builtins.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/text.h"
#include "core/expr/parser.h"

namespace leat::expr {
const Builtin* find_builtin(std::string_view name, size_t arity) {
  const auto less = [](const Builtin& a, const std::pair<std::string_view, size_t>& b) {
    return a.name != b.first ? a.name < b.first : a.arity < b.second;
  };
  const auto all = builtins();
  const auto at = std::lower_bound(all.begin(), all.end(), std::pair{name, arity}, less);
  return at != all.end() && at->name == name && at->arity == arity ? &*at : nullptr;
}

std::string_view foreign_hint(std::string_view name) {
  struct Foreign {
    std::string_view name, hint;
  };
  static constexpr std::array<Foreign, 55> kForeign{{
      {"None", "write `null`"},
      {"nil", "write `null`"},
      {"NULL", "write `null`"},
      {"undefined", "write `null`"},
      {"True", "write `true`"},
      {"TRUE", "write `true`"},
      {"False", "write `false`"},
      {"FALSE", "write `false`"},
      {"AND", "write `and`"},
      {"OR", "write `or`"},
      {"NOT", "write `| not` behind it"},
      {"len", "write `length`"},
      {"size", "write `length`"},
      {"lower", "write `ascii_downcase`"},
      {"tolower", "write `ascii_downcase`"},
      {"lowercase", "write `ascii_downcase`"},
      {"upper", "write `ascii_upcase`"},
      {"toupper", "write `ascii_upcase`"},
      {"uppercase", "write `ascii_upcase`"},
      {"strip", "write `trim`"},
      {"int", "write `tonumber | floor`"},
      {"float", "write `tonumber`"},
      {"str", "write `tostring`"},
      {"string", "write `tostring`"},
      {"regex", "write `test(\"regex\")`"},
      {"matches", "write `test(\"regex\")`"},
      {"like", "write `test(\"regex\")`"},
      {"replace", "write `gsub(\"regex\"; \"text\")`"},
      {"filter", "write `select(condition)` or `map(select(condition))`"},
      {"where", "write `select(condition)`"},
      {"coalesce", "write `.a // .b`"},
      {"isnull", "write `== null`"},
      {"substr", "write `.[from:to]`"},
      {"substring", "write `.[from:to]`"},
      {"concat", "write `+`, or `add` for an array"},
      {"sum", "write `add`; in --emit of a window `sum(.field)`"},
      {"count", "write `length`; in --emit of a window `count`"},
      {"avg", "write `add / length`; in --emit of a window `avg(.field)`"},
      {"average", "write `add / length`; in --emit of a window `avg(.field)`"},
      {"mean", "write `add / length`; in --emit of a window `avg(.field)`"},
      {"median", "in --emit of a window write `p50(.field)`"},
      {"percentile", "in --emit of a window write `quantile(.field; 0.95)` or `p95(.field)`"},
      {"variance", "in --emit of a window write `var(.field)`"},
      {"stddev", "in --emit of a window write `var(.field) | sqrt`"},
      {"mode", "in --emit of a window write `topk(.field; 1)`"},
      {"distinct", "write `unique`"},
      {"exists", "write `has(\"key\")` or `!= null`"},
      {"input", "each record is one input, and there is no other"},
      {"inputs", "each record is one input, and there is no other"},
      {"debug", "another `--to` shows what passes"},
      {"stderr", "another `--to` shows what passes"},
      {"halt", "a stage `take` ends a stream"},
      {"halt_error", "error(\"reason\") fails the record"},
      {"input_line_number", "a record does not know its line"},
      {"input_filename", "`$origin` says where the record came from"},
  }};
  for (const Foreign& foreign : kForeign)
    if (foreign.name == name) return foreign.hint;
  return {};
}

NodePtr Compiler::unknown(const Ast& tree) {
  std::string arities;
  for (const Builtin& known : builtins())
    if (known.name == tree.name) arities += (arities.empty() ? "" : " or ") + std::string(known.usage);
  if (!arities.empty())
    return fail(tree.at, fmt::format("'{}' does not take {} argument{}", tree.name, tree.kids.size(), tree.kids.size() == 1 ? "" : "s"),
                "it is " + arities + (tree.kids.size() > 1 ? "" : "; arguments are separated by ';'"));
  if (const std::string_view hint = foreign_hint(tree.name); !hint.empty())
    return fail(tree.at, fmt::format("unknown function '{}'", tree.name), hint);
  // .first-name reads as .first - name.
  const std::string_view before = text_.substr(0, tree.at);
  if (before.size() > 1 && before.back() == '-' && std::isalnum(static_cast<unsigned char>(before[before.size() - 2])))
    return fail(tree.at, fmt::format("unknown function '{}'", tree.name), "a key with a dash is written .[\"first-name\"]");
  std::vector<std::string_view> names{"if", "reduce", "foreach", "def", "try", "label", "and", "or"};
  for (const Builtin& known : builtins()) names.push_back(known.name);
  const auto near = text::nearest(tree.name, names);
  return fail(tree.at, fmt::format("unknown function '{}'", tree.name),
              near ? fmt::format("did you mean {}?", *near) : fmt::format("a field is written .{}, text \"{}\"", tree.name, tree.name));
}

}  // namespace leat::expr
