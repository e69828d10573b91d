// The manual of stages, of what fails in them, and of who is told.
#include "cli/prose.h"

namespace leat::prose {

const std::string_view kStages =
    "Every stage has the ports out and err; some have more. What leaves by a port that nobody reads is dropped and counted, and does not "
    "change the exit "
    "status; err is the exception. --id NAME gives any stage a name of its own.\n"
    "\n"
    "Where it is known, a port says what its records are: an [item] is one thing and no array, a [batch] an array of records, a [window] "
    "an "
    "item that answers for many. A stage that takes one kind and can only get another is refused before anything is read: unbatch wants "
    "batch, gets window (from window \"window\").";

const std::string_view kDlq =
    "  leat ... then dlq END [OPTION]...\n"
    "\n"
    "Stands among the stages of a chain, and in a file is a key of the chain, but is a sink: it takes what fails anywhere in that chain. "
    "Into a file that "
    "ends in .ndjson each letter is one line of JSON with the reason and the record, as text or base64; into others, an artifact.";

const std::string_view kHooks =
    "hooks is a map that says who is told of what happens in the run:\n"
    "\n"
    "  hooks:\n"
    "    on_error: alerts.ndjson\n"
    "    on_circuit: 'exec:logger -t leat'\n"
    "    on_complete: {http: {url: 'https://example.org/done'}, timeout: 5s}\n"
    "    on_window: {stages: [{filter: '.record.n > 100'}], to: tcp://pager:9000}\n"
    "    on_drop: stage:tell\n"
    "\n"
    "A hook is an end that the events go to as lines of JSON (a file is added to), a stage that each of them is for (exec runs a command "
    "for "
    "each), a chain without its from, or stage:ID, the first stage of a chain that says no from; or a list of these. It is short for a "
    "chain "
    "of its own: from: events:error reads what on_error is told, events:error,drop both, events: with no name behind it all of them, on a "
    "command line too, and leat "
    "explain "
    "shows what became of a hook. Such a chain may have stages, guards and a dlq as others do, but reads nothing else.\n"
    "\n"
    "Every event is an object with event, time (RFC 3339) and stage, the id of the stage or end it is about. Telling never holds up data: "
    "what finds 8 MiB of them waiting is left out, and counted by --summary beside the events. What goes wrong in a chain "
    "of "
    "events is said on standard error and changes neither the exit status nor the run, --strict included, and makes no events; only an end "
    "that cannot be opened keeps the run from starting, as any end does. Once all "
    "data "
    "has come to its end, or its drain, what reads events has the time of --drain to do so too; what it has not done then is given up, and "
    "said. Events are counted by themselves: in --summary they have a line of their own.";

std::vector<Page::Entry> hooks() {
  return {
      {"on_error",
       "a record failed, whether somebody takes it or not: code, message, attempts, source, offset and id of the record; or an end did, "
       "for "
       "good: code end"},
      {"on_drop",
       "records were dropped by a policy, or left by a port of its own that nobody reads (what a filter rejects is filtered, not dropped): "
       "reason, count; once a second for each stage and reason"},
      {"on_batch", "a batch went out: count, bytes"},
      {"on_window", "a window answered: record, its answer, or its bytes where that is longer than 64 KiB"},
      {"on_circuit", "the breaker of an end or a call changed: from, to, message"},
      {"on_open", "an end was opened: name"},
      {"on_close", "a source brought its last record, or a sink has delivered its own: name, records, message if it broke"},
      {"on_complete", "all data has come to its end: the totals of --summary"},
  };
}

}  // namespace leat::prose
