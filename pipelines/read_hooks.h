// ReadHooks: the hooks of a pipeline file. A hook is short for a chain that reads events, and that is what becomes of it.
// Owner:   pure function on what is read.   Thread: one.   Blocks: never.
// Fails:   by Problems.
#pragma once

#include <functional>
#include <string>

#include "pipelines/read_settings.h"
#include "pipelines/spec.h"

namespace leat {

// What a hook may be made of, each read as elsewhere in the file.
struct HookParts {
  using Read = std::function<void(ChainSpec& into, const Node& node, const std::string& path)>;
  Read chain, stage, sink;
};

// Adds to the chains of the spec, which have been read.
void read_hooks(const Node& node, PipelineSpec& spec, SettingsReader& values, const HookParts& parts);

}  // namespace leat
