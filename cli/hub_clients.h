// pub, sub and req: the commands that talk to a hub. The first two are pipelines with one end there, and run as any other.
// Owner:   the caller.   Thread: main.   Blocks: req until it is answered.
// Fails:   by their Answer.
#pragma once

#include <span>

#include "cli/command.h"

namespace leat {

std::span<const Option> pub_options();
std::span<const Option> sub_options();
std::span<const Option> req_options();

RunCall pub_command(const Invocation& call);
RunCall sub_command(const Invocation& call);
Answer req_command(const Invocation& call);

}  // namespace leat
