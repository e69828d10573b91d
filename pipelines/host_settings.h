// HostSettings: what a person or a host keeps in leat.toml: limits, colour, named hubs and named ends. Nothing of it changes
// what a pipeline answers.
// Owner:   a value.   Thread: any.   Blocks: on a file that ${file:} names.
// Fails:   by Problems, all of them, with line and column.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "pipelines/interpolate.h"
#include "pipelines/spec.h"

namespace leat {

struct HostSettings {
  Settings globals;  // color, mem, threads, drain; of global_options()
  HubPlaces hubs;
  std::map<std::string, EndSpec> ends;
};

// Adds what the text says to `into`; what is there already stays, so the person's file is read before the host's.
Problems read_host_settings(std::string text, const Outside& outside, HostSettings& into);

// The files there are: $XDG_CONFIG_HOME/leat/leat.toml or ~/.config/leat/leat.toml, then /etc/leat/leat.toml.
struct HostFiles {
  HostSettings settings;
  std::vector<std::string> mistakes;  // file:line:col: path: message (hint)
};
HostFiles find_host_settings(const Outside& outside);

// Fills in what the spec leaves open: globals that were not given, ends written @NAME. Their options stand under those given.
void apply(const HostSettings& settings, PipelineSpec& spec, Problems& problems);

}  // namespace leat
