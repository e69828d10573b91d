// The commands of the hub: leat hub, what is asked of one, and the clients.
// Owner:   constant data.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <span>

#include "cli/command.h"

namespace leat {

// A name of two words is a word behind the first one's command.
std::span<const Command> hub_commands();

}  // namespace leat
