#include "pipelines/yaml_scan.h"

#include <algorithm>
#include <array>

namespace leat::yaml {
namespace {

bool one_of(char c, std::string_view set) { return set.find(c) != set.npos; }

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool digit(char c) { return c >= '0' && c <= '9'; }

// A text that every version of YAML reads as one without quotes, between brackets too.
bool is_word(std::string_view text) {
  constexpr auto kOther = std::to_array<std::string_view>({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"});
  if (text.empty() || !(letter(text[0]) || text[0] == '/')) return false;
  if (!std::all_of(text.begin(), text.end(), [](char c) { return letter(c) || digit(c) || one_of(c, "_./-"); })) return false;
  std::string low(text);
  std::transform(low.begin(), low.end(), low.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return std::find(kOther.begin(), kOther.end(), low) == kOther.end();
}

// Between brackets a quote opens a text only where one can begin; in it's it is a letter.
bool begins_text(std::string_view before) {
  const size_t whole = before.size();
  while (!before.empty() && (is_blank(before.back()) || before.back() == '\n')) before.remove_suffix(1);
  if (before.empty() || one_of(before.back(), "{[,")) return true;
  const bool after_text = before.size() > 1 && one_of(before[before.size() - 2], "\"'");
  return before.back() == ':' && (before.size() < whole || after_text);
}

bool begins_comment(std::string_view text, size_t at) {
  return text[at] == '#' && (at == 0 || is_blank(text[at - 1]) || text[at - 1] == '\n');
}

// The bytes of a list or map in brackets, put down again one part at a time.
class FlowTidier {
 public:
  FlowTidier(std::string_view flow, const std::function<void(std::string_view)>& comment) : flow_(flow), comment_(comment) {}

  std::string run() {
    while (at_ < flow_.size()) step();
    return std::move(out_);
  }

 private:
  void step() {
    const char c = flow_[at_];
    if (is_blank(c)) {
      blanks_ = flow_.substr(at_, skip_blanks(flow_, at_) - at_);
      at_ += blanks_.size();
    } else if (c == '\n') {
      const size_t begin = at_ + 1;
      at_ = skip_blanks(flow_, begin);
      if (at_ < flow_.size() && flow_[at_] == '\n') at_ = begin;  // of an empty line no blank is kept
      put(flow_.substr(begin - 1, at_ - begin + 1), {});
      fresh_ = true;
    } else if (begins_comment(flow_, at_)) {
      const size_t end = line_end(flow_, at_);
      const std::string_view text = end_of_line(flow_.substr(at_, end - at_));
      comment_(text);
      put(text, fresh_ ? "" : "  ");
      at_ = end;
    } else if ((c == '"' || c == '\'') && begins_text(flow_.substr(0, at_))) {
      const size_t end = std::min(end_of_quote(flow_, at_), flow_.size());
      put(requoted(flow_.substr(at_, end - at_)), gap(c));
      after_text_ = true;
      at_ = end;
    } else {
      const bool colon = c == ':' && after_text_;
      put(flow_.substr(at_++, 1), colon ? std::string_view() : gap(c));
      colon_ = colon;
    }
  }

  static std::string_view end_of_line(std::string_view line) {
    while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
    return line;
  }

  // The blanks that belong before what begins with `next`.
  std::string_view gap(char next) const {
    if (fresh_ || out_.empty()) return {};
    const char last = quoted_ ? '\0' : out_.back();
    if (one_of(last, "{[")) return {};
    if (last == ':' && (colon_ || !blanks_.empty())) return " ";
    if (one_of(next, "}],")) return {};
    return last == ',' ? " " : blanks_;
  }

  void put(std::string_view text, std::string_view blanks) {
    out_ += blanks;
    out_ += text;
    quoted_ = text.size() > 1 && text[0] != '\n';
    blanks_ = {};
    fresh_ = after_text_ = colon_ = false;
  }

  std::string_view flow_;
  const std::function<void(std::string_view)>& comment_;
  std::string out_;
  size_t at_ = 0;
  std::string_view blanks_;  // before what comes
  bool fresh_ = false;       // nothing stands on this line yet
  bool after_text_ = false;  // it was one in quotes, so that a colon makes a key of it
  bool colon_ = false;       // it was that colon
  bool quoted_ = false;      // the last byte ends a text or a comment, and is no sign
};

}  // namespace

bool is_blank(char c) { return c == ' ' || c == '\t'; }

size_t skip_blanks(std::string_view text, size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

size_t line_end(std::string_view text, size_t at) { return std::min(text.find('\n', at), text.size()); }

size_t end_of_quote(std::string_view text, size_t at) {
  const char quote = text[at];
  for (size_t i = at + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '"' || i + 1 == text.size() || text[i + 1] != '\'') return i + 1;
      ++i;
    }
  }
  return text.npos;
}

size_t end_of_flow(std::string_view text, size_t at) {
  size_t depth = 0;
  for (size_t i = at; i < text.size(); ++i) {
    const char c = text[i];
    if (begins_comment(text, i)) {
      i = line_end(text, i);
    } else if ((c == '"' || c == '\'') && begins_text(text.substr(at, i - at))) {
      i = end_of_quote(text, i);
      if (i == text.npos) return i;
      --i;
    } else if (one_of(c, "{[")) {
      ++depth;
    } else if (one_of(c, "}]") && --depth == 0) {
      return i + 1;
    }
  }
  return text.npos;
}

size_t end_of_plain(std::string_view line, size_t at) {
  size_t end = at;
  for (size_t i = at; i < line.size() && !begins_comment(line, i); ++i)
    if (!is_blank(line[i])) end = i + 1;
  return end;
}

size_t end_of_properties(std::string_view line, size_t at) {
  while (at < line.size() && one_of(line[at], "&!")) {
    while (at < line.size() && !is_blank(line[at])) ++at;
    at = skip_blanks(line, at);
  }
  return at;
}

size_t end_of_key(std::string_view line, size_t at) {
  const auto is_colon = [&](size_t i) { return i < line.size() && line[i] == ':' && (i + 1 == line.size() || is_blank(line[i + 1])); };
  const size_t begin = end_of_properties(line, at);
  if (begin >= line.size() || one_of(line[begin], "{[|>#")) return line.npos;
  if (one_of(line[begin], "\"'")) {
    const size_t end = end_of_quote(line, begin);
    const size_t colon = end == line.npos ? end : skip_blanks(line, end);
    return colon != line.npos && is_colon(colon) ? colon + 1 : line.npos;
  }
  for (size_t i = begin; i < line.size() && !begins_comment(line, i); ++i)
    if (is_colon(i)) return i + 1;
  return line.npos;
}

std::string requoted(std::string_view quoted) {
  const std::string_view inside = quoted.substr(1, quoted.size() < 2 ? 0 : quoted.size() - 2);
  if (is_word(inside)) return std::string(inside);
  if (quoted[0] == '"' && inside.find_first_of("\\'\n") == inside.npos) return "'" + std::string(inside) + "'";
  return std::string(quoted);
}

std::string tidy_flow(std::string_view flow, const std::function<void(std::string_view)>& comment) {
  return FlowTidier(flow, comment).run();
}

}  // namespace leat::yaml
