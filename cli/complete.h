// Complete: what may stand at the end of an unfinished command line. The shells' completion files ask by `leat __complete`.
// Owner:   pure functions.   Thread: any.   Blocks: never.
// Fails:   an empty answer.
#pragma once

#include <span>
#include <string>

#include "cli/pages.h"

namespace leat {

// The last of `words` is the unfinished one, and may be empty. A line for each candidate: the word, a tab and what it is. The line
// ":file" asks the shell for the names of files.
std::string complete(std::span<const std::string> words, const Tables& tables);

}  // namespace leat
