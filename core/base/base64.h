// Base64: RFC 4648, with padding.
// Owner:   pure functions.   Thread: any.   Blocks: never.
// Fails:   nothing is answered for text that is not exactly what encoding some bytes would make.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace leat::base64 {

void encode(std::string_view bytes, std::string& out);  // appends
std::optional<std::string> decode(std::string_view text);

}  // namespace leat::base64
