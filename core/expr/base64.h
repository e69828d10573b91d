// Base64 and base32: bytes as letters and back (RFC 4648).
// Owner:   pure functions.   Thread: any.   Blocks: never.
// Fails:   reading answers false for text that holds nothing of the alphabet.
#pragma once

#include <string>
#include <string_view>

namespace leat::expr {

void base64(std::string_view bytes, std::string& out);
bool from_base64(std::string_view letters, std::string& out);  // padding may be missing
void base32(std::string_view bytes, std::string& out);
bool from_base32(std::string_view letters, std::string& out);

}  // namespace leat::expr
