// JSON text: the byte-wise reader for the rare case (why is this not JSON) and the small writers every codec shares.
// Owner:   pure functions.   Thread: any.   Blocks: never.
// Fails:   fault() answers where and why; the others are only for text that fault() finds nothing in.
//
// What leat takes as JSON is RFC 8259 to the letter, with two decisions it leaves open:
//   an escaped surrogate without its partner (a log line cut inside an emoji) is accepted and reads as U+FFFD, as jq 1.7 does;
//   a number may be of any size and keeps its text (1e999, 2^70).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/data/json.h"

namespace leat::json {

inline constexpr int kDepth = 1024;  // arrays and objects inside each other

struct Fault {
  size_t at;  // byte in the text, from 0
  std::string_view what;
  std::string_view code;  // malformed or limit
};

// The first reason why this is not exactly one JSON value.
std::optional<Fault> fault(std::string_view text);
std::string reason(const Fault& fault);  // not JSON at byte 17: expected ',' or '}'

constexpr bool space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool number(std::string_view word);      // is all of it a JSON number
size_t not_utf8(std::string_view text);  // where the first byte stands that is no UTF-8; its size if none does

void quote(std::string_view text, std::string& out);  // with its quotes; bytes that are not UTF-8 become U+FFFD

}  // namespace leat::json
