#include "core/expr/lexer.h"

#include <array>

#include "core/data/json.h"

namespace leat::expr {
namespace {

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool digit(char c) { return c >= '0' && c <= '9'; }

struct Foreign {
  std::string_view sign, hint;
};
// Signs of other languages, and what they are here.
constexpr std::array<Foreign, 10> kForeign{{{"&&", "write `and`"},
                                            {"||", "write `or`"},
                                            {"===", "write `==`"},
                                            {"!==", "write `!=`"},
                                            {"<>", "write `!=`"},
                                            {"=~", "write `test(\"regex\")`: .name | test(\"^a\")"},
                                            {"!~", "write `test(\"regex\") | not`"},
                                            {"**", "write `pow(a; b)`"},
                                            {"!", "write `| not` behind it: (.a | not)"},
                                            {"'", "text stands in double quotes: \"...\""}}};

constexpr std::array<std::string_view, 36> kSigns{
    "?//=", "?//", "//=", "|=", "+=", "-=", "*=", "/=", "%=", "==", "!=", "<=", ">=", "//", "..", "|", ",", "+",
    "-",    "*",   "/",   "%",  "=",  "<",  ">",  "(",  ")",  "[",  "]",  "{",  "}",  ":",  ";",  ".", "?", "$"};

}  // namespace

size_t Lexer::name_length(size_t ahead) const {
  size_t size = 0;
  while (letter(peek(ahead + size)) || (size > 0 && digit(peek(ahead + size)))) ++size;
  return size;
}

void Lexer::skip() {
  for (;;) {
    while (at_ < text_.size() && (peek() == ' ' || peek() == '\n' || peek() == '\t' || peek() == '\r')) ++at_;
    if (peek() != '#') return;
    bool kept = false;  // a backslash at the end of the line carries the comment on
    for (; at_ < text_.size() && (text_[at_] != '\n' || kept); ++at_) kept = text_[at_] == '\\' ? !kept : kept && text_[at_] == '\r';
  }
}

Token Lexer::token(Token::Kind kind, size_t size, size_t lead) {
  Token out{kind, text_.substr(at_ + lead, size - lead), at_, static_cast<uint32_t>(size)};
  at_ += static_cast<uint32_t>(size);
  return out;
}

Token Lexer::number() {
  size_t size = 0;
  while (digit(peek(size))) ++size;
  if (peek(size) == '.')
    for (++size; digit(peek(size));) ++size;
  if (peek(size) == 'e' || peek(size) == 'E') {
    const size_t sign = peek(size + 1) == '+' || peek(size + 1) == '-';
    if (digit(peek(size + 1 + sign)))
      for (size += 1 + sign; digit(peek(size));) ++size;
  }
  return token(Token::Kind::number, size);
}

Token Lexer::sign() {
  for (const Foreign& foreign : kForeign) {
    if (text_.substr(at_, foreign.sign.size()) != foreign.sign || text_.substr(at_, 2) == "!=") {
      if (foreign.sign != "!==" || text_.substr(at_, 3) != "!==") continue;
    }
    hint_ = foreign.hint;
    return {Token::Kind::wrong, foreign.sign, at_, static_cast<uint32_t>(foreign.sign.size())};
  }
  for (std::string_view known : kSigns)
    if (text_.substr(at_, known.size()) == known) return token(Token::Kind::sign, known.size());
  size_t size = 1;
  while ((static_cast<unsigned char>(peek(size)) & 0xC0) == 0x80) ++size;
  return {Token::Kind::wrong, text_.substr(at_, size), at_, static_cast<uint32_t>(size)};
}

Token Lexer::next() {
  skip();
  if (at_ >= text_.size()) return {Token::Kind::end, {}, static_cast<uint32_t>(text_.size()), 0};
  const char c = peek();
  if (const size_t size = name_length(0)) {
    size_t whole = size;  // a::b is one word
    while (peek(whole) == ':' && peek(whole + 1) == ':' && name_length(whole + 2)) whole += 2 + name_length(whole + 2);
    return token(Token::Kind::name, whole);
  }
  if (digit(c) || (c == '.' && digit(peek(1)))) return number();
  if (c == '.' && name_length(1)) return token(Token::Kind::field, 1 + name_length(1), 1);
  if (c == '$' && name_length(1)) return token(Token::Kind::variable, 1 + name_length(1), 1);
  if (c == '@' && name_length(1)) return token(Token::Kind::format, 1 + name_length(1), 1);
  if (c == '"') return token(Token::Kind::quote, 1);
  return sign();
}

bool Lexer::escape(std::string& out) {
  const char kind = peek(1);
  if (kind == 'u') {
    // json::unescape joins surrogate pairs, so give it all \uXXXX that follow each other.
    size_t size = 0;
    while (peek(size) == '\\' && peek(size + 1) == 'u') {
      for (size_t i = 2; i < 6; ++i)
        if (!std::isxdigit(static_cast<unsigned char>(peek(size + i))))
          return at_ += static_cast<uint32_t>(size), reason_ = "\\u takes four hexadecimal digits", false;
      size += 6;
    }
    json::unescape(text_.substr(at_, size), out);
    at_ += static_cast<uint32_t>(size);
    return true;
  }
  if (std::string_view("\"\\/bfnrt").find(kind) == std::string_view::npos || kind == '\0') {
    reason_ = "unknown escape in a string";
    hint_ = "known are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX and \\(expression); a regular expression's \\d is written \\\\d";
    return false;
  }
  json::unescape(text_.substr(at_, 2), out);
  at_ += 2;
  return true;
}

Lexer::Stop Lexer::string(std::string& out) {
  for (;;) {
    if (at_ >= text_.size()) return reason_ = "the string is not closed", hint_ = "add a closing \"", Stop::wrong;
    if (peek() == '"') return ++at_, Stop::quote;
    if (peek() != '\\') {
      out += text_[at_++];
      continue;
    }
    if (peek(1) == '(') return at_ += 2, Stop::expression;
    if (!escape(out)) return Stop::wrong;
  }
}

}  // namespace leat::expr
