// Base64 and base32: bytes as letters and back (RFC 4648).
// Owner:   pure functions.   Thread: any.   Blocks: never.
// Fails:   decode() answers nothing for text that is not exactly what encoding some bytes would make, read() false for a letter
//          outside the alphabet or one too many.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace leat::base64 {

void encode(std::string_view bytes, std::string& out);  // appends, padded
std::optional<std::string> decode(std::string_view text);
bool read(std::string_view text, std::string& out);  // what others may have written: padding may be missing; appends

}  // namespace leat::base64

namespace leat::base32 {

void encode(std::string_view bytes, std::string& out);
bool read(std::string_view text, std::string& out);

}  // namespace leat::base32
