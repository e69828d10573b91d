// What leat-pipeline(5) says.
#include "cli/prose.h"

namespace leat::prose {

const std::string_view kPipeline =
    "A pipeline file is YAML and says what a command line says: the global options, and one chain at the top of the file or several below "
    "chains. An "
    "option --max-keys of a stage is the key max_keys; a flag is true; an option that may be repeated is a list; NAME=EXPR is a map; the "
    "operand of a stage "
    "is its bare value. The file may begin with #!/usr/bin/env -S leat run.\n"
    "\n"
    "All mistakes are told at once, each with its line and column. leat check FILE looks without running; leat explain FILE prints the "
    "command line; leat "
    "schema pipeline prints a JSON Schema that editors understand.";

const std::string_view kPipelineValues =
    "An expression is one string: write it in single quotes. {ts, host} without them is a map to YAML, and is refused.\n"
    "\n"
    "Values follow YAML's core schema: true and false are the only booleans, no and 010 are texts. Doubled keys, merge keys, tags and a "
    "second document "
    "are refused. An alias stands for the value it names.\n"
    "\n"
    "Durations are 250ms, 1.5s, 5m, 1h; sizes 64KiB, 1MB or bytes; counts whole numbers from 1.";

const std::string_view kPipelineMiddleware =
    "Stages that stand under middleware run in front of a chain's own, in the order written. At the top of the file they stand in front of "
    "every chain that reads a source, so that each record meets them once, when it comes in, and not again where one chain reads from "
    "another; in a chain, in front of that one, for all that it reads. Those of the file come first. A chain that reads a source and a "
    "stage "
    "is refused beside middleware of the file; events meet none of it.\n"
    "\n"
    "Any stage may stand there but those that read several inputs or name ports for other chains to read. Each chain has its own, with an "
    "id that begins with middleware-, or as id says: middleware-log, then middleware-log-2. From there on they are stages like others: "
    "what "
    "fails in them goes where the chain's failures go. A command line has no word for it, since there one writes the stages in front; leat "
    "explain does. A file without middleware pays nothing for it.\n"
    "\n"
    "  middleware:\n"
    "    - expect: {require: ['.id', '.ts']}\n"
    "    - stamp: [id, time, trace]\n"
    "    - redact: {find: [email, card]}\n"
    "  from: orders.ndjson\n"
    "  to: clean.ndjson\n"
    "  dlq: dead.ndjson";

const std::string_view kPipelineVariables =
    "In every text but an expression, ${VAR} is an environment variable, ${VAR:-text} has a default, ${VAR:?message} must be set, "
    "${file:PATH} is what a "
    "file holds without its last line break, and $${ is a literal ${. They are read after YAML was, so that a value never changes the "
    "shape of the file. "
    "leat explain prints them as they were written.\n"
    "\n"
    "leat run FILE --set PATH=VALUE puts a value at a place, such as --set stages.0.batch.size=50.";

const std::string_view kPipelineInclude =
    "include: FILE, or a list of files, makes their chains, templates and options this file's too. A path is meant from where the file is "
    "that says it; of a pipeline on standard input, from the current folder. Paths of ends and tables are meant from the current folder as "
    "ever. The file's own chains come first, then those of the files in the order they are named; if they have any, the file's own chain "
    "is "
    "chains.0 in a path. A file that several include is read once. What is said twice, a template or an option, is refused, and so are "
    "files that include each other in a circle. The tests of an included file are about that file alone. No more than 64 files, 16 "
    "deep and 4 MiB together.";

const std::string_view kPipelineTemplates =
    "A template is a list of stages under a name, with parameters: templates: {NAME: {params: {PARAM: DEFAULT}, stages: [...]}}. A "
    "parameter without a value has no default; params may also be a list of names. Among the stages of a chain, or of another template, "
    "use: NAME with with: {PARAM: VALUE} beside it stands for the stages. leat explain --yaml prints what they come to.\n"
    "\n"
    "A value may be a number, a text, true, false, a list or a map. In an expression of the template, $PARAM is that value, as if the "
    "expression began with VALUE as $PARAM |. No value can be read as a part of an expression: a field is given by its name, for "
    ".[$FIELD]. As the whole value of any other setting, $PARAM is the value too, and must be what the setting takes. A value with ${...} "
    "fits such a setting only; an expression reads $ENV.\n"
    "\n"
    "A stage of a template is called NAME-STAGE, of its second use NAME-2-STAGE, with id: ID beside use: ID-STAGE; stage:NAME is the last "
    "one. leat run FILE --set templates.NAME.params.PARAM=VALUE gives another default.";

const std::string_view kPipelineTemplate =
    "Two uses of a template, which may as well stand in another file, with include: FILE here:\n"
    "\n"
    "  templates:\n"
    "    above:\n"
    "      params: {level: , most: 100, every: 1m}\n"
    "      stages:\n"
    "        - filter: '.level == $level'\n"
    "        - window: {size: $every, by: ['.service'], emit: '{n: count}'}\n"
    "        - filter: '.n > $most'\n"
    "  chains:\n"
    "    - from: errors.ndjson\n"
    "      stages: [{use: above, with: {level: error, most: 5}}]\n"
    "      to: noisy.ndjson\n"
    "    - from: warnings.ndjson\n"
    "      stages: [{use: above, with: {level: warn}, id: warnings}]\n"
    "      to: noisy-warnings.ndjson";

const std::string_view kPipelineExample =
    "  #!/usr/bin/env -S leat run\n"
    "  from: {url: access.ndjson, follow: true}\n"
    "  stages:\n"
    "    - filter: '.status >= 500'\n"
    "    - window:\n"
    "        size: 1m\n"
    "        by: ['.host']\n"
    "        emit: '{n: count, p99: p99(.ms)}'\n"
    "  to: errors.ndjson\n"
    "  dlq: dead.ndjson\n"
    "\n"
    "Two chains, the second of which takes what a filter rejects:\n"
    "\n"
    "  chains:\n"
    "    - from: a.ndjson\n"
    "      stages: [{filter: '.ok'}]\n"
    "      to: good.ndjson\n"
    "    - from: stage:filter.reject\n"
    "      to: bad.ndjson";

}  // namespace leat::prose
