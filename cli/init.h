// Init: `leat init`: a recipe as a file of one's own, and the test cases beside it.
// Owner:   main.   Thread: the main one.   Blocks: on the files it writes.
// Fails:   2 where there is no such recipe or a file stands there already, 74 where one cannot be written.
#pragma once

#include "cli/command.h"

namespace leat {

std::span<const Option> init_options();
Answer init_command(const Invocation& call);

}  // namespace leat
