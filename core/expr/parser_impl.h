// Parser: the class behind parse(), in three files: operators in parser.cc, terms and statements in parser_term.cc,
//         what stands in brackets, quotes and patterns in parser_form.cc.
// Owner:   parse().
// Thread:  one.   Blocks: never.   Fails: a null tree, with the first mistake kept.
#pragma once

#include <optional>

#include "core/expr/lexer.h"
#include "core/expr/parser.h"

namespace leat::expr {

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), lexer_(text) { advance(); }
  Result<AstPtr> all();

 private:
  static constexpr uint32_t kMaxNesting = 200;  // of brackets and statements: each is several calls

  AstPtr pipe();
  AstPtr binary(int least);
  AstPtr combine(AstPtr left, AstPtr right, std::string_view sign, uint32_t at);
  AstPtr unary();
  AstPtr define();
  AstPtr label();
  AstPtr item();  // an object's value: no comma

  AstPtr postfix(bool binds = true);  // whether `as` behind the term binds a variable over the rest
  AstPtr forgive(AstPtr base, bool closed);
  AstPtr bracket(AstPtr base);
  AstPtr primary();
  AstPtr dot();
  AstPtr word();
  AstPtr call();
  AstPtr branch();
  AstPtr attempt();
  AstPtr fold(Ast::Kind kind);
  AstPtr bind(AstPtr source);
  AstPtr pattern();
  AstPtr pattern_object();
  AstPtr number();
  AstPtr string(std::string format);
  AstPtr array();
  AstPtr object();
  bool entry(Ast& object);
  AstPtr parenthesis();

  AstPtr make(Ast::Kind kind, uint32_t at, std::vector<AstPtr> kids = {});
  AstPtr leaf(Ast::Kind kind, uint32_t at, std::string_view name = {});
  AstPtr literal(uint32_t at, Value value);

  void advance() { token_ = lexer_.next(); }
  bool take(std::string_view sign);
  bool expect(std::string_view sign);
  bool expect_word(std::string_view name);
  bool expect_variable(std::string& name);
  std::nullptr_t fail(uint32_t at, std::string_view message, std::string_view hint = {});
  std::nullptr_t unexpected(std::string_view wanted = {});

  std::string_view text_;
  Lexer lexer_;
  Token token_;
  uint32_t nesting_ = 0;
  std::optional<Error> error_;

  struct Nested {
    uint32_t& count;
    explicit Nested(uint32_t& c) : count(c) { ++count; }
    ~Nested() { --count; }
  };
};

bool keyword(std::string_view name);

template <class... Kids>
std::vector<AstPtr> kids(Kids... kid) {
  std::vector<AstPtr> out;
  (out.push_back(std::move(kid)), ...);
  return out;
}

}  // namespace leat::expr
