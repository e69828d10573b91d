// HubFolder: what is done with the data folder of a hub that does not run: is it sound, make it so, show what is in it.
// Owner:   the caller.   Thread: main.   Blocks: for all of the folder, and on stdout.
// Fails:   by the Answer: 66 no such folder, 74 a disk that cannot be read or written, 1 damage.
#pragma once

#include <span>

#include "cli/command.h"

namespace leat {

std::span<const Option> hub_verify_options();
std::span<const Option> hub_repair_options();
std::span<const Option> hub_dump_options();

Answer hub_verify_command(const Invocation& call);
Answer hub_repair_command(const Invocation& call);
Answer hub_dump_command(const Invocation& call);

}  // namespace leat
