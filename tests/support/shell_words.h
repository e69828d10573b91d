// ShellWords: the words of a line as sh reads them, quotes gone; no expansion of any kind.
// Owner:   pure function.   Thread: any.   Blocks: never.   Fails: cannot; a quote that is never closed ends with the line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace leat::test {

inline std::vector<std::string> shell_words(std::string_view line) {
  std::vector<std::string> words;
  char quote = 0;
  bool inside = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote ? c == quote : c == '\'' || c == '"') {
      quote = quote ? 0 : c;
      if (!inside) words.emplace_back(), inside = true;
    } else if (!quote && c == ' ') {
      inside = false;
    } else {
      if (!inside) words.emplace_back(), inside = true;
      words.back() += quote != '\'' && c == '\\' && i + 1 < line.size() ? line[++i] : c;
    }
  }
  return words;
}

}  // namespace leat::test
