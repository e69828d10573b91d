// Option tables of everything that is not a stage: the globals, sources, sinks and guards. argv, YAML, help, man pages,
// completions and the JSON Schema are all made from them.
// Owner:   constant data.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/codec/codec.h"
#include "core/stage/settings.h"
#include "core/stage/stage.h"

namespace leat {

std::span<const Option> global_options();
std::span<const Option> source_options();
std::span<const Option> sink_options();
std::span<const Option> guard_options();     // retry, timeout, breaker, limit: the ends have them in their own tables
std::span<const Option> identity_options();  // what every stage has besides its own: id

// Calls reach outside the process, so guards mean something on them; on a pure stage they are refused.
bool takes_guards(const StageSpec& spec);

// The hint for a source that was given this option of sinks.
std::string sinks_only(std::string_view name);

// An option no help text lists; it serves tests.
bool hidden(const Option& option);

const Option* find_option(std::span<const Option> options, std::string_view name);

// How an end reads or writes its bytes: its own settings, else the global ones.
CodecOptions codec_options(const Settings& end, const Settings& globals);

}  // namespace leat
