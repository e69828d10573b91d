#include <algorithm>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/expr/aggregates.h"
#include "core/expr/builtins.h"
#include "core/expr/envelope_node.h"
#include "core/expr/nodes_basic.h"
#include "core/expr/nodes_control.h"
#include "core/expr/parser.h"
#include "core/expr/scope.h"
#include "core/expr/update.h"

namespace leat::expr {

using Kind = Ast::Kind;

const Compiler::Scope* Compiler::variable_scope(std::string_view name) const {
  for (const Scope* at = scope_; at; at = at->outer)
    if (at->kind == Scope::Kind::variable && at->name == name) return at;
  return nullptr;
}

namespace {

void collect(const Ast& pattern, std::vector<std::string_view>& names) {
  switch (pattern.kind) {
    case Kind::pattern_variable:
      if (std::find(names.begin(), names.end(), pattern.name) == names.end()) names.push_back(pattern.name);
      return;
    case Kind::pattern_array:
      for (const AstPtr& kid : pattern.kids) collect(*kid, names);
      return;
    case Kind::pattern_object:
      for (size_t i = 0; i < pattern.kids.size(); i += 2) {
        if (pattern.kids[i]->kind == Kind::pattern_variable) collect(*pattern.kids[i], names);
        if (pattern.kids[i + 1]) collect(*pattern.kids[i + 1], names);
      }
      return;
    default:
      return;
  }
}

}  // namespace

std::unique_ptr<Pattern> Compiler::pattern(const Ast& tree) {
  const auto slot_of = [&](std::string_view name) { return variable_scope(name)->slot; };
  if (tree.kind == Kind::pattern_variable) return std::make_unique<Pattern>(slot_of(tree.name));
  std::vector<Pattern::Part> parts;
  if (tree.kind == Kind::pattern_array) {
    for (const AstPtr& kid : tree.kids) {
      auto inner = pattern(*kid);
      if (!inner) return nullptr;
      parts.push_back({nullptr, std::move(inner)});
    }
    return std::make_unique<Pattern>(std::move(parts));
  }
  for (size_t i = 0; i < tree.kids.size(); i += 2) {
    const Ast& key = *tree.kids[i];
    const bool named = key.kind == Kind::pattern_variable;
    const Value name = named ? Value::text(key.name) : Value();
    if (named) parts.push_back({literal(name), std::make_unique<Pattern>(slot_of(key.name))});
    if (!tree.kids[i + 1]) continue;
    if (key.kind == Kind::literal && !key.value.is_string()) return fail(key.at, "a key is text"), nullptr;
    NodePtr computed = named ? literal(name) : node(key, Context{});
    auto inner = pattern(*tree.kids[i + 1]);
    if (!computed || !inner) return nullptr;
    parts.push_back({std::move(computed), std::move(inner)});
  }
  return std::make_unique<Pattern>(std::move(parts));
}

std::vector<uint32_t> Compiler::declare(const std::vector<std::string_view>& names, std::vector<Scope>& scopes) {
  std::vector<uint32_t> slots;
  scopes.resize(names.size());
  for (size_t i = 0; i < names.size(); ++i) {
    slots.push_back(frame_->variables++);
    scopes[i] = {Scope::Kind::variable, names[i], frame_, slots.back(), 0, nullptr, scope_};
    scope_ = &scopes[i];
  }
  return slots;
}

NodePtr Compiler::bind(const Ast& tree, const Context& in) {
  NodePtr source = node(*tree.kids[0], in);
  if (!source) return nullptr;
  std::vector<std::string_view> names;
  for (size_t i = 1; i + 1 < tree.kids.size(); ++i) collect(*tree.kids[i], names);
  const Scope* outer = scope_;
  std::vector<Scope> scopes;
  std::vector<uint32_t> slots = declare(names, scopes);
  std::vector<Pattern> patterns;
  NodePtr body;
  bool good = true;
  for (size_t i = 1; good && i + 1 < tree.kids.size(); ++i) {
    auto made = pattern(*tree.kids[i]);
    good = made != nullptr;
    if (good) patterns.push_back(std::move(*made));
  }
  if (good) body = node(*tree.kids.back(), in);
  scope_ = outer;
  return body ? std::make_unique<Bind>(std::move(source), std::move(patterns), std::move(slots), std::move(body)) : nullptr;
}

NodePtr Compiler::fold(const Ast& tree, const Context& in) {
  const bool reduces = tree.kind == Kind::reduce;
  NodePtr source = node(*tree.kids[0], in), start = node(*tree.kids[2], in);
  if (!source || !start) return nullptr;
  std::vector<std::string_view> names;
  collect(*tree.kids[1], names);
  const Scope* outer = scope_;
  std::vector<Scope> scopes;
  std::vector<uint32_t> slots = declare(names, scopes);
  auto names_of = pattern(*tree.kids[1]);
  NodePtr step = names_of ? node(*tree.kids[3], Context{}) : nullptr;
  NodePtr extract = !step || reduces ? nullptr : tree.kids.size() > 4 ? node(*tree.kids[4], Context{}) : std::make_unique<Identity>();
  scope_ = outer;
  if (!step || (!reduces && !extract)) return nullptr;
  if (reduces)
    return std::make_unique<Reduce>(std::move(source), std::move(*names_of), std::move(slots), std::move(start), std::move(step));
  return std::make_unique<Foreach>(std::move(source), std::move(*names_of), std::move(slots), std::move(start), std::move(step),
                                   std::move(extract));
}

NodePtr Compiler::function_body(Function& function, const Ast& tree, const std::vector<std::string>& params) {
  // A parameter $a is also a function a; its value is taken once for each of its outputs, the first parameter slowest.
  std::vector<Scope> scopes(params.size() * 2);
  std::vector<std::pair<uint32_t, uint32_t>> taken;  // closure, slot
  const Scope* outer = scope_;
  size_t used = 0;
  const auto declare_name = [&](Scope scope) {
    scope.frame = frame_, scope.outer = scope_;
    scopes[used] = scope;
    scope_ = &scopes[used++];
  };
  for (uint32_t i = 0; i < params.size(); ++i) {
    const bool value = params[i][0] == '$';
    const std::string_view name = std::string_view(params[i]).substr(value);
    declare_name({Scope::Kind::closure, name, nullptr, i, 0, nullptr, nullptr});
    if (!value) continue;
    taken.emplace_back(i, frame_->variables);
    declare_name({Scope::Kind::variable, name, nullptr, frame_->variables++, 0, nullptr, nullptr});
  }
  NodePtr body = node(tree, Context{});
  scope_ = outer;
  for (size_t i = taken.size(); body && i-- > 0;) {
    std::vector<Pattern> patterns;
    patterns.emplace_back(taken[i].second);
    body = std::make_unique<Bind>(std::make_unique<Argument>(0, taken[i].first), std::move(patterns),
                                  std::vector<uint32_t>{taken[i].second}, std::move(body));
  }
  function.variables = frame_->variables;
  return body;
}

NodePtr Compiler::define(const Ast& tree, const Context& in) {
  if (tree.params.size() > Call::kMostArguments)
    return fail(tree.at, fmt::format("a function has at most {} parameters", Call::kMostArguments));
  out_.functions.push_back(std::make_unique<Function>());
  Function& function = *out_.functions.back();
  function.name = tree.name;
  function.closures = static_cast<uint32_t>(tree.params.size());
  Scope scope{Scope::Kind::function, tree.name, frame_, 0,
              function.closures,     &function, scope_, tree.params.empty() ? tree.kids[0].get() : nullptr};
  const Scope* outer = scope_;
  scope_ = &scope;
  Frame frame{frame_, 0, frame_->level + 1};
  frame_ = &frame;
  NodePtr body = function_body(function, *tree.kids[0], tree.params);
  frame_ = frame.outer;
  NodePtr rest;
  if (body) {
    function.body = std::move(body);
    rest = node(*tree.kids[1], in);
  }
  scope_ = outer;
  return rest;
}

NodePtr Compiler::label(const Ast& tree, const Context& in) {
  const uint32_t place = frame_->variables++;
  Scope scope{Scope::Kind::label, tree.name, frame_, place, 0, nullptr, scope_};
  const Scope* outer = scope_;
  scope_ = &scope;
  NodePtr body = node(*tree.kids[0], in);
  scope_ = outer;
  return body ? std::make_unique<Label>(place, std::move(body)) : nullptr;
}

NodePtr Compiler::leave(const Ast& tree) {
  for (const Scope* at = scope_; at; at = at->outer)
    if (at->kind == Scope::Kind::label && at->name == tree.name) return std::make_unique<Leave>(frame_->level - at->frame->level, at->slot);
  return fail(tree.at, fmt::format("no label ${} around this break", tree.name),
              fmt::format("write `label ${} | ...` around it", tree.name));
}

NodePtr Compiler::variable(const Ast& tree) {
  if (const Scope* scope = variable_scope(tree.name)) return std::make_unique<Variable>(frame_->level - scope->frame->level, scope->slot);
  if (std::find(options_.variables.begin(), options_.variables.end(), tree.name) != options_.variables.end())
    return std::make_unique<Given>(tree.name);
  if (tree.name == "ENV") {
    Value all = Value::object();
    if (options_.environment)
      for (const auto& [name, value] : *options_.environment) all.put(Value::text(name), Value::text(value));
    return literal(all);
  }
  if (auto field = envelope_field(tree.name)) {
    out_.reads_envelope = true;
    return std::make_unique<EnvelopeNode>(*field);
  }
  std::vector<std::string_view> known{"ENV", "artifact", "meta", "subject", "time", "id", "origin", "error", "__loc__"};
  for (const Scope* at = scope_; at; at = at->outer)
    if (at->kind == Scope::Kind::variable) known.push_back(at->name);
  for (const std::string& name : options_.variables) known.push_back(name);
  const auto near = text::nearest(tree.name, known);
  return fail(tree.at, fmt::format("unknown variable ${}", tree.name),
              near ? fmt::format("did you mean ${}?", *near) : "a shell variable is read by $ENV.NAME");
}

NodePtr Compiler::call(const Ast& tree, const Context& in) {
  for (const Scope* at = scope_; at; at = at->outer) {
    if (at->name != tree.name) continue;
    const bool matches =
        (at->kind == Scope::Kind::function && at->arity == tree.kids.size()) || (at->kind == Scope::Kind::closure && tree.kids.empty());
    if (!matches) continue;
    // A function without parameters that does not call itself reads the record as if its body stood here.
    constexpr uint32_t kMostInlined = 100;
    if (in.record && at->body && at->function->body && inlined_++ < kMostInlined) {
      const Scope* const here = std::exchange(scope_, at);
      NodePtr made = node(*at->body, in);
      scope_ = here;
      return made;
    }
    return over(in, call_known(tree, *at));
  }
  if (aggregates_ && in.record) {
    if (auto found = aggregates_->find(tree)) {
      if (*found) return std::make_unique<Given>(**found);
      if (!error_) error_ = found->error();
      return nullptr;
    }
  }
  return builtin(tree, in);
}

NodePtr Compiler::call_known(const Ast& tree, const Scope& scope) {
  const uint32_t levels = frame_->level - scope.frame->level;
  if (scope.kind == Scope::Kind::closure) return std::make_unique<Argument>(levels, scope.slot);
  std::vector<NodePtr> closures;
  for (const AstPtr& kid : tree.kids) {
    closures.push_back(node(*kid, Context{}));
    if (!closures.back()) return nullptr;
  }
  return std::make_unique<Call>(scope.function, levels, std::move(closures));
}

std::vector<NodePtr> Compiler::arguments(const Ast& call, const Context& in) {
  std::vector<NodePtr> out;
  for (const AstPtr& kid : call.kids) {
    out.push_back(node(*kid, in));
    if (!out.back()) return {};
  }
  return out;
}

NodePtr Compiler::builtin(const Ast& tree, const Context& in) {
  const Builtin* known = find_builtin(tree.name, tree.kids.size());
  if (!known) return unknown(tree);
  if (known->special) return known->special(*this, tree, in);
  if (!known->definition.empty()) {
    return over(in, prelude(tree, known->definition));
  }
  std::vector<NodePtr> values = arguments(tree, in);
  if (values.size() != tree.kids.size()) return nullptr;
  NodePtr dot = known->reads_input ? input(in) : literal(Value());
  return std::make_unique<Native>(known->native, known->order, std::move(values), std::move(dot), known->light);
}

// A builtin written in the language itself: compiled where it is first met, apart from the names around it.
NodePtr Compiler::prelude(const Ast& tree, std::string_view definition) {
  const Function*& known = prelude_[fmt::format("{}/{}", tree.name, tree.kids.size())];
  if (!known) {
    auto parsed = parse(std::string(definition) + " .");
    if (!parsed) return fail(tree.at, parsed.error().text);
    out_.functions.push_back(std::make_unique<Function>());
    Function& function = *out_.functions.back();
    known = &function;
    function.name = tree.name;
    function.closures = static_cast<uint32_t>(tree.kids.size());
    Frame frame{nullptr, 0, 0};
    Frame* const outer_frame = std::exchange(frame_, &frame);
    Scope scope{Scope::Kind::function, function.name, frame_, 0, function.closures, &function, nullptr};
    const Scope* const outer = std::exchange(scope_, &scope);
    function.body = function_body(function, *(*parsed)->kids[0], (*parsed)->params);
    scope_ = outer, frame_ = outer_frame;
    if (!function.body) return nullptr;
  }
  std::vector<NodePtr> closures;
  for (const AstPtr& kid : tree.kids) {
    closures.push_back(node(*kid, Context{}));
    if (!closures.back()) return nullptr;
  }
  return std::make_unique<Call>(known, 0, std::move(closures));
}

}  // namespace leat::expr
