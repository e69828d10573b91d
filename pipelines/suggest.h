// Suggest: the word a user most likely meant, by spelling or because other tools call it so.
// Owner:   pure functions over constant tables.   Thread: any.   Blocks: never.
// Fails:   an empty answer: nothing is near enough to be worth saying.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace leat {

// "did you mean X?", X one of `known`; empty if there is no such word.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

std::string kebab(std::string_view snake);  // max_keys: max-keys
std::string snake(std::string_view kebab);

}  // namespace leat
