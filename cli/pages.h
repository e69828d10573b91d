// Pages: the manual, made from the tables of stages, commands, options and codecs.
// Owner:   pure functions.   Thread: any.   Blocks: never.
// Fails:   a topic nobody wrote about answers nothing.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/page.h"
#include "core/codec/codec.h"
#include "core/stage/stage.h"

namespace leat {

// The tables a page is made from.
struct Tables {
  std::span<const StageSpec* const> stages;
  std::span<const CodecSpec> codecs;
  std::span<const Command> commands;
};

Page main_page(const Tables& tables);       // leat(1)
Page command_page(const Command& command);  // leat-run(1) ...
Page stages_page(const Tables& tables);     // leat-stages(7)
Page pipeline_page(const Tables& tables);   // leat-pipeline(5)
Page windows_page();                        // leat-windows(7)
Page expressions_page();                    // leat-expr(7)
Page stage_page(const StageSpec& stage);    // for help; the manual has them all in leat-stages(7)

std::vector<Page> manual(const Tables& tables);  // all of them but the last kind

// The page for `leat help TOPIC`: a stage, a command, or expr windows pipeline stages ends codecs exit.
std::optional<Page> topic(std::string_view name, const Tables& tables);
std::vector<std::string_view> topics();  // those that are no stage and no command

// What `leat list KIND` shows: stages, commands, codecs, ends, functions or topics.
std::vector<Page::Entry> listing(std::string_view kind, const Tables& tables);

std::string short_help(const Tables& tables);  // what bare `leat` prints

}  // namespace leat
