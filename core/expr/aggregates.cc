#include "core/expr/aggregates.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/data/json.h"
#include "core/expr/compiled.h"
#include "core/expr/parser.h"

namespace leat::expr {
namespace {

using Kind = Aggregate::Kind;

struct Known {
  std::string_view name;
  Kind kind;
  uint8_t least, most;  // arguments
  std::string_view usage;
};
constexpr std::array<Known, 13> kRows{{{"count", Kind::count, 0, 1, "count or count(condition)"},
                                       {"sum", Kind::sum, 1, 1, "sum(.field)"},
                                       {"avg", Kind::avg, 1, 1, "avg(.field)"},
                                       {"var", Kind::var, 1, 1, "var(.field)"},
                                       {"min", Kind::min, 1, 1, "min(.field)"},
                                       {"max", Kind::max, 1, 1, "max(.field)"},
                                       {"first", Kind::first, 1, 1, "first(.field)"},
                                       {"last", Kind::last, 1, 1, "last(.field)"},
                                       {"rate", Kind::rate, 0, 1, "rate or rate(.field)"},
                                       {"quantile", Kind::quantile, 2, 2, "quantile(.field; 0.95)"},
                                       {"distinct", Kind::distinct, 1, 1, "distinct(.field)"},
                                       {"topk", Kind::topk, 2, 2, "topk(.field; 10)"},
                                       {"collect", Kind::collect, 2, 2, "collect(.field; 100)"}}};
constexpr double kMostValues = 10'000;  // that one group may be asked to hold
constexpr Known kPercentile{"p", Kind::quantile, 1, 1, "p99(.field)"};

// p50, p99: the percentile; p999 and p9999 are the usual short words for 99.9 and 99.99.
std::optional<double> percentile(std::string_view name) {
  const auto digits = name.empty() || name[0] != 'p' ? std::nullopt : text::whole(name.substr(1));
  if (!digits || name.size() > 6 || (name[1] == '0' && name.size() > 2)) return std::nullopt;
  const double value = static_cast<double>(*digits);
  return name.size() <= 3 ? value / 100 : *digits == 100 ? 1 : value / std::pow(10, static_cast<double>(name.size() - 1));
}

// What a tree says, without its white space.
void spell(const Ast& tree, std::string& out) {
  out += fmt::format("{}{}{}{} ", static_cast<int>(tree.kind), tree.optional ? "?" : ":", static_cast<int>(tree.op), tree.name);
  json::write(tree.value, out);
  if (tree.kind == Ast::Kind::place) out += fmt::format("{}", tree.at);  // what it says is where it stands
  for (const std::string& name : tree.params) (out += ' ') += name;
  out += '(';
  for (const AstPtr& kid : tree.kids)
    if (kid)
      spell(*kid, out);
    else
      out += '-';
  out += ')';
}

}  // namespace

std::string Aggregates::variable(size_t index) { return fmt::format("aggregate {}", index); }

std::optional<Result<std::string>> Aggregates::find(const Ast& call) {
  const auto row = std::find_if(kRows.begin(), kRows.end(), [&](const Known& r) { return r.name == call.name; });
  const auto portion = row == kRows.end() ? percentile(call.name) : std::nullopt;
  if (row == kRows.end() && !portion) return std::nullopt;
  const Known& known = row == kRows.end() ? kPercentile : *row;
  if (call.kids.size() < known.least || call.kids.size() > known.most)
    return Result<std::string>(mistake(
        text_, call.at, fmt::format("'{}' does not take {} argument{}", call.name, call.kids.size(), call.kids.size() == 1 ? "" : "s"),
        fmt::format("write {}", known.usage)));
  auto made = read(call, known.kind, portion.value_or(0));
  if (!made) return Result<std::string>(made.error());
  found_.push_back(std::move(*made));
  return Result<std::string>(variable(found_.size() - 1));
}

Result<Aggregate> Aggregates::read(const Ast& call, Kind kind, double number) {
  Aggregate out{kind, call.name, nullptr, number};
  if (!call.kids.empty()) {
    std::string words;
    spell(*call.kids[0], words);
    std::shared_ptr<const Program>& known = arguments_[words];
    if (!known) {
      auto made = Compiler(text_, plan_, options_).all(*call.kids[0]);
      if (!made) return made.error();
      known = std::make_shared<Compiled>(std::move(*made));
    }
    out.argument = known;
  }
  if (call.kids.size() < 2) return out;
  const Ast& given = *call.kids[1];
  if (given.kind != Ast::Kind::literal || !given.value.is_number())
    return mistake(text_, given.at, fmt::format("{} takes a number here", call.name));
  out.number = given.value.number();
  const bool portion = kind == Kind::quantile;
  if (portion ? !(out.number >= 0 && out.number <= 1)
              : !(out.number >= 1 && out.number <= kMostValues && out.number == std::floor(out.number)))
    return mistake(
        text_, given.at,
        portion ? "quantile takes a number from 0 to 1" : fmt::format("{} takes a whole number from 1 to {}", call.name, kMostValues));
  return out;
}

}  // namespace leat::expr
