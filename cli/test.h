// Test: `leat test`: runs the cases that stand in pipeline files and beside them, and says how they went.
// Owner:   main.   Thread: the main one.   Blocks: on the files it reads; under --update on those it writes.
// Fails:   by the exit status: 1 where a case failed, 78 where a file has a mistake, 66 where one cannot be read.
#pragma once

#include "cli/command.h"

namespace leat {

std::span<const Option> test_options();
Answer test_command(const Invocation& call);
// Writes the golden files of a file of cases that was just made. What its cases say against it; empty: nothing.
std::string make_golden(const std::string& file, const Outside& outside);

}  // namespace leat
