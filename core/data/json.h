// Json: values from JSON text and back.
// Owner:   pure functions.   Thread: any.   Blocks: never.
// Fails:   parse() with the reason and the byte; writing cannot.
#pragma once

#include <string>
#include <string_view>

#include "core/data/value.h"

namespace leat::json {

struct Mistake {
  size_t at = 0;
  const char* what = "";
};

// What strings and numbers of the result are made of: slices of the text, or copies that outlive it.
enum class Keep : uint8_t { borrowed, copied };
// One value with white space around it. The last of duplicate keys wins.
bool parse(std::string_view text, Keep keep, Value& out, Mistake& mistake);

void write(const Value& value, std::string& out);            // compact, keys in their order
void write_string(std::string_view text, std::string& out);  // quoted; expects UTF-8
void write_inside(std::string_view text, std::string& out);  // what stands between the quotes
// Appends valid JSON text without the white space between its tokens, everything else spelled as it came.
void compact(std::string_view text, std::string& out);

// The text between the quotes of a JSON string, its escapes resolved. A lone surrogate becomes U+FFFD.
void unescape(std::string_view inside, std::string& out);
// UTF-8 with every ill-formed sequence replaced by U+FFFD.
void repair(std::string_view bytes, std::string& out);
void append_code_point(uint32_t point, std::string& out);

}  // namespace leat::json
