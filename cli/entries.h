// Entries: what a table of the program looks like as a list in the manual: a term, and what it is.
// Owner:   pure functions.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/page.h"
#include "core/codec/codec.h"
#include "core/stage/stage.h"

namespace leat {

std::string option_text(const Option& option);  // what it does, its choices and its default
std::string usage_of(const StageSpec& stage);   // leat filter EXPR [--reject]

std::vector<Page::Entry> option_entries(std::span<const Option> options);
std::vector<Page::Entry> port_entries(const StageSpec& stage);
std::vector<Page::Entry> codec_entries(std::span<const CodecSpec> codecs);
std::vector<Page::Entry> builtin_entries();  // the functions of expressions
std::vector<Page::Entry> command_entries(std::span<const Command> commands);

}  // namespace leat
