// Command: one row of the table of what `leat WORD` can be besides a stage.
// Owner:   constant data.   Thread: main.   Blocks: as the command does.
// Fails:   by its Answer.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/codec/codec.h"
#include "core/stage/settings.h"
#include "pipelines/interpolate.h"
#include "pipelines/spec.h"
#include "stages/catalog.h"

namespace leat {

// What a command says, and the exit status.
struct Answer {
  int status = 0;
  std::string out;  // for stdout
  std::string err;  // for stderr, a line at the end
};

// What a command is given.
struct Invocation {
  std::span<const std::string> words;  // behind the command's name
  const Outside& outside;
  std::span<const StageSpec* const> stages;
  std::span<const CodecSpec> codecs;
};

struct Command {
  std::string_view name;      // of one word, or of two: hub stats
  std::string_view operands;  // how the usage line shows what it takes: FILE|ARGV...
  std::string_view summary;   // one line; empty: not for people, no help names it
  std::string_view details;   // paragraphs
  std::span<const Option> options;
  bool globals;                                         // the global options may follow its own
  Answer (*run)(const Invocation&);                     // null: `load`
  struct RunCall (*load)(const Invocation&) = nullptr;  // of one that may run a pipeline, which is left to who has the loop
};

// Of every command that takes a pipeline file.
inline constexpr Option kSetPlace{
    .name = "set", .kind = Option::Kind::text, .value = "PATH=VALUE", .help = "put a value at a place of the file", .repeat = true};

std::span<const Command> commands();
const Command* find_command(std::string_view name);

// A pipeline to run, or what to say instead.
struct RunCall {
  Loaded loaded;
  std::optional<Answer> answer;
  std::optional<Settings> bench = {};   // it is to be measured, by these options
  std::optional<Settings> record = {};  // it is to be recorded, by the options of run
};
// The pipeline of a file, with the values of `set` among `own` at their places and the given globals put over its own.
RunCall load_run(const std::string& file, const Settings& own, const Settings& globals, const Invocation& call);

// What to say of a mistake: in `words` behind the command's name, in anything else, in a pipeline.
Answer usage(std::string_view command, Problems problems);
Answer refusal(const Error& error);
Answer refusal(const Loaded& loaded);

// Everything that can be known without opening an end: settings files, unless the spec says no_config, then check(), then
// check_stages(). What to say instead of running, if anything.
std::optional<Answer> judge(Loaded& loaded, const Outside& outside, std::span<const CodecSpec> codecs);

// What stderr says of problems: a line each, of a file without `leat:` so that editors find the place.
std::string told(const PipelineSpec& spec, const Problems& problems);

}  // namespace leat
