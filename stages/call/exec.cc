// exec: records through a command of the user's: one process for each, or a few that live as long as the run.
#include <array>
#include <utility>

#include <fmt/format.h>

#include "stages/call/coprocess.h"
#include "stages/call/run_each.h"
#include "stages/call/settings.h"
#include "stages/catalog.h"

namespace leat {
namespace {

constexpr std::array kOptions{
    Option{.name = "command",
           .kind = Option::Kind::words,
           .value = "COMMAND",
           .help = "the program and its arguments; no shell reads them",
           .operand = true,
           .required = true},
    Option{.name = "mode",
           .kind = Option::Kind::choice,
           .value = "MODE",
           .help = "record: a process for each record; stream: --workers processes, a line out for each line in",
           .fallback = "record",
           .choices = "record|stream"},
    kWorkers,
    kOrderWindow,
    kUnordered,
    kReplyCodec,
    kMaxReply,
    kMergeAs,
};

constexpr std::array kPorts{PortSpec{"out", "what the command answers"},
                            PortSpec{"err", "records that it failed for, as they came: code exit, timeout, spawn, reply, limit"}};

// jq -c '{id, n: (.n + 1)}', and sed by hand
constexpr std::array kExamples{
    Example{"exec jq -c '{id, n: (.n + 1)}'", "{\"id\":1,\"n\":1}\n{\"id\":2,\"n\":5}\n", "{\"id\":1,\"n\":2}\n{\"id\":2,\"n\":6}\n"},
    Example{"exec --mode stream sed -u s/cat/dog/", "{\"pet\":\"cat\"}\n{\"pet\":\"fox\"}\n", "{\"pet\":\"dog\"}\n{\"pet\":\"fox\"}\n"},
};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  std::vector<std::string> command;
  for (const Setting::Value& word : settings.values("command")) command.push_back(word.text);
  auto how = relay_options(settings, context, command.front());
  if (!how) return how.error();
  const bool stream = settings.text("mode") == "stream";
  const auto codec = reply_codec(settings, stream ? "ndjson" : "json");
  if (!codec) return codec.error();
  auto replies = replies_of(settings, **codec, context);
  if (!replies) return replies.error();
  if (stream && (*codec)->name != "ndjson" && (*codec)->name != "lines")
    return Error{Error::Kind::usage, fmt::format("--mode stream speaks lines, and codec {} does not", (*codec)->name), {}};
  const size_t most = *settings.count("max_reply");
  std::unique_ptr<Caller> caller;
  if (stream)
    caller = std::make_unique<Coprocess>(std::move(command), std::exchange(how->workers, how->window), most);
  else
    caller = std::make_unique<RunEach>(std::move(command), most);
  auto ask = [codec = *codec, options = reply_options(settings)](const Batch& batch, uint32_t record, Instant, Request& request) {
    return encode(*codec, options, batch, record, request.body);
  };
  return std::unique_ptr<Stage>(std::make_unique<Relay>(std::move(*how), std::move(caller), std::move(ask), std::move(*replies)));
}

}  // namespace

constexpr StageSpec kExec{
    .name = "exec",
    .group = "call",
    .summary = "send records through a command",
    .details =
        "By default, as xargs does, each record gets a process of its own, which any command can serve: the record is its standard input, "
        "what it "
        "prints is the reply. An exit status other than 0 fails the record, with the last line that the command wrote to standard error, "
        "which "
        "is passed on too. It may leave its input unread. What it has left running when it exits is killed.\n\n"
        "Under `--mode stream` each of `--workers` processes lives on and prints one line for each line it reads, in order, which is "
        "far faster, since none has to be started. It must not hold its output back until it has more of it: sed -u, jq --unbuffered, "
        "stdbuf -oL, python3 -u. A "
        "process "
        "that dies fails the record it should have answered next, and is started again, after a wait that grows while it does not answer "
        "at "
        "all; what else it had been given is sent again. The same happens to one that does not answer within `--timeout`, which begins for "
        "a record when the one before it is answered. A line that nobody asked for ends it too.\n\n"
        "Replies keep the order of their records, and a failure its place among them, unless they are `--unordered`. While `--window` "
        "records are not answered, what brings more is paused. A reply goes on with the envelope of its record; of several to one record "
        "each "
        "is a child of it; an empty one drops the record, which is counted.\n\n"
        "Commands lead process groups of their own, so that Ctrl-C drains the run and does not hit them. When the run ends, nothing of "
        "them "
        "is left.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = false,
    .new_bytes = true,
    .missing = StageSpec::Missing::pending,
    .make = make,
    .calls = true,
};

}  // namespace leat
