// Members: the parts of a JSON object one after another, as they are spelled.
// Owner:   the caller's text, which must stay.
// Thread:  one.   Blocks: never.
// Fails:   cannot; only for text that json::fault() finds nothing in.
#pragma once

#include <string>
#include <string_view>

namespace leat::json {

class Members {
 public:
  // `container` is one object or array, white space around it allowed.
  explicit Members(std::string_view container);
  bool next(std::string& key, std::string_view& value);  // of an object; the key without its escapes
  bool next(std::string_view& value);                    // of an array

 private:
  std::string_view take();  // the value that stands here
  void skip_space();

  std::string_view rest_;  // behind the bracket or the last value
};

// What the text between the quotes of a JSON string says.
std::string words(std::string_view quoted);

}  // namespace leat::json
