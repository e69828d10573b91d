#include "core/hub/subject.h"

#include <fmt/format.h>

#include "core/base/text.h"

namespace leat::hub {
namespace {

// One word after the other.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  bool next() {
    if (over_) return false;
    const size_t dot = rest_.find('.');
    word_ = rest_.substr(0, dot);
    over_ = dot == rest_.npos;
    if (!over_) rest_.remove_prefix(dot + 1);
    return true;
  }
  std::string_view word() const { return word_; }
  bool last() const { return over_; }

 private:
  std::string_view rest_, word_;
  bool over_ = false;
};

Error wrong(std::string_view what, std::string_view subject, std::string_view why, std::string hint = {}) {
  return {Error::Kind::usage, fmt::format("{} is no {}: {}", text::quoted(subject), what, why), std::move(hint)};
}

bool is_wildcard(std::string_view word) { return word == "*" || word == ">"; }

// What keeps a word from being one, or nothing.
std::string_view fault_of(std::string_view word) {
  if (word.empty()) return "a word of it is empty";
  for (const char c : word)
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f) return "it has white space or a control character in it";
  return {};
}

Done check(std::string_view what, std::string_view subject, bool pattern) {
  if (!text::utf8(subject)) return Error{Error::Kind::usage, fmt::format("a {} that is not UTF-8", what), {}};
  if (subject.size() > kMaxSubject) return wrong(what, subject, fmt::format("longer than {} bytes", kMaxSubject));
  size_t count = 0;
  for (Words words(subject); words.next();) {
    const std::string_view word = words.word();
    if (const auto fault = fault_of(word); !fault.empty()) return wrong(what, subject, fault, "words with dots between: orders.eu.created");
    if (++count > kMaxWords) return wrong(what, subject, fmt::format("more than {} words", kMaxWords));
    if (word.find_first_of("*>") == word.npos) continue;
    if (!pattern) return wrong(what, subject, "* and > stand in patterns only");
    if (!is_wildcard(word)) return wrong(what, subject, fmt::format("{} stands for a whole word", word.find('*') == word.npos ? '>' : '*'));
    if (word == ">" && !words.last()) return wrong(what, subject, "> stands at the end only", "* is for one word");
  }
  return {};
}

bool hidden(std::string_view pattern, std::string_view subject) {
  return subject.starts_with('$') && (pattern.starts_with('*') || pattern.starts_with('>'));
}

}  // namespace

Done check_subject(std::string_view subject) { return check("subject", subject, false); }
Done check_pattern(std::string_view pattern) { return check("pattern", pattern, true); }

Done check_name(std::string_view name) {
  if (name.find('.') != name.npos) return wrong("name", name, "it has a dot in it");
  return check("name", name, false);
}

bool has_wildcard(std::string_view pattern) { return pattern.find_first_of("*>") != pattern.npos; }

bool matches(std::string_view pattern, std::string_view subject) { return covers(pattern, subject); }

bool covers(std::string_view wide, std::string_view narrow) {
  if (hidden(wide, narrow)) return false;
  Words a(wide), b(narrow);
  while (a.next()) {
    if (!b.next()) return false;
    if (a.word() == ">") return true;
    if (b.word() == ">" || (a.word() != "*" && a.word() != b.word())) return false;
  }
  return !b.next();
}

bool overlaps(std::string_view one, std::string_view other) {
  if (hidden(one, other) || hidden(other, one)) return false;
  Words a(one), b(other);
  while (a.next()) {
    if (!b.next()) return false;
    if (a.word() == ">" || b.word() == ">") return true;
    if (a.word() != b.word() && a.word() != "*" && b.word() != "*") return false;
  }
  return !b.next();
}

}  // namespace leat::hub
