#include "core/expr/builtins_special.h"

#include "core/expr/functions.h"
#include "core/expr/nodes_basic.h"
#include "core/expr/nodes_build.h"
#include "core/expr/nodes_control.h"
#include "core/expr/nodes_key.h"
#include "core/expr/nodes_loop.h"
#include "core/expr/nodes_path.h"
#include "core/expr/regex_node.h"
#include "core/expr/update.h"

namespace leat::expr::special {
namespace {

// A node over a value: where `.` is the record, the record's value goes in by a pipe.
template <class Made, class... Rest>
NodePtr over(Compiler& compiler, const Context& in, Rest&&... rest) {
  return compiler.over(in, std::make_unique<Made>(std::forward<Rest>(rest)...));
}

NodePtr items_of(Compiler& compiler, const Context& in) { return std::make_unique<Iterate>(compiler.input(in)); }

NodePtr on_items(Compiler& compiler, const Ast& call, size_t argument) {
  return compiler.node(compiler.argument(call, argument), Context{});
}

template <Exists::Ask ask>
NodePtr exists(NodePtr of, NodePtr condition) {
  return of ? std::make_unique<Exists>(ask, std::move(of), std::move(condition)) : nullptr;
}

template <ByKey::Way way>
NodePtr by_key(Compiler& compiler, const Ast& call, const Context& in) {
  NodePtr key = on_items(compiler, call, 0);
  return key ? over<ByKey>(compiler, in, way, std::move(key)) : nullptr;
}

}  // namespace

NodePtr empty(Compiler&, const Ast&, const Context&) { return std::make_unique<Empty>(); }

NodePtr negated(Compiler& compiler, const Ast&, const Context& in) { return std::make_unique<Not>(compiler.input(in)); }

NodePtr select(Compiler& compiler, const Ast& call, const Context& in) {
  const Ast& condition = compiler.argument(call, 0);
  if (!compiler.may_be_false(condition)) return nullptr;
  NodePtr made = compiler.node(condition, in), rest = compiler.input(in);
  return made && rest ? std::make_unique<Guard>(std::move(made), std::move(rest)) : nullptr;
}

NodePtr map(Compiler& compiler, const Ast& call, const Context& in) {
  NodePtr of = on_items(compiler, call, 0);
  return of ? std::make_unique<Array>(std::make_unique<Pipe>(items_of(compiler, in), std::move(of))) : nullptr;
}

NodePtr map_values(Compiler& compiler, const Ast& call, const Context& in) {
  NodePtr change = on_items(compiler, call, 0);
  return change ? over<MapValues>(compiler, in, std::move(change)) : nullptr;
}

NodePtr path(Compiler& compiler, const Ast& call, const Context& in) {
  NodePtr of = on_items(compiler, call, 0);
  return of ? over<PathOf>(compiler, in, std::move(of)) : nullptr;
}

NodePtr delete_target(Compiler& compiler, const Ast& call, const Context& in) {
  NodePtr of = on_items(compiler, call, 0);
  NodePtr made = of ? over<Delete>(compiler, in, std::move(of)) : nullptr;
  return in.record ? compiler.edit(call, in, std::move(made)) : std::move(made);
}

NodePtr pick(Compiler& compiler, const Ast& call, const Context& in) {
  NodePtr of = on_items(compiler, call, 0);
  return of ? over<Pick>(compiler, in, std::move(of)) : nullptr;
}

NodePtr getpath(Compiler& compiler, const Ast& call, const Context& in) {
  NodePtr of = on_items(compiler, call, 0);
  return of ? over<GetPath>(compiler, in, std::move(of)) : nullptr;
}

NodePtr recurse(Compiler& compiler, const Ast&, const Context& in) { return over<Descend>(compiler, in); }

NodePtr recurse_with(Compiler& compiler, const Ast& call, const Context& in) {
  NodePtr step = on_items(compiler, call, 0), condition = call.kids.size() > 1 ? on_items(compiler, call, 1) : nullptr;
  if (!step || (call.kids.size() > 1 && !condition)) return nullptr;
  return over<Chain>(compiler, in, Chain::Way::recurse, std::move(condition), std::move(step));
}

NodePtr while_loop(Compiler& compiler, const Ast& call, const Context& in) {
  NodePtr condition = on_items(compiler, call, 0), step = on_items(compiler, call, 1);
  return condition && step ? over<Chain>(compiler, in, Chain::Way::while_true, std::move(condition), std::move(step)) : nullptr;
}

NodePtr until(Compiler& compiler, const Ast& call, const Context& in) {
  NodePtr condition = on_items(compiler, call, 0), step = on_items(compiler, call, 1);
  return condition && step ? over<Chain>(compiler, in, Chain::Way::until, std::move(condition), std::move(step)) : nullptr;
}

NodePtr repeat(Compiler& compiler, const Ast& call, const Context& in) {
  NodePtr of = compiler.node(compiler.argument(call, 0), in);
  return of ? std::make_unique<Repeat>(std::move(of)) : nullptr;
}

NodePtr range(Compiler& compiler, const Ast& call, const Context& in) {
  std::vector<NodePtr> bounds = compiler.arguments(call, in);
  if (bounds.empty()) return nullptr;
  if (bounds.size() == 1) bounds.insert(bounds.begin(), std::make_unique<Literal>(Value::integer(0)));
  if (bounds.size() == 2) bounds.push_back(nullptr);
  return std::make_unique<Range>(std::move(bounds[0]), std::move(bounds[1]), std::move(bounds[2]));
}

NodePtr first(Compiler& compiler, const Ast& call, const Context& in) {
  if (call.kids.empty()) return std::make_unique<Index>(compiler.input(in), std::make_unique<Literal>(Value::integer(0)));
  NodePtr of = compiler.node(compiler.argument(call, 0), in);
  return of ? std::make_unique<First>(std::move(of)) : nullptr;
}

NodePtr last(Compiler& compiler, const Ast& call, const Context& in) {
  if (call.kids.empty()) return std::make_unique<Index>(compiler.input(in), std::make_unique<Literal>(Value::integer(-1)));
  NodePtr of = compiler.node(compiler.argument(call, 0), in);
  return of ? std::make_unique<Last>(std::move(of)) : nullptr;
}

NodePtr limit(Compiler& compiler, const Ast& call, const Context& in) {
  NodePtr count = compiler.node(compiler.argument(call, 0), in), of = compiler.node(compiler.argument(call, 1), in);
  return count && of ? std::make_unique<Window>(nullptr, std::move(count), std::move(of)) : nullptr;
}

NodePtr skip(Compiler& compiler, const Ast& call, const Context& in) {
  NodePtr count = compiler.node(compiler.argument(call, 0), in), of = compiler.node(compiler.argument(call, 1), in);
  return count && of ? std::make_unique<Window>(std::move(count), nullptr, std::move(of)) : nullptr;
}

NodePtr nth(Compiler& compiler, const Ast& call, const Context& in) {
  NodePtr count = compiler.node(compiler.argument(call, 0), in);
  if (!count) return nullptr;
  if (call.kids.size() == 1) return std::make_unique<Index>(compiler.input(in), std::move(count));
  NodePtr of = compiler.node(compiler.argument(call, 1), in);
  return of ? std::make_unique<Nth>(std::move(count), std::move(of)) : nullptr;
}

NodePtr isempty(Compiler& compiler, const Ast& call, const Context& in) {
  return exists<Exists::Ask::none>(compiler.node(compiler.argument(call, 0), in), nullptr);
}

NodePtr any(Compiler& compiler, const Ast&, const Context& in) { return exists<Exists::Ask::any>(items_of(compiler, in), nullptr); }
NodePtr all(Compiler& compiler, const Ast&, const Context& in) { return exists<Exists::Ask::all>(items_of(compiler, in), nullptr); }

NodePtr any_in(Compiler& compiler, const Ast& call, const Context& in) {
  NodePtr condition = on_items(compiler, call, 0);
  return condition ? exists<Exists::Ask::any>(items_of(compiler, in), std::move(condition)) : nullptr;
}

NodePtr all_in(Compiler& compiler, const Ast& call, const Context& in) {
  NodePtr condition = on_items(compiler, call, 0);
  return condition ? exists<Exists::Ask::all>(items_of(compiler, in), std::move(condition)) : nullptr;
}

NodePtr any_of(Compiler& compiler, const Ast& call, const Context& in) {
  NodePtr of = compiler.node(compiler.argument(call, 0), in), condition = on_items(compiler, call, 1);
  return condition ? exists<Exists::Ask::any>(std::move(of), std::move(condition)) : nullptr;
}

NodePtr all_of(Compiler& compiler, const Ast& call, const Context& in) {
  NodePtr of = compiler.node(compiler.argument(call, 0), in), condition = on_items(compiler, call, 1);
  return condition ? exists<Exists::Ask::all>(std::move(of), std::move(condition)) : nullptr;
}

NodePtr env(Compiler& compiler, const Ast& call, const Context&) {
  Ast variable(Ast::Kind::variable, call.at);
  variable.name = "ENV";
  return compiler.node(variable, Context{});
}

NodePtr sort_by(Compiler& compiler, const Ast& call, const Context& in) { return by_key<ByKey::Way::sort>(compiler, call, in); }
NodePtr group_by(Compiler& compiler, const Ast& call, const Context& in) { return by_key<ByKey::Way::group>(compiler, call, in); }
NodePtr unique_by(Compiler& compiler, const Ast& call, const Context& in) { return by_key<ByKey::Way::unique>(compiler, call, in); }
NodePtr min_by(Compiler& compiler, const Ast& call, const Context& in) { return by_key<ByKey::Way::min>(compiler, call, in); }
NodePtr max_by(Compiler& compiler, const Ast& call, const Context& in) { return by_key<ByKey::Way::max>(compiler, call, in); }

NodePtr with_entries(Compiler& compiler, const Ast& call, const Context& in) {
  NodePtr of = on_items(compiler, call, 0);
  return of ? over<WithEntries>(compiler, in, std::move(of)) : nullptr;
}

NodePtr add_of(Compiler& compiler, const Ast& call, const Context& in) {
  NodePtr of = compiler.node(compiler.argument(call, 0), in);
  return of ? std::make_unique<Sum>(std::move(of)) : nullptr;
}

NodePtr test(Compiler& compiler, const Ast& call, const Context& in) { return compile_regex(compiler, call, in, RegexWay::test); }
NodePtr match(Compiler& compiler, const Ast& call, const Context& in) { return compile_regex(compiler, call, in, RegexWay::match); }
NodePtr capture(Compiler& compiler, const Ast& call, const Context& in) { return compile_regex(compiler, call, in, RegexWay::capture); }
NodePtr scan(Compiler& compiler, const Ast& call, const Context& in) { return compile_regex(compiler, call, in, RegexWay::scan); }
NodePtr splits(Compiler& compiler, const Ast& call, const Context& in) { return compile_regex(compiler, call, in, RegexWay::splits); }
NodePtr split(Compiler& compiler, const Ast& call, const Context& in) { return compile_regex(compiler, call, in, RegexWay::split); }
NodePtr sub(Compiler& compiler, const Ast& call, const Context& in) { return compile_substitute(compiler, call, in, false); }
NodePtr gsub(Compiler& compiler, const Ast& call, const Context& in) { return compile_substitute(compiler, call, in, true); }

// key | in(container) is container | has(key); both are expressions of the same input.
NodePtr in_object(Compiler& compiler, const Ast& call, const Context& in) {
  std::vector<NodePtr> keys;
  keys.push_back(compiler.input(in));
  NodePtr container = compiler.node(compiler.argument(call, 0), in);
  return container ? std::make_unique<Native>(functions::has, Native::Order::first_slowest, std::move(keys), std::move(container), true)
                   : nullptr;
}

// Of the record a constant key is looked for without building it.
NodePtr has(Compiler& compiler, const Ast& call, const Context& in) {
  const Ast& key = compiler.argument(call, 0);
  if (in.record && key.kind == Ast::Kind::literal && key.value.is_string()) return compiler.slot_present(in, key.value.view());
  std::vector<NodePtr> keys = compiler.arguments(call, in);
  return keys.empty() ? nullptr
                      : std::make_unique<Native>(functions::has, Native::Order::last_slowest, std::move(keys), compiler.input(in), true);
}

NodePtr inside(Compiler& compiler, const Ast& call, const Context& in) {
  std::vector<NodePtr> parts;
  parts.push_back(compiler.input(in));
  NodePtr container = compiler.node(compiler.argument(call, 0), in);
  return container ? std::make_unique<Native>(functions::contains, Native::Order::first_slowest, std::move(parts), std::move(container))
                   : nullptr;
}

}  // namespace leat::expr::special
