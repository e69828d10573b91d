// Text: the small readers and writers of words that the whole program shares.
// Owner:   pure functions.   Thread: any.   Blocks: never.
// Fails:   nothing is answered for text that is not of the form.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"

namespace leat::text {

std::optional<Duration> duration(std::string_view word);  // 250ms 1.5s 5m 1h 2d; no sign
std::string duration(Duration value);                     // the shortest such word: 1500ms, 5m
std::optional<uint64_t> size(std::string_view word);      // 64KiB 1MB 10000; bytes
std::string size(uint64_t bytes);                         // for people: 1.5 MiB
std::optional<uint64_t> whole(std::string_view word);     // decimal, no sign
std::optional<double> number(std::string_view word);      // a JSON number
std::optional<Instant> rfc3339(std::string_view word);    // any offset, up to nanoseconds, leap second as :59.999999999
std::string rfc3339(Instant time);                        // UTC, as many fraction digits as are not zero

bool utf8(std::string_view bytes);                                           // well formed, no surrogates
size_t find(std::string_view text, std::string_view part, size_t from = 0);  // npos as std::string_view::find, three times as fast
size_t distance(std::string_view a, std::string_view b);                     // edits: insert, delete, replace, swap neighbours
// The word meant, if one is near enough to be worth saying.
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known);
std::vector<std::string_view> split(std::string_view list, char by);
std::string quoted(std::string_view word);  // for a message: 'word', control bytes escaped, cut at 60 bytes

}  // namespace leat::text
