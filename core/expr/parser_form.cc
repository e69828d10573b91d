#include <algorithm>

#include <fmt/format.h>

#include "core/expr/parser_impl.h"

namespace leat::expr {

using Kind = Ast::Kind;

AstPtr Parser::string(std::string format) {
  Nested nested(nesting_);
  if (nesting_ > kMaxNesting) return fail(token_.at, "the expression is nested too deeply");
  const uint32_t at = token_.at;  // the quote is the current token; the lexer stands behind it
  std::vector<AstPtr> parts;
  for (;;) {
    std::string piece;
    const Lexer::Stop stop = lexer_.string(piece);
    if (stop == Lexer::Stop::wrong)
      return fail(std::min<uint32_t>(lexer_.at(), static_cast<uint32_t>(text_.size())), lexer_.reason(), lexer_.hint());
    if (stop == Lexer::Stop::quote && parts.empty() && format.empty()) {
      advance();
      return literal(at, Value::text(piece));
    }
    parts.push_back(literal(at, Value::text(piece)));
    if (stop == Lexer::Stop::quote) break;
    advance();
    AstPtr inner = pipe();
    if (!inner) return nullptr;
    if (!token_.is(")")) return unexpected("')'");
    parts.push_back(std::move(inner));  // not advance(): what follows is text again
  }
  advance();
  AstPtr node = make(Kind::text, at, std::move(parts));
  if (node) node->name = std::move(format);
  return node;
}

AstPtr Parser::array() {
  const uint32_t at = token_.at;
  advance();
  if (take("]")) return make(Kind::array, at);
  AstPtr inner = pipe();
  if (!inner || !expect("]")) return nullptr;
  return make(Kind::array, at, kids(std::move(inner)));
}

AstPtr Parser::object() {
  Nested nested(nesting_);
  if (nesting_ > kMaxNesting) return fail(token_.at, "the expression is nested too deeply");
  Ast node(Kind::object, token_.at);
  advance();
  if (!token_.is("}")) {
    do {
      if (!entry(node)) return nullptr;
    } while (take(","));
  }
  if (!expect("}")) return nullptr;
  return make(Kind::object, node.at, std::move(node.kids));
}

bool Parser::entry(Ast& object) {
  const uint32_t at = token_.at;
  AstPtr key, item;
  if (token_.kind == Token::Kind::variable) {
    key = literal(at, Value::text(token_.text));
    item = leaf(token_.text == "__loc__" ? Kind::place : Kind::variable, at, token_.text);
    advance();
  } else if (token_.kind == Token::Kind::name) {
    key = literal(at, Value::text(token_.text));
    advance();
  } else if (token_.kind == Token::Kind::quote || token_.kind == Token::Kind::format) {
    key = primary();
  } else if (token_.is("(")) {
    key = parenthesis();
    if (key && !token_.is(":")) return expect(":");
  } else if (token_.kind == Token::Kind::field) {
    fail(at, "an object's key has no dot in front", fmt::format("write {{{0}}} or {{{0}: .{0}}}", token_.text));
    return false;
  } else {
    unexpected("a key: name, \"text\", $variable or (expression)");
    return false;
  }
  if (!key) return false;
  if (take(":")) {
    item = this->item();
    if (!item) return false;
  }
  object.kids.push_back(std::move(key));
  object.kids.push_back(std::move(item));  // null: the field of that name
  return true;
}

AstPtr Parser::bind(AstPtr source) {
  Nested nested(nesting_);
  if (nesting_ > kMaxNesting) return fail(token_.at, "the expression is nested too deeply");
  const uint32_t at = token_.at;
  advance();
  std::vector<AstPtr> parts = kids(std::move(source));
  do {
    AstPtr names = pattern();
    if (!names) return nullptr;
    parts.push_back(std::move(names));
  } while (take("?//"));
  if (!expect("|")) return nullptr;
  AstPtr body = pipe();
  if (!body) return nullptr;
  parts.push_back(std::move(body));
  return make(Kind::bind, at, std::move(parts));
}

AstPtr Parser::pattern() {
  Nested nested(nesting_);
  if (nesting_ > kMaxNesting) return fail(token_.at, "the expression is nested too deeply");
  const uint32_t at = token_.at;
  if (token_.kind == Token::Kind::variable) {
    AstPtr node = leaf(Kind::pattern_variable, at, token_.text);
    advance();
    return node;
  }
  if (token_.is("{")) return pattern_object();
  if (!token_.is("[")) return unexpected("$name, [patterns] or {patterns}");
  advance();
  std::vector<AstPtr> parts;
  do {
    AstPtr part = pattern();
    if (!part) return nullptr;
    parts.push_back(std::move(part));
  } while (take(","));
  if (!expect("]")) return nullptr;
  return make(Kind::pattern_array, at, std::move(parts));
}

AstPtr Parser::pattern_object() {
  const uint32_t at = token_.at;
  advance();
  std::vector<AstPtr> parts;
  do {
    const uint32_t place = token_.at;
    AstPtr key, inner;
    if (token_.kind == Token::Kind::variable) {
      key = leaf(Kind::pattern_variable, place, token_.text);
      advance();
    } else if (token_.kind == Token::Kind::name) {
      key = literal(place, Value::text(token_.text));
      advance();
    } else if (token_.kind == Token::Kind::quote) {
      key = string({});
    } else if (token_.is("(")) {
      key = parenthesis();
    } else {
      return unexpected("$name, a key or (expression)");
    }
    if (!key) return nullptr;
    const bool named = key->kind == Kind::pattern_variable;
    if (!named && !token_.is(":")) return unexpected("':'");
    if (take(":") && !(inner = pattern())) return nullptr;
    parts.push_back(std::move(key));
    parts.push_back(std::move(inner));
  } while (take(","));
  if (!expect("}")) return nullptr;
  return make(Kind::pattern_object, at, std::move(parts));
}

}  // namespace leat::expr
