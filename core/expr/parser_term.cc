#include <fmt/format.h>

#include "core/data/number.h"
#include "core/expr/parser_impl.h"

namespace leat::expr {

using Kind = Ast::Kind;

namespace {

bool is_step(Kind kind) { return kind == Kind::index || kind == Kind::slice || kind == Kind::iterate; }

}  // namespace

// A ? behind a step forgives that step; behind anything else, parentheses included, all of it.
AstPtr Parser::forgive(AstPtr base, bool closed) {
  if (is_step(base->kind) && !base->optional && !closed) {
    base->optional = true;
    return base;
  }
  const uint32_t at = base->at;
  return make(Kind::attempt, at, kids(std::move(base), AstPtr()));
}

AstPtr Parser::postfix(bool binds) {
  bool closed = token_.is("(");
  AstPtr base = primary();
  while (base) {
    const uint32_t at = token_.at;
    if (take("?")) {
      base = forgive(std::move(base), closed);
      continue;
    }
    if (token_.is("?//") || token_.is("?//=")) {  // .a?//1: two signs in a row
      token_.text.remove_prefix(1), ++token_.at, --token_.size;
      base = forgive(std::move(base), closed);
      continue;
    }
    closed = false;
    if (token_.kind == Token::Kind::field) {
      AstPtr key = literal(at, Value::text(token_.text));
      advance();
      base = make(Kind::index, at, kids(std::move(base), std::move(key)));
    } else if (token_.is("[")) {
      base = bracket(std::move(base));
    } else if (token_.is(".")) {
      advance();
      if (token_.is("[")) continue;
      if (token_.kind != Token::Kind::quote) return unexpected("a field or [");
      AstPtr key = string({});
      base = key ? make(Kind::index, at, kids(std::move(base), std::move(key))) : nullptr;
    } else if (binds && token_.word("as")) {
      return bind(std::move(base));
    } else {
      return base;
    }
  }
  return nullptr;
}

AstPtr Parser::bracket(AstPtr base) {
  const uint32_t at = token_.at;
  advance();
  if (take("]")) return make(Kind::iterate, at, kids(std::move(base)));
  AstPtr from, to;
  if (take(":")) {
    to = pipe();
    if (!to || !expect("]")) return nullptr;
    return make(Kind::slice, at, kids(std::move(base), AstPtr(), std::move(to)));
  }
  from = pipe();
  if (!from) return nullptr;
  if (take("]")) return make(Kind::index, at, kids(std::move(base), std::move(from)));
  if (!expect(":")) return nullptr;
  if (!token_.is("]")) {
    to = pipe();
    if (!to) return nullptr;
  }
  if (!expect("]")) return nullptr;
  return make(Kind::slice, at, kids(std::move(base), std::move(from), std::move(to)));
}

AstPtr Parser::primary() {
  const uint32_t at = token_.at;
  switch (token_.kind) {
    case Token::Kind::number:
      return number();
    case Token::Kind::quote:
      return string({});
    case Token::Kind::name:
      return word();
    case Token::Kind::field: {
      AstPtr key = literal(at, Value::text(token_.text));
      advance();
      return make(Kind::index, at, kids(leaf(Kind::identity, at), std::move(key)));
    }
    case Token::Kind::variable: {
      AstPtr node = leaf(token_.text == "__loc__" ? Kind::place : Kind::variable, at, token_.text);
      advance();
      return node;
    }
    case Token::Kind::format: {
      std::string name(token_.text);
      advance();
      return token_.kind == Token::Kind::quote ? string(std::move(name)) : leaf(Kind::format, at, name);
    }
    case Token::Kind::sign:
      break;
    default:
      return unexpected();
  }
  if (token_.is(".")) return dot();
  if (take("..")) return leaf(Kind::descend, at);
  if (token_.is("(")) return parenthesis();
  if (token_.is("[")) return array();
  if (token_.is("{")) return object();
  return unexpected();
}

AstPtr Parser::dot() {
  const uint32_t at = token_.at;
  advance();
  AstPtr base = leaf(Kind::identity, at);
  if (token_.kind != Token::Kind::quote) return base;
  AstPtr key = string({});
  return key ? make(Kind::index, at, kids(std::move(base), std::move(key))) : nullptr;
}

AstPtr Parser::parenthesis() {
  advance();
  AstPtr inner = pipe();
  if (!inner || !expect(")")) return nullptr;
  if (inner->kind == Kind::comma) inner->name = "(";  // closed: a comma behind the parenthesis starts its own list
  return inner;
}

AstPtr Parser::number() {
  // The language also writes .5 and 5. , which JSON does not.
  std::string spelled(token_.text);
  if (spelled[0] == '.') spelled.insert(0, "0");
  if (const size_t point = spelled.find('.');
      point != std::string::npos && (point + 1 == spelled.size() || spelled[point + 1] == 'e' || spelled[point + 1] == 'E'))
    spelled.erase(point, 1);
  size_t zeros = 0;
  while (zeros + 1 < spelled.size() && spelled[zeros] == '0' && spelled[zeros + 1] >= '0' && spelled[zeros + 1] <= '9') ++zeros;
  spelled.erase(0, zeros);
  Value value = Value::literal(spelled);
  value.own();
  AstPtr node = literal(token_.at, std::move(value));
  advance();
  return node;
}

AstPtr Parser::word() {
  const std::string_view name = token_.text;
  if (name == "if") return branch();
  if (name == "try") return attempt();
  if (name == "reduce") return fold(Kind::reduce);
  if (name == "foreach") return fold(Kind::foreach);
  if (name == "label") return label();
  if (name == "def") return define();
  const uint32_t at = token_.at;
  if (name == "break") {
    AstPtr node = leaf(Kind::leave, at);
    advance();
    return expect_variable(node->name) ? std::move(node) : nullptr;
  }
  if (name == "import" || name == "include")
    return fail(at, fmt::format("'{}' is not in leat's language", name), "put `def` in front of the expression");
  if (keyword(name)) return unexpected();
  return call();
}

AstPtr Parser::call() {
  const uint32_t at = token_.at;
  std::string name(token_.text);
  advance();
  if (name == "null") return literal(at, Value());
  if (name == "true" || name == "false") return literal(at, Value(name == "true"));
  std::vector<AstPtr> arguments;
  if (take("(")) {
    if (token_.is(")")) return fail(at, fmt::format("'{}()' has nothing in its parentheses", name), fmt::format("write {}", name));
    do {
      AstPtr argument = pipe();
      if (!argument) return nullptr;
      arguments.push_back(std::move(argument));
    } while (take(";"));
    if (token_.is(",")) return unexpected();
    if (!expect(")")) return nullptr;
  }
  AstPtr node = make(Kind::call, at, std::move(arguments));
  if (node) node->name = std::move(name);
  return node;
}

AstPtr Parser::branch() {
  Nested nested(nesting_);
  if (nesting_ > kMaxNesting) return fail(token_.at, "the expression is nested too deeply");
  const uint32_t at = token_.at;
  advance();
  AstPtr condition = pipe();
  if (!condition || !expect_word("then")) return nullptr;
  AstPtr yes = pipe();
  if (!yes) return nullptr;
  AstPtr no;
  if (token_.word("elif")) {
    no = branch();  // takes the `end` of all
    return no ? make(Kind::branch, at, kids(std::move(condition), std::move(yes), std::move(no))) : nullptr;
  }
  if (token_.word("else")) {
    advance();
    no = pipe();
    if (!no) return nullptr;
  }
  if (!expect_word("end")) return nullptr;
  return make(Kind::branch, at, kids(std::move(condition), std::move(yes), std::move(no)));
}

AstPtr Parser::attempt() {
  Nested nested(nesting_);
  if (nesting_ > kMaxNesting) return fail(token_.at, "the expression is nested too deeply");
  const uint32_t at = token_.at;
  advance();
  AstPtr body = unary();
  if (!body) return nullptr;
  AstPtr handler;
  if (token_.word("catch")) {
    advance();
    handler = unary();
    if (!handler) return nullptr;
  }
  return make(Kind::attempt, at, kids(std::move(body), std::move(handler)));
}

AstPtr Parser::fold(Kind kind) {
  const uint32_t at = token_.at;
  advance();
  AstPtr source = postfix(false);
  if (!source || !expect_word("as")) return nullptr;
  AstPtr names = pattern();
  if (!names || !expect("(")) return nullptr;
  std::vector<AstPtr> parts = kids(std::move(source), std::move(names));
  do {
    AstPtr part = pipe();
    if (!part) return nullptr;
    parts.push_back(std::move(part));
  } while (take(";"));
  if (!expect(")")) return nullptr;
  const size_t most = kind == Kind::reduce ? 4 : 5;
  if (parts.size() < 4 || parts.size() > most)
    return fail(at, kind == Kind::reduce ? "reduce takes (start; step)" : "foreach takes (start; step) or (start; step; extract)");
  return make(kind, at, std::move(parts));
}

}  // namespace leat::expr
