// Wire: the only door to the Cap'n Proto library, whose headers no C++20 compiler but the oldest accept. Behind it is C++17.
// Owner, Thread, Blocks: as artifact.h, its only user.
// Fails:   with the library's words, shortened to a line.
#pragma once

#include "core/data/artifact.h"

namespace leat::artifact::wire {

Result<View> view(std::string_view message);
Result<Envelope> decode(std::string_view message, std::string_view* payload);  // texts unchecked
Done encode(const Envelope& envelope, std::string_view payload, std::string& out);

}  // namespace leat::artifact::wire
