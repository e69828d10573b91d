// dlq: what a person does with a file of dead letters: list, show, count, print the records again or run them, empty it.
// Owner:   pure but for the file and stdout.   Thread: main.   Blocks: on the file and on stdout.
// Fails:   by the Answer: 66 a file that cannot be read, 65 one that is no file of letters, 74 stdout.
#pragma once

#include "cli/command.h"

namespace leat {

RunCall dlq_command(const Invocation& call);
std::span<const Option> dlq_options();

// Is this word one of its verbs? Otherwise `dlq` begins a chain.
bool dlq_verb(std::string_view word);

}  // namespace leat
