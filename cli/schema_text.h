// Schema text: JSON Schema put together from texts of JSON.
// Owner:   pure functions.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leat::schema {

using Members = std::vector<std::pair<std::string, std::string>>;  // names and JSON texts

std::string quoted(std::string_view text);
std::string object(const Members& members);
std::string array(const std::vector<std::string>& items);
std::string any_of(const std::vector<std::string>& schemas);
std::string type(std::string_view name);
std::string reference(std::string_view name);  // to #/definitions/NAME
std::string pattern(std::string_view regex);
std::string enumeration(const std::vector<std::string>& words, std::vector<std::string> more = {});  // more: JSON texts

std::string indented(std::string_view json);  // two blanks a level, short lists on one line

}  // namespace leat::schema
