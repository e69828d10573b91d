// fmt: pipeline files in their one form, printed, compared or put in place of the old ones.
// Owner:   main.   Thread: main.   Blocks: on the files.
// Fails:   by its Answer: 1 a file that differs under --check, 2 words, 66 no file, 74 cannot be written, 78 a mistake in one.
#pragma once

#include <span>

#include "cli/command.h"

namespace leat {

std::span<const Option> fmt_options();
Answer fmt_command(const Invocation& call);

}  // namespace leat
