// hub: the broker as a command: it listens until it is told to end, and then lets everybody have what waits for them.
// Owner:   main.   Thread: main; runs a loop of its own.   Blocks: until a signal or a client ends it.
// Fails:   by the Answer: 2 words, 78 the file, 74 a place that is taken.
#pragma once

#include "cli/command.h"

namespace leat {

Answer hub_command(const Invocation& call);
std::span<const Option> hub_options();

}  // namespace leat
