// Lexer: the words of an expression, one at a time.
// Owner:   the parser. The text outlives it.
// Thread:  one.   Blocks: never.
// Fails:   a token of kind `wrong`, whose text says why; hint() may say what was meant.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/data/value.h"

namespace leat::expr {

struct Token {
  enum class Kind : uint8_t { end, name, field, variable, number, quote, format, sign, wrong };
  Kind kind = Kind::end;
  std::string_view text;  // without the . $ @ in front; of a sign the sign itself
  uint32_t at = 0;
  uint32_t size = 0;

  bool is(std::string_view sign) const { return kind == Kind::sign && text == sign; }
  bool word(std::string_view name) const { return kind == Kind::name && text == name; }
};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Token next();
  // Behind a quote: the literal text up to the closing quote or \(. False: wrong, with the reason and its place.
  enum class Stop : uint8_t { quote, expression, wrong };
  Stop string(std::string& out);
  uint32_t at() const { return at_; }
  const char* reason() const { return reason_; }
  std::string_view hint() const { return hint_; }

 private:
  void skip();
  bool escape(std::string& out);
  Token token(Token::Kind kind, size_t size, size_t skip = 0);
  Token sign();
  Token number();
  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  size_t name_length(size_t ahead) const;

  std::string_view text_;
  uint32_t at_ = 0;
  const char* reason_ = "";
  std::string_view hint_;
};

}  // namespace leat::expr
