#include "core/codec/json_members.h"

#include "core/codec/json_text.h"

namespace leat::json {

Members::Members(std::string_view container) : rest_(container) {
  skip_space();
  rest_.remove_prefix(1);
}

bool Members::next(std::string& key, std::string_view& value) {
  std::string_view quoted;
  if (!next(quoted)) return false;
  key = words(quoted);
  skip_space();
  rest_.remove_prefix(1);  // the colon
  skip_space();
  value = take();
  return true;
}

bool Members::next(std::string_view& value) {
  skip_space();
  if (rest_.front() == ',') rest_.remove_prefix(1), skip_space();
  if (rest_.front() == '}' || rest_.front() == ']') return false;
  value = take();
  return true;
}

std::string_view Members::take() {
  size_t at = 0;
  int depth = 0;
  do {
    const char c = rest_[at];
    if (c == '"') {
      for (++at; rest_[at] != '"'; ++at) at += rest_[at] == '\\';
      ++at;
    } else if (c == '{' || c == '[') {
      ++depth, ++at;
    } else if (c == '}' || c == ']') {
      --depth, ++at;
    } else if (depth == 0) {
      while (at < rest_.size() && rest_[at] != ',' && rest_[at] != '}' && rest_[at] != ']' && !space(rest_[at])) ++at;
    } else {
      ++at;
    }
  } while (depth > 0);
  const std::string_view value = rest_.substr(0, at);
  rest_.remove_prefix(at);
  return value;
}

void Members::skip_space() {
  while (!rest_.empty() && space(rest_.front())) rest_.remove_prefix(1);
}

std::string words(std::string_view quoted) {
  std::string out;
  unescape(quoted.substr(1, quoted.size() - 2), out);
  return out;
}

}  // namespace leat::json
