// Folder: how a history and its messages lie in a hub's data folder: what the hub and who inspects the folder must agree on.
// Owner:   pure functions.   Thread: any.   Blocks: never.
// Fails:   history_in answers nothing for a name that no history has.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace leat::hub {

// The name of a history's folder, whatever its own name holds, and the way back.
std::string folder_of(std::string_view history);
std::optional<std::string> history_in(std::string_view folder);

// Of the message these bytes begin with; 0: of none that is whole.
size_t frame_length(std::string_view bytes);

}  // namespace leat::hub
