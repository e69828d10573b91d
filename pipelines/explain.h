// Explain: a spec as a pipeline file or as a command line. What one of them says, the loader of the other reads back.
// Owner:   pure functions.   Thread: any.   Blocks: never.
// Fails:   a spec that has what the other spelling cannot hold: bytes that are not UTF-8 in YAML, a zero byte in argv.
#pragma once

#include <string>

#include "pipelines/spec.h"

namespace leat {

// Secrets stay ${...}. What nobody gave is left out.
Result<std::string> to_yaml(const PipelineSpec& spec);
Result<std::string> to_argv(const PipelineSpec& spec);  // one line for a POSIX shell, `leat` in front

// One word as a POSIX shell reads it.
std::string shell_quoted(std::string_view word);

}  // namespace leat
