// Wire: the hub's frames and the Cap'n Proto library. Behind it is C++17.
// Owner, Thread, Blocks: as frame.h, its only user.
// Fails:   with the library's words, shortened to a line.
#pragma once

#include "core/hub/frame.h"

namespace leat::hub::wire {

Result<Frame> decode(std::string_view bytes);  // texts unchecked
void encode(const Frame& frame, std::string& out);

}  // namespace leat::hub::wire
