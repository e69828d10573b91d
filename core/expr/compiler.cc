#include "core/expr/compiler.h"

#include <fmt/format.h>

#include "core/base/meter.h"
#include "core/expr/builtins.h"
#include "core/expr/format_text.h"
#include "core/expr/nodes_basic.h"
#include "core/expr/nodes_build.h"
#include "core/expr/nodes_control.h"
#include "core/expr/nodes_path.h"
#include "core/expr/parser.h"
#include "core/expr/run.h"
#include "core/expr/scope.h"
#include "core/expr/update.h"

namespace leat::expr {
namespace {

using Kind = Ast::Kind;

// Whether a tree is the same value for every input.
bool constant(const Ast& tree) {
  switch (tree.kind) {
    case Kind::literal:
      return true;
    case Kind::array:
    case Kind::comma:
    case Kind::negate:
    case Kind::binary:
    case Kind::object:
      break;
    default:
      return false;
  }
  for (const AstPtr& kid : tree.kids)
    if (!kid || !constant(*kid)) return false;
  return true;
}

bool is_key(const Ast& tree) { return tree.kind == Kind::literal && tree.value.is_string(); }

bool is_select(const Ast& tree) { return tree.kind == Kind::call && tree.name == "select" && tree.kids.size() == 1; }

}  // namespace

bool Compiler::may_be_false(const Ast& condition) {
  switch (condition.kind) {
    case Ast::Kind::assign:
    case Ast::Kind::update:
    case Ast::Kind::modify:
    case Ast::Kind::fill:
      return fail(condition.at, "an assignment is always true", "compare with `==`"), false;
    case Ast::Kind::pipe:
      return may_be_false(*condition.kids[1]);
    case Ast::Kind::both:
    case Ast::Kind::either:
      return may_be_false(*condition.kids[0]) && may_be_false(*condition.kids[1]);
    default:
      return true;
  }
}

Result<Compiler::Output> Compiler::all(const Ast& tree) {
  Frame frame{nullptr};
  frame_ = &frame;
  if (options_.condition) may_be_false(tree);
  out_.root = node(tree, Context{true, {}});
  if (error_) return *error_;
  out_.variables = frame.variables;
  out_.slots = static_cast<uint32_t>(places_.size());
  return std::move(out_);
}

NodePtr Compiler::fail(uint32_t at, std::string_view message, std::string_view hint) {
  if (!error_) error_ = mistake(text_, at, message, hint);
  return nullptr;
}

std::unique_ptr<const Slot> Compiler::slot(const RecordPath& path) {
  if (aggregates_) {
    fail(at_, "a window has no record here", "put the field into an aggregate: sum(.ms), first(.host)");
    return std::make_unique<Slot>(0, 0, path);  // all() sees the mistake
  }
  const uint32_t column = plan_.slot(path.keys);
  const auto place = places_.emplace(column, static_cast<uint32_t>(places_.size())).first->second;
  return std::make_unique<Slot>(column, place, path);
}

std::optional<RecordPath> Compiler::record_path(const Ast& tree, const Context& in) const {
  if (!in.record) return std::nullopt;
  if (tree.kind == Kind::identity) return in.path;
  if (tree.kind == Kind::pipe) {
    const auto left = record_path(*tree.kids[0], in);
    return left ? record_path(*tree.kids[1], Context{true, *left}) : std::nullopt;
  }
  if (tree.kind != Kind::index || !is_key(*tree.kids[1])) return std::nullopt;
  auto path = record_path(*tree.kids[0], in);
  if (path) path->add(tree.kids[1]->value.view(), tree.optional);
  return path;
}

NodePtr Compiler::input(const Context& in) {
  if (in.record) return slot(in.path);
  return std::make_unique<Identity>();
}

NodePtr Compiler::on_value(const Ast& tree, const Context& in) { return over(in, node(tree, Context{})); }

NodePtr Compiler::slot_present(const Context& in, std::string_view key) {
  RecordPath path = in.path;
  path.add(key, false);
  auto field = slot(path);
  std::vector<NodePtr> keys;
  keys.push_back(literal(Value::text(key)));
  NodePtr slow = std::make_unique<Native>(functions::has, Native::Order::last_slowest, std::move(keys), input(in), true);
  return std::make_unique<SlotPresent>(std::move(field), std::move(slow));
}

NodePtr Compiler::over(const Context& in, NodePtr made) {
  return made && in.record ? std::make_unique<Pipe>(input(in), std::move(made)) : std::move(made);
}

NodePtr Compiler::literal(const Value& value) { return std::make_unique<Literal>(value); }

NodePtr Compiler::folded(NodePtr made) {
  if (!made || !made->single()) return made;
  Run run(Limits{100, 100'000, 1 << 20});
  run.memory = meter::taken;
  run.stack = static_cast<const char*>(__builtin_frame_address(0));
  Env env{run, nullptr, nullptr, nullptr};
  Value out;
  if (made->eval(env, Value(), out) != Got::value) return made;  // it fails when it runs, where `try` may catch it
  return literal(out);
}

NodePtr Compiler::node(const Ast& tree, const Context& in) {
  at_ = tree.at;
  if (auto path = record_path(tree, in)) return slot(*path);
  switch (tree.kind) {
    case Kind::identity:
      return input(in);
    case Kind::descend:
      return in.record ? on_value(tree, in) : std::make_unique<Descend>();
    case Kind::literal:
      return literal(tree.value);
    case Kind::text:
      return text(tree, in);
    case Kind::format:
      return format(tree, in);
    case Kind::index:
      return index(tree, in);
    case Kind::slice:
      return slice(tree, in);
    case Kind::iterate: {
      NodePtr base = node(*tree.kids[0], in);
      return base ? std::make_unique<Iterate>(std::move(base), tree.optional) : nullptr;
    }
    case Kind::array:
      return array(tree, in);
    case Kind::object:
      return object(tree, in);
    case Kind::negate:
      return negate(tree, in);
    case Kind::pipe:
      return pipe(tree, in);
    case Kind::comma:
      return comma(tree, in);
    case Kind::binary:
      return binary(tree, in);
    case Kind::both:
    case Kind::either:
      return logic(tree, in);
    case Kind::alternative:
      return alternative(tree, in);
    case Kind::assign:
    case Kind::update:
    case Kind::modify:
    case Kind::fill:
      return in.record ? edit(tree, in, on_value(tree, in)) : assign(tree, in);
    case Kind::branch:
      return branch(tree, in);
    case Kind::attempt:
      return attempt(tree, in);
    case Kind::reduce:
    case Kind::foreach:
      return fold(tree, in);
    case Kind::define:
      return define(tree, in);
    case Kind::call:
      return call(tree, in);
    case Kind::bind:
      return bind(tree, in);
    case Kind::label:
      return label(tree, in);
    case Kind::leave:
      return leave(tree);
    case Kind::variable:
      return variable(tree);
    case Kind::place: {
      Value place = Value::object(2);
      place.put(Value::borrow("file"), Value::borrow("<top-level>"));
      const std::string_view before = text_.substr(0, tree.at);
      place.put(Value::borrow("line"), Value::integer(1 + std::count(before.begin(), before.end(), '\n')));
      return literal(place);
    }
    default:
      return fail(tree.at, "a pattern stands behind `as`");
  }
}

NodePtr Compiler::index(const Ast& tree, const Context& in) {
  NodePtr base = node(*tree.kids[0], in), key = node(*tree.kids[1], in);
  return base && key ? std::make_unique<Index>(std::move(base), std::move(key), tree.optional) : nullptr;
}

NodePtr Compiler::slice(const Ast& tree, const Context& in) {
  NodePtr base = node(*tree.kids[0], in);
  NodePtr from = tree.kids[1] ? node(*tree.kids[1], in) : literal(Value());
  NodePtr to = tree.kids.size() > 2 && tree.kids[2] ? node(*tree.kids[2], in) : literal(Value());
  if (!base || !from || !to) return nullptr;
  return std::make_unique<Slice>(std::move(base), std::move(from), std::move(to), tree.optional);
}

NodePtr Compiler::pipe(const Ast& tree, const Context& in) {
  const Ast &left = *tree.kids[0], &right = *tree.kids[1];
  if (in.record) {
    if (auto path = record_path(left, in)) {
      const bool same = *path == in.path;
      NodePtr rest = node(right, Context{true, *path});
      if (!rest || same) return rest;
      return std::make_unique<SlotCheck>(slot(*path), std::move(rest));
    }
    if (is_select(left)) {
      NodePtr condition = node(*left.kids[0], in), rest = node(right, in);
      return condition && rest ? std::make_unique<Guard>(std::move(condition), std::move(rest)) : nullptr;
    }
  }
  NodePtr first = node(left, in), second = node(right, Context{});
  return first && second ? std::make_unique<Pipe>(std::move(first), std::move(second)) : nullptr;
}

NodePtr Compiler::comma(const Ast& tree, const Context& in) {
  std::vector<NodePtr> parts;
  for (const AstPtr& kid : tree.kids) {
    parts.push_back(node(*kid, in));
    if (!parts.back()) return nullptr;
  }
  return std::make_unique<Comma>(std::move(parts));
}

NodePtr Compiler::binary(const Ast& tree, const Context& in) {
  const Ast &left = *tree.kids[0], &right = *tree.kids[1];
  if (tree.op >= Op::equal) {
    static constexpr Op kTurned[] = {Op::equal, Op::differ, Op::more, Op::least, Op::less, Op::most};
    const auto path = record_path(left, in), other = record_path(right, in);
    const Op turned = kTurned[static_cast<size_t>(tree.op) - static_cast<size_t>(Op::equal)];
    if (path && right.kind == Kind::literal) return std::make_unique<SlotCompare>(slot(*path), tree.op, right.value);
    if (other && left.kind == Kind::literal) return std::make_unique<SlotCompare>(slot(*other), turned, left.value);
  }
  NodePtr a = node(left, in), b = node(right, in);
  if (!a || !b) return nullptr;
  NodePtr made = std::make_unique<Binary>(tree.op, std::move(a), std::move(b));
  if (in.record && tree.op == Op::add && !constant(tree)) return edit(tree, in, std::move(made));
  return constant(tree) ? folded(std::move(made)) : std::move(made);
}

NodePtr Compiler::logic(const Ast& tree, const Context& in) {
  NodePtr left = node(*tree.kids[0], in), right = node(*tree.kids[1], in);
  return left && right ? std::make_unique<Logic>(tree.kind == Kind::both, std::move(left), std::move(right)) : nullptr;
}

NodePtr Compiler::alternative(const Ast& tree, const Context& in) {
  NodePtr left = node(*tree.kids[0], in), right = node(*tree.kids[1], in);
  return left && right ? std::make_unique<Alternative>(std::move(left), std::move(right)) : nullptr;
}

NodePtr Compiler::negate(const Ast& tree, const Context& in) {
  NodePtr of = node(*tree.kids[0], in);
  if (!of) return nullptr;
  NodePtr made = std::make_unique<Native>(functions::negate, Native::Order::first_slowest, std::vector<NodePtr>(), std::move(of));
  return constant(tree) ? folded(std::move(made)) : std::move(made);
}

NodePtr Compiler::branch(const Ast& tree, const Context& in) {
  NodePtr condition = node(*tree.kids[0], in), yes = node(*tree.kids[1], in), no = tree.kids[2] ? node(*tree.kids[2], in) : input(in);
  return condition && yes && no ? std::make_unique<Branch>(std::move(condition), std::move(yes), std::move(no)) : nullptr;
}

NodePtr Compiler::attempt(const Ast& tree, const Context& in) {
  NodePtr body = node(*tree.kids[0], in), handler = tree.kids[1] ? node(*tree.kids[1], Context{}) : nullptr;
  if (!body || (tree.kids[1] && !handler)) return nullptr;
  return std::make_unique<Attempt>(std::move(body), std::move(handler));
}

NodePtr Compiler::array(const Ast& tree, const Context& in) {
  NodePtr of = tree.kids.empty() ? nullptr : node(*tree.kids[0], in);
  if (!of && !tree.kids.empty()) return nullptr;
  NodePtr made = std::make_unique<Array>(std::move(of));
  return constant(tree) ? folded(std::move(made)) : std::move(made);
}

NodePtr Compiler::object(const Ast& tree, const Context& in) {
  std::vector<Object::Part> parts;
  for (size_t i = 0; i < tree.kids.size(); i += 2) {
    const Ast& key = *tree.kids[i];
    if (key.kind == Kind::literal && !key.value.is_string())
      return fail(key.at, fmt::format("cannot use {} as an object's key", shown(key.value)), "make it text: (1 | tostring)");
    Object::Part part{node(key, in), nullptr};
    if (tree.kids[i + 1]) {
      part.item = node(*tree.kids[i + 1], in);
    } else if (in.record && is_key(key)) {
      auto path = in.path;
      path.add(key.value.view(), false);
      part.item = slot(path);
    } else {
      NodePtr again = node(key, in);
      if (again) part.item = std::make_unique<Index>(input(in), std::move(again));
    }
    if (!part.key || !part.item) return nullptr;
    parts.push_back(std::move(part));
  }
  NodePtr made = std::make_unique<Object>(std::move(parts));
  return constant(tree) ? folded(std::move(made)) : std::move(made);
}

NodePtr Compiler::assign(const Ast& tree, const Context& in) {
  NodePtr target = node(*tree.kids[0], in), value = node(*tree.kids[1], in);
  if (!target || !value) return nullptr;
  switch (tree.kind) {
    case Kind::update:
      return std::make_unique<Update>(std::move(target), std::move(value));
    case Kind::modify:
      return std::make_unique<Assign>(Assign::Way::operate, tree.op, std::move(target), std::move(value));
    case Kind::fill:
      return std::make_unique<Assign>(Assign::Way::fill, tree.op, std::move(target), std::move(value));
    default:
      return std::make_unique<Assign>(Assign::Way::set, tree.op, std::move(target), std::move(value));
  }
}

NodePtr Compiler::text(const Ast& tree, const Context& in) {
  const Text::Format write = find_format(tree.name.empty() ? "text" : tree.name);
  if (!write) return fail(tree.at, fmt::format("unknown format '@{}'", tree.name), format_hint(tree.name));
  std::vector<NodePtr> parts;
  for (const AstPtr& kid : tree.kids) {
    parts.push_back(node(*kid, in));
    if (!parts.back()) return nullptr;
  }
  return std::make_unique<Text>(std::move(parts), write, tree.name.empty() || tree.name == "text");
}

NodePtr Compiler::format(const Ast& tree, const Context& in) {
  const Text::Format write = find_format(tree.name);
  if (!write) return fail(tree.at, fmt::format("unknown format '@{}'", tree.name), format_hint(tree.name));
  std::vector<NodePtr> parts;
  parts.push_back(literal(Value::borrow("")));
  parts.push_back(input(in));
  return std::make_unique<Text>(std::move(parts), write, tree.name == "text");
}

}  // namespace leat::expr
