// YamlScan: where the parts of a YAML text end, for who keeps its bytes and its comments, which a parser does not.
// Owner:   pure functions over a text the parser has taken.   Thread: any.   Blocks: never.
// Fails:   npos, or the whole text, for what the parser would not have taken.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace leat::yaml {

bool is_blank(char c);  // a space or a tab
size_t skip_blanks(std::string_view text, size_t at);
size_t line_end(std::string_view text, size_t at);  // its line feed, or the end

size_t end_of_quote(std::string_view text, size_t at);       // behind the closing one of the quote there
size_t end_of_flow(std::string_view text, size_t at);        // behind the bracket that closes the one there
size_t end_of_plain(std::string_view line, size_t at);       // before the blanks in front of a comment or the end of the line
size_t end_of_properties(std::string_view line, size_t at);  // behind &anchor and !tag
// Behind the colon of `key:`, if the line has a key there.
size_t end_of_key(std::string_view line, size_t at);

// Quotes as simple as they can be: none, single ones, or as it was.
std::string requoted(std::string_view quoted);
// A list or map in brackets, on one or more lines, with one blank where blanks belong. comment(text) for each comment in it.
std::string tidy_flow(std::string_view flow, const std::function<void(std::string_view)>& comment);

}  // namespace leat::yaml
