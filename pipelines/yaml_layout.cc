#include "pipelines/yaml_layout.h"

#include <algorithm>

#include "core/base/text.h"
#include "pipelines/yaml_scan.h"

namespace leat::yaml {
namespace {

std::string_view without_end(std::string_view line) {
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  return line;
}

size_t indent_of(std::string_view line) { return std::min(line.find_first_not_of(' '), line.size()); }

bool is_empty(std::string_view line) { return skip_blanks(line, 0) == line.size(); }

bool is_marker(std::string_view line) {
  return line.starts_with('%') || ((line.starts_with("---") || line.starts_with("...")) && (line.size() == 3 || is_blank(line[3])));
}

bool is_dash(std::string_view text, size_t at, size_t end) {
  return at < end && text[at] == '-' && (at + 1 == end || is_blank(text[at + 1]));
}

// A text in lines, | or >: how far its lines are indented if it says so (else 0), and whether its last empty lines count.
struct BlockHeader {
  size_t indent = 0;
  bool keep = false;
};

BlockHeader header_of(std::string_view header) {
  BlockHeader made;
  for (char c : header.substr(1)) {
    if (c >= '1' && c <= '9') made.indent = static_cast<size_t>(c - '0');
    if (c == '+') made.keep = true;
  }
  return made;
}

}  // namespace

std::string_view Layout::line_at(size_t begin) const { return text_.substr(begin, line_end(text_, begin) - begin); }

void Layout::put(std::string_view line) {
  out_ += line;
  out_ += '\n';
}

std::string Layout::run() {
  while (at_ < text_.size()) {
    const size_t end = line_end(text_, at_);
    const std::string_view line = text_.substr(at_, end - at_);
    const size_t column = skip_blanks(line, 0);
    if (column == line.size() || line[column] == '#') {
      waiting_.push_back({column, without_end(line.substr(column))});
      at_ = end + 1;
    } else if (is_marker(line)) {
      settle(levels_, 0, 0);
      levels_.clear();
      put(without_end(line));
      at_ = end + 1;
    } else {
      structure(at_, end);
    }
  }
  while (!waiting_.empty() && waiting_.back().comment.empty()) waiting_.pop_back();
  settle(levels_, 0, 0);
  return std::move(out_);
}

// Where a comment stands now, before a line whose first sign stood at `next` and stands at `now`: where that line does, else where
// the innermost of the levels `before` it does that the comment is not left of.
size_t Layout::depth_of(size_t comment, const std::vector<Level>& before, size_t next, size_t now) const {
  if (comment == next || before.empty()) return now;
  if (comment > before.back().was && next > before.back().was) return now;
  if (comment > before.back().was && open_) return before.back().is + 2;
  for (auto at = before.rbegin(); at != before.rend(); ++at)
    if (at->was <= comment) return at->is;
  return now;
}

// Puts down what waits, before a line whose first sign stood at `column` and stands at `now`.
void Layout::settle(const std::vector<Level>& before, size_t column, size_t now) {
  bool empty = out_.empty();
  for (const Waiting& one : waiting_) {
    if (one.comment.empty()) {
      if (!empty) put({});
      empty = true;
      continue;
    }
    put(std::string(depth_of(one.column, before, column, now), ' ') + std::string(one.comment));
    comments_.emplace_back(one.comment);
    empty = false;
  }
  waiting_.clear();
}

// Opens the level that something at this column belongs to, closes those it ends, and answers the column it has now.
size_t Layout::place(size_t column, bool list) {
  while (!levels_.empty() && (levels_.back().was > column || (levels_.back().was == column && levels_.back().list && !list)))
    levels_.pop_back();
  if (levels_.empty() || levels_.back().was < column || levels_.back().list != list)
    levels_.push_back({column, levels_.empty() ? 0 : levels_.back().is + 2, list});
  return levels_.back().is;
}

// The list or map that a line's value stands in; null: it is the whole text.
const Layout::Level* Layout::owner(const Line& line) const {
  const size_t own = line.alone ? 1 : 0;
  return levels_.size() > own ? &levels_[levels_.size() - 1 - own] : nullptr;
}

void Layout::structure(size_t begin, size_t end) {
  Line line;
  line.at = skip_blanks(text_, begin);
  line.moved_from = line.at - begin;
  at_ = begin;
  signs(line, end);
  value(line, end);
}

// The dashes of a line, and its key.
void Layout::signs(Line& line, size_t end) {
  const std::vector<Level> before = levels_;
  const size_t begin = at_;
  bool first = true;
  const auto stand = [&](bool list) {
    const size_t now = place(line.at - begin, list);
    if (first) {
      line.moved_to = now;
      settle(before, line.moved_from, now);
      line.out.assign(now, ' ');
    }
    first = false;
  };
  while (is_dash(text_, line.at, end)) {
    stand(true);
    line.out += '-';
    line.at = skip_blanks(text_.substr(0, end), line.at + 1);
    if (line.at < end && text_[line.at] != '#') line.out += ' ';
  }
  const size_t key = end_of_key(text_.substr(0, end), line.at);
  line.alone = key == text_.npos && first;
  if (key != text_.npos || first) stand(false);
  if (key == text_.npos) return;
  const std::string_view name = without_end(text_.substr(line.at, key - 1 - line.at));
  const bool quoted = name.size() > 1 && (name[0] == '"' || name[0] == '\'') && end_of_quote(name, 0) == name.size();
  line.out += quoted ? requoted(name) : std::string(name);
  line.out += ':';
  line.at = skip_blanks(text_.substr(0, end), key);
  if (line.at < end && text_[line.at] != '#') line.out += ' ';
}

void Layout::value(Line& line, size_t end) {
  const std::string_view whole = text_.substr(0, end);
  const size_t begin = end_of_properties(whole, line.at);
  if (begin > line.at)
    line.out += std::string(without_end(text_.substr(line.at, begin - line.at))) + (begin < end && text_[begin] != '#' ? " " : "");
  line.at = begin;
  open_ = begin == end || text_[begin] == '#';
  const char c = begin < end ? text_[begin] : '#';
  if (c == '#') return rest(line);
  if (c == '{' || c == '[') return quote_or_flow(line, true);
  if (c == '"' || c == '\'') return quote_or_flow(line, false);
  if (c == '|' || c == '>') return block(line, end);
  plain(line, end);
}

// What is left of a line behind its value: a comment, or what this does not know, as it stands.
void Layout::rest(Line& line) {
  const size_t end = line_end(text_, line.at);
  const size_t begin = std::min(skip_blanks(text_, line.at), end);
  const std::string_view more = without_end(text_.substr(begin, end - begin));
  if (more.starts_with('#')) comments_.emplace_back(more);
  line.out.resize(without_end(line.out).size());
  if (!more.empty()) line.out += "  " + std::string(more);
  put(line.out);
  at_ = end + 1;
}

// A line that goes on with a value: deeper than what it belongs to, and by as much as it was.
void Layout::inner(std::string_view piece, const Line& line) {
  const size_t was = indent_of(piece);
  const std::string_view bytes = piece.substr(std::min(skip_blanks(piece, 0), piece.size()));
  if (bytes.empty()) return put({});
  const Level* top = owner(line);
  const size_t least = !top ? 0 : bytes[0] == ']' || bytes[0] == '}' ? top->is : top->is + 2;
  const size_t now = was + line.moved_to > line.moved_from ? was + line.moved_to - line.moved_from : 0;
  put(std::string(std::max(now, least), ' ') + std::string(bytes));
}

void Layout::quote_or_flow(Line& line, bool flow) {
  const size_t end = flow ? end_of_flow(text_, line.at) : end_of_quote(text_, line.at);
  const std::string_view bytes = text_.substr(line.at, end == text_.npos ? end : end - line.at);
  const std::string made = flow ? tidy_flow(bytes, [this](std::string_view comment) { comments_.emplace_back(comment); }) : requoted(bytes);
  line.at += bytes.size();
  size_t from = 0;
  for (size_t feed = made.find('\n'); feed != made.npos; from = feed + 1, feed = made.find('\n', from)) {
    const std::string_view piece = std::string_view(made).substr(from, feed - from);
    if (from == 0)
      put(line.out + std::string(piece));
    else
      inner(piece, line);
  }
  if (from == 0) {
    line.out += made;
  } else {
    inner(std::string_view(made).substr(from), line);
    out_.pop_back();  // its line goes on
    line.out.clear();
  }
  rest(line);
}

// A text without quotes goes on in every line that is deeper than what it belongs to, up to a comment.
void Layout::plain(Line& line, size_t end) {
  const std::string_view whole = text_.substr(0, end);
  const size_t stop = end_of_plain(whole, line.at);
  line.out += text_.substr(line.at, stop - line.at);
  line.at = stop;
  const bool comment = skip_blanks(whole, stop) < end;
  const Level* parent = owner(line);
  rest(line);
  if (comment) return;
  for (size_t next = at_; next < text_.size(); next = line_end(text_, next) + 1) {
    const std::string_view piece = line_at(next);
    if (is_empty(piece)) continue;
    const size_t column = skip_blanks(piece, 0);
    const bool deeper = parent ? column > parent->was : !is_marker(piece);
    if (!deeper || piece[column] == '#') return;
    for (; at_ < next; at_ = line_end(text_, at_) + 1) put({});
    const size_t last = end_of_plain(piece, column);
    const std::string_view more = without_end(piece.substr(last));
    inner(piece.substr(0, last), line);
    at_ = line_end(text_, next) + 1;
    if (more.empty()) continue;
    comments_.emplace_back(more.substr(skip_blanks(more, 0)));
    out_.insert(out_.size() - 1, "  " + comments_.back());
    return;
  }
}

// A text in lines: | or >. Its bytes stay, behind another indentation.
void Layout::block(Line& line, size_t end) {
  const size_t stop = end_of_plain(text_.substr(0, end), line.at);
  const BlockHeader header = header_of(text_.substr(line.at, stop - line.at));
  line.out += text_.substr(line.at, stop - line.at);
  line.at = stop;
  rest(line);
  const Level* parent = owner(line);
  const size_t was = parent ? parent->was : 0, is = parent ? parent->is : 0;
  size_t deep = header.indent ? was + header.indent : 0, last = at_;
  for (size_t next = at_; next < text_.size(); next = line_end(text_, next) + 1) {
    const std::string_view piece = line_at(next);
    const size_t column = indent_of(piece);
    if (is_empty(piece) && (deep == 0 || piece.size() <= deep)) continue;
    if (deep == 0) deep = column;
    if (column < deep || (parent && column <= was)) break;
    last = line_end(text_, next) + 1;
  }
  if (header.keep)
    while (last < text_.size() && is_empty(line_at(last))) last = line_end(text_, last) + 1;
  const std::string indent(is + (header.indent ? header.indent : 2), ' ');
  for (; at_ < std::min(last, text_.size()); at_ = line_end(text_, at_) + 1) {
    const std::string_view piece = line_at(at_);
    put(piece.size() <= deep && is_empty(piece) ? std::string() : indent + std::string(piece.substr(std::min(deep, piece.size()))));
  }
  at_ = last;
}

}  // namespace leat::yaml
