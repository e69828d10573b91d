#include "core/expr/parser.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/expr/parser_impl.h"

namespace leat::expr {
namespace {

using Kind = Ast::Kind;

struct Operator {
  std::string_view sign;
  int level;  // the higher binds closer
  enum : uint8_t { left, right, none } side;
  Kind kind;
  Op op;
};

constexpr int kComma = 2, kAlternative = 3, kProduct = 9;
constexpr std::array<Operator, 23> kOperators{{{",", kComma, Operator::left, Kind::comma, {}},
                                               {"//", kAlternative, Operator::right, Kind::alternative, {}},
                                               {"=", 4, Operator::none, Kind::assign, {}},
                                               {"|=", 4, Operator::none, Kind::update, {}},
                                               {"+=", 4, Operator::none, Kind::modify, Op::add},
                                               {"-=", 4, Operator::none, Kind::modify, Op::subtract},
                                               {"*=", 4, Operator::none, Kind::modify, Op::multiply},
                                               {"/=", 4, Operator::none, Kind::modify, Op::divide},
                                               {"%=", 4, Operator::none, Kind::modify, Op::modulo},
                                               {"//=", 4, Operator::none, Kind::fill, {}},
                                               {"or", 5, Operator::left, Kind::either, {}},
                                               {"and", 6, Operator::left, Kind::both, {}},
                                               {"==", 7, Operator::none, Kind::binary, Op::equal},
                                               {"!=", 7, Operator::none, Kind::binary, Op::differ},
                                               {"<", 7, Operator::none, Kind::binary, Op::less},
                                               {"<=", 7, Operator::none, Kind::binary, Op::most},
                                               {">", 7, Operator::none, Kind::binary, Op::more},
                                               {">=", 7, Operator::none, Kind::binary, Op::least},
                                               {"+", 8, Operator::left, Kind::binary, Op::add},
                                               {"-", 8, Operator::left, Kind::binary, Op::subtract},
                                               {"*", kProduct, Operator::left, Kind::binary, Op::multiply},
                                               {"/", kProduct, Operator::left, Kind::binary, Op::divide},
                                               {"%", kProduct, Operator::left, Kind::binary, Op::modulo}}};

const Operator* find_operator(const Token& token) {
  if (token.kind != Token::Kind::sign && token.kind != Token::Kind::name) return nullptr;
  const auto at = std::find_if(kOperators.begin(), kOperators.end(), [&](const Operator& op) { return op.sign == token.text; });
  return at == kOperators.end() ? nullptr : &*at;
}

struct Place {
  size_t line = 1, column = 1;  // characters
  std::string_view text;        // of the line
};

Place place(std::string_view text, uint32_t at) {
  Place out;
  size_t begin = 0;
  for (size_t i = 0; i < at && i < text.size(); ++i)
    if (text[i] == '\n') ++out.line, begin = i + 1;
  out.text = text.substr(begin, std::min(text.find('\n', begin), text.size()) - begin);
  for (size_t i = begin; i < at && i < text.size(); ++i) out.column += (text[i] & 0xC0) != 0x80;
  return out;
}

}  // namespace

bool keyword(std::string_view name) {
  static constexpr std::array<std::string_view, 18> kWords{"def",    "if",      "then",    "elif", "else",  "end",
                                                           "as",     "reduce",  "foreach", "try",  "catch", "label",
                                                           "import", "include", "__loc__", "and",  "or",    "break"};
  return std::find(kWords.begin(), kWords.end(), name) != kWords.end();
}

Error mistake(std::string_view text, uint32_t at, std::string_view message, std::string_view hint) {
  const Place where = place(text, at);
  // A long line is shown in part, so that the caret stays in sight.
  constexpr size_t kBefore = 60, kShown = 100;
  std::string_view line = where.text;
  size_t caret = where.column - 1;
  std::string lead;
  if (line.size() > kShown && caret > kBefore) {
    size_t skip = 0;
    for (size_t left = caret - kBefore; left > 0 && skip < line.size(); --left)
      for (++skip; skip < line.size() && (line[skip] & 0xC0) == 0x80;) ++skip;
    line.remove_prefix(skip);
    lead = "...", caret = kBefore + lead.size();
  }
  std::string shown = lead + std::string(line.substr(0, std::min(line.size(), kShown * 2)));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return {Error::Kind::usage, fmt::format("expression:{}:{}: {}\n  {}\n  {:>{}}", where.line, where.column, message, shown, '^', caret + 1),
          std::string(hint)};
}

std::nullptr_t Parser::fail(uint32_t at, std::string_view message, std::string_view hint) {
  if (!error_) error_ = mistake(text_, at, message, hint);
  return nullptr;
}

std::nullptr_t Parser::unexpected(std::string_view wanted) {
  const std::string behind = wanted.empty() ? "" : fmt::format(", expected {}", wanted);
  if (token_.kind == Token::Kind::end) return fail(token_.at, "the expression ends too early" + behind);
  const std::string_view word = text_.substr(token_.at, std::max<uint32_t>(token_.size, 1));
  std::string_view hint = token_.kind == Token::Kind::wrong ? lexer_.hint() : "";
  if (token_.word("not")) hint = "`not` stands behind what it negates: (.a | not)";
  if (token_.word("in")) hint = "`in` takes an object or array: \"key\" | in({key: 1}); one of several values: .a | IN(1, 2)";
  if (token_.word("is")) hint = "write `== null`";
  if (token_.word("as")) hint = "`as` binds a variable to a term: (.a + .b) as $sum | ...";
  return fail(token_.at, fmt::format("unexpected {}{}", text::quoted(word), behind), hint);
}

AstPtr Parser::make(Kind kind, uint32_t at, std::vector<AstPtr> kids) {
  auto node = std::make_unique<Ast>(kind, at);
  for (const AstPtr& kid : kids)
    if (kid) node->depth = std::max(node->depth, kid->depth + 1);
  node->kids = std::move(kids);
  if (node->depth > kMaxTree) return fail(at, "the expression is nested too deeply");
  return node;
}

AstPtr Parser::leaf(Kind kind, uint32_t at, std::string_view name) {
  auto node = std::make_unique<Ast>(kind, at);
  node->name = name;
  return node;
}

AstPtr Parser::literal(uint32_t at, Value value) {
  auto node = std::make_unique<Ast>(Kind::literal, at);
  node->value = std::move(value);
  return node;
}

bool Parser::take(std::string_view sign) {
  if (!token_.is(sign)) return false;
  advance();
  return true;
}

bool Parser::expect(std::string_view sign) {
  if (take(sign)) return true;
  unexpected(fmt::format("'{}'", sign));
  return false;
}

bool Parser::expect_word(std::string_view name) {
  if (!token_.word(name)) return unexpected(fmt::format("'{}'", name)), false;
  advance();
  return true;
}

bool Parser::expect_variable(std::string& name) {
  if (token_.kind != Token::Kind::variable) return unexpected("a $variable"), false;
  name = token_.text;
  advance();
  return true;
}

Result<AstPtr> Parser::all() {
  if (token_.kind == Token::Kind::end) return mistake(text_, 0, "the expression is empty", "`.` is the record itself");
  AstPtr tree = pipe();
  if (tree && token_.kind != Token::Kind::end) tree = unexpected();
  if (!tree) return *error_;
  return tree;
}

AstPtr Parser::pipe() {
  Nested nested(nesting_);
  if (nesting_ > kMaxNesting) return fail(token_.at, "the expression is nested too deeply");
  if (token_.word("def")) return define();
  AstPtr left = binary(kComma);
  std::vector<AstPtr> rest;
  std::vector<uint32_t> places;
  while (left && token_.is("|")) {
    places.push_back(token_.at);
    advance();
    AstPtr next = token_.word("def") ? define() : binary(kComma);
    if (!next) return nullptr;
    rest.push_back(std::move(left));
    left = std::move(next);
  }
  for (; left && !rest.empty(); rest.pop_back(), places.pop_back())
    left = make(Kind::pipe, places.back(), kids(std::move(rest.back()), std::move(left)));
  return left;
}

AstPtr Parser::item() {
  Nested nested(nesting_);
  if (nesting_ > kMaxNesting) return fail(token_.at, "the expression is nested too deeply");
  AstPtr left = binary(kAlternative);
  if (!left || !token_.is("|")) return left;
  const uint32_t at = token_.at;
  advance();
  AstPtr right = item();
  return right ? make(Kind::pipe, at, kids(std::move(left), std::move(right))) : nullptr;
}

AstPtr Parser::combine(AstPtr left, AstPtr right, std::string_view sign, uint32_t at) {
  const auto* op = std::find_if(kOperators.begin(), kOperators.end(), [&](const Operator& o) { return o.sign == sign; });
  if (op->kind == Kind::comma && left->kind == Kind::comma && left->name.empty()) {  // a, b, c in one node, however many
    left->depth = std::max(left->depth, right->depth + 1);
    left->kids.push_back(std::move(right));
    return left;
  }
  AstPtr node = make(op->kind, at, kids(std::move(left), std::move(right)));
  if (node) node->op = op->op;
  return node;
}

AstPtr Parser::binary(int least) {
  AstPtr left = unary();
  int refused = 0;  // a level whose operators do not chain
  while (left) {
    const Operator* op = find_operator(token_);
    if (!op || op->level < least) return left;
    if (op->level == refused)
      return fail(token_.at, fmt::format("'{}' does not chain", op->sign),
                  op->level == 7 ? "write `.a < .b and .b < .c`" : "use parentheses");
    refused = op->side == Operator::none ? op->level : 0;
    const uint32_t at = token_.at;
    advance();
    AstPtr right = binary(op->side == Operator::right ? op->level : op->level + 1);
    if (!right) return nullptr;
    left = combine(std::move(left), std::move(right), op->sign, at);
  }
  return nullptr;
}

AstPtr Parser::unary() {
  const uint32_t at = token_.at;
  if (token_.word("label")) return label();
  if (token_.word("def")) return define();
  if (!take("-")) return postfix();
  Nested nested(nesting_);
  if (nesting_ > kMaxNesting) return fail(token_.at, "the expression is nested too deeply");
  AstPtr inner = binary(kProduct);
  return inner ? make(Kind::negate, at, kids(std::move(inner))) : nullptr;
}

AstPtr Parser::define() {
  const uint32_t at = token_.at;
  advance();
  if (token_.kind != Token::Kind::name) return unexpected("a name");
  auto node = std::make_unique<Ast>(Kind::define, at);
  node->name = token_.text;
  if (keyword(node->name)) return unexpected("a name that is no keyword");
  advance();
  if (take("(")) {
    do {
      if (token_.kind != Token::Kind::name && token_.kind != Token::Kind::variable) return unexpected("a parameter: name or $name");
      node->params.push_back((token_.kind == Token::Kind::variable ? "$" : "") + std::string(token_.text));
      advance();
    } while (take(";"));
    if (!expect(")")) return nullptr;
  }
  if (!expect(":")) return nullptr;
  AstPtr body = pipe();
  if (!body || !expect(";")) return nullptr;
  AstPtr rest = pipe();
  if (!rest) return nullptr;
  AstPtr whole = make(Kind::define, at, kids(std::move(body), std::move(rest)));
  if (whole) whole->name = std::move(node->name), whole->params = std::move(node->params);
  return whole;
}

AstPtr Parser::label() {
  const uint32_t at = token_.at;
  std::string name;
  advance();
  if (!expect_variable(name) || !expect("|")) return nullptr;
  AstPtr body = pipe();
  AstPtr node = body ? make(Kind::label, at, kids(std::move(body))) : nullptr;
  if (node) node->name = std::move(name);
  return node;
}

Result<AstPtr> parse(std::string_view text) {
  if (text.size() > (1u << 20)) return mistake(text.substr(0, 0), 0, "the expression is longer than 1 MiB");
  if (!text::utf8(text)) return mistake({}, 0, "the expression is not UTF-8");
  return Parser(text).all();
}

}  // namespace leat::expr
