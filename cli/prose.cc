#include "cli/prose.h"

namespace leat::prose {

const std::string_view kIntroduction =
    "leat reads records from files, pipes and sockets, sends them through stages and writes them to files, pipes and sockets. As a filter "
    "it is quick "
    "and quiet; as a service it loses nothing. A record that no stage changed leaves with the bytes it came with.\n"
    "\n"
    "Without --from it reads standard input, without --to it writes standard output. Records are lines of JSON unless an extension or --in "
    "and --out "
    "say otherwise.";

const std::string_view kGrammar =
    "A chain is any number of sources, then stages, then any number of sinks, in the order the data flows:\n"
    "\n"
    "  [--from END [OPTION]...]...  [STAGE [then STAGE]...]  [--to END [OPTION]...]...\n"
    "\n"
    "The lone word then parts two stages. A --from behind a stage or a --to begins the next chain. Global options stand before the first "
    "chain. An "
    "operand that starts with - comes after --, or as the value of its option: --expr=-1. Of an option given twice the last one counts, "
    "unless it may be "
    "repeated.\n"
    "\n"
    "Every stage has an id, its name by default, then NAME-2 and so on, or what --id says. A chain that begins with --from stage:ID.PORT "
    "reads what "
    "leaves that stage by that port; without a port, by out. Several sinks, or several readers of a port, each get every record.\n"
    "\n"
    "The same pipeline can stand in a file, see leat-pipeline(5); leat explain turns one into the other.";

const std::string_view kErrors =
    "A record that fails keeps its bytes and gets a reason. It goes to the dlq of its chain, or to whoever reads stage:ID.err. If nobody "
    "takes it, the "
    "run goes on, says at the end how many failed and exits with 1; --strict stops at the first. A failed record is never passed on and "
    "never printed as "
    "data.\n"
    "\n"
    "A dlq belongs to its chain, wherever it stands in it: it takes what failed in the chain's sources, stages and sinks. A chain that "
    "reads from it and "
    "has none of its own uses it too.";

const std::string_view kDelivery =
    "Delivery is at least once: what was read counts as done when every sink that it reaches has it. Several readers are paced by the "
    "slowest of them, "
    "unless its end says when_full.";

const std::string_view kSignals =
    "The first SIGINT or SIGTERM drains: no more is read, what was read is delivered, bounded by --drain. The second kills at once. A "
    "reader that went "
    "away ends the run quietly, as a broken pipe does.";

const std::string_view kWindows =
    "A window gathers records for a while and makes one record of them. Tumbling windows (window 1m) stand side by side; hopping windows "
    "(--every) begin more often than they end, so that a record is in several; a session (--session GAP) lasts until nothing came for "
    "that long; --count N closes after so many records; --global is one window over the whole run. One of them must be named.\n"
    "\n"
    "A window holds the records from its start up to, not including, its end. Windows of a size begin at multiples of --every, or of the "
    "size, since 1970-01-01 UTC; a session goes from its first record to GAP after its last; --count and --global windows from the time of "
    "their first record to that of their last. --by makes one window for each value of an expression, or of several. Values that are == "
    "are one key. --max-keys bounds how many groups are held at a time; a record that would be one more fails with code limit.\n"
    "\n"
    "Each window leaves as {start, end, the --by fields, the --emit fields}, with times as RFC 3339, in order of end, then of key. Where "
    "envelopes are asked for, that of an answer says in its metadata what window it is of: window_type, window_start, window_end, "
    "window_size, window_slide, window_gap and window_key.";

const std::string_view kWindowTime =
    "Without --time a record belongs to the moment it arrived. With --time EXPR it belongs to the moment the record names: seconds since "
    "1970, or a text in RFC 3339. Each input's watermark is its highest time less --disorder; the window's is the lowest of its inputs', "
    "those aside that were silent for --idle, and a window is over when the watermark passes its end. At the end of the input all are, so "
    "a file gives what it would have given live.\n"
    "\n"
    "A record whose windows are over is late and leaves by the port late, unless --lateness still allows it: then its group answers "
    "again, with \"update\": \"late\". With --update or --update-count groups also answer before the end, with \"update\": \"early\". A "
    "window cut short by a signal answers with \"partial\": true.";

const std::string_view kWindowEmit =
    "--emit is one object: {n: count, slow: max(.ms), share: (count / 60)}. An aggregate is computed over the records of the window; "
    "around aggregates there may be literals, arithmetic and $key, $start and $end (in seconds). Aggregates leave null out, and of no "
    "value they are null. A record with something else than a number to sum fails.";

const std::string_view kExpressions =
    "Expressions are written in the language of jq, version 1.7 and later. What is not covered is an error when leat starts, never another "
    "answer.\n"
    "\n"
    "filter passes a record once if any output is neither null nor false. map makes one record of each output. An expression that fails on "
    "a record sends that record to err, with the message. Every evaluation is bounded in depth, steps and memory.\n"
    "\n"
    "What differs: integers keep all their digits, a number that nobody computed with leaves as it was written (1.0, 1e3), and numbers are "
    "compared by all their digits. A condition of filter, route or select that is an assignment (.a = 1) is refused, since it is always "
    "true. Regular expressions are Perl's. Not in the language, since records come from the pipeline: input, inputs, debug, stderr, "
    "input_filename, input_line_number, import, include, modulemeta, get_search_list, halt, halt_error, builtins.\n"
    "\n"
    "Of the examples in jq's manual (241 for version 1.7, 250 for 1.8) all but one give the same answer: 100e-2, which jq writes 1.00, "
    "stays as it was written.";

const std::string_view kEnvelope = "Beside its payload a record has an envelope. Text input gets one only if somebody asks for it.";

const std::string_view kPacked =
    "Input that begins like gzip or zstd is unpacked, whatever it is called and wherever it comes from, members and frames one after "
    "another; --decompress says otherwise. Records that only happen to begin so (with the bytes 1F 8B, 28 B5 2F FD or 5x 2A 4D 18) want "
    "--decompress none. Datagrams are never packed.\n"
    "\n"
    "Input that is cut short or corrupt is an error with the packed byte it was noticed at; what came before it is delivered. Every other "
    "position, in messages, dead letters and checkpoints, counts unpacked bytes. A packed file can be followed as it grows, and a "
    "checkpoint be kept of it: it is unpacked again from its beginning.\n"
    "\n"
    "A sink packs by the extension of its file, .gz or .zst, or as --compress says. Whenever its input rests, and after each mebibyte, "
    "what "
    "it has written can be read as far as it goes; the end of the run closes the stream. --append adds another member or frame, which "
    "every reader takes for more of the same; kill -9 leaves one cut short, and nothing that is appended behind it can be read.";

const std::string_view kValues =
    "msgpack and cbor are read as what JSON calls the same. Integers keep every digit, cbor's bignums too; a float keeps a point, so that "
    "it stays one; NaN and the infinities become null. Bytes (bin, byte strings) become their base64; a timestamp of msgpack RFC 3339 "
    "text, any other ext {\"ext\": TYPE, \"data\": BASE64}; of cbor's tags only those of bignums say anything, undefined is null. A key "
    "that "
    "is no text becomes the text of its value, but an array, a map or an ext as key fails. A record that no stage changed goes out by the "
    "same codec as it came, ext, tags and all, and so it is kept as a dead letter; what is made of JSON has integers as short as they can "
    "be and floats of 64 bits.";

const std::string_view kGuards =
    "Guards stand on sinks that connect, tcp:// and unix:, and are combined freely. An attempt begins with the connection; it passes when "
    "the "
    "first records have arrived, and a connection that breaks is a failed one. A source that connects has --retry and --timeout. Elsewhere "
    "they are refused: a file, a command or standard output that cannot be written ends the run.\n"
    "\n"
    "When the attempts are used up, what waits fails with their true number, the times of the first and the last and what the last one "
    "said; the next record begins anew. If nobody takes what fails, the run ends. What a breaker does is told in one line and counted in "
    "the "
    "summary. The keys of an option are k=v,k=v; in a file a map will do.";

const std::string_view kSyslog =
    "A message is read as facility, severity (words), timestamp, hostname, appname, procid, msgid, structured_data ({ELEMENT: {NAME: "
    "VALUE}}, "
    "all values of a name that stands twice as an array) and message; what is not said is no field. RFC 5424 is read to the letter. Of RFC "
    "3164 whatever can be made out is a field and the rest the message; its date is taken as UTC and, without a year, as the last one that "
    "is not more than a day ahead. Over a stream each message is counted or ends in a newline (RFC 6587), over udp a datagram is one.\n"
    "\n"
    "Written is RFC 5424, a message with a newline in it counted. Facility and severity may be words or numbers, user and notice unless "
    "given; timestamp may be a number of seconds. A field of any other name fails.";

const std::string_view kFiles =
    "A plain file takes its place when the run is over, whole or not at all; with --append it is added to as records come. A path with "
    "expressions names a file for each record, {{ being a brace: what an expression gives is part of a name and no more, so / % control "
    "bytes and a dot in front become %XX and an empty text %. Null, an array or an object is no name, and the record fails. Those files, "
    "and "
    "any with --rotate, are added to, their folders made. At most --max-files are open: the one written longest ago is ended for another.\n"
    "\n"
    "--rotate finishes out.ndjson.gz as out.000001.ndjson.gz, then 000002: the highest number is the newest, and keep removes the oldest. "
    "A file that is finished or ended is whole, and packed its stream is closed; size counts packed bytes, and is passed by what is "
    "written "
    "at a time. A packed file that was left over is finished before a run begins another; kill -9 may have cut it short.";

const std::string_view kSqlite =
    "A row is an object with its columns in their order. Integers, reals (with a point), text and null keep their type, a blob is its "
    "base64. The database is only read, and a lock of another process is waited for up to 5 s. An error ends the run behind the last row "
    "that came before it.\n"
    "\n"
    "On output fields are columns by name: true and false are 1 and 0, arrays and objects their JSON text; a field left out gets the "
    "column's default. --create makes a table without types, so that values keep theirs. Rows are inserted a transaction at a time, and "
    "count as delivered once it is committed; with --key a row takes the place of the one that has its key. A record with a field that is "
    "no "
    "column, or against a constraint, fails with code write, and the others are kept.";

const std::string_view kHubs =
    "A hub passes messages on, by subject: leat hub runs one. --hub names it by address, unix:PATH or tcp://HOST:PORT, or as [hubs] of "
    "leat.toml does, which also has its token; without it, it is the socket of the user's own. A connection that is lost is made again, "
    "for ever unless --retry says otherwise; the first one is tried once.\n"
    "\n"
    "On output each record is a message. hub:orders.{.region} makes the subject of the record, dots and all. The payload is the record "
    "by the codec, without a line end; where records have envelopes, because a stage reads or writes them or the codec is capnp, it is "
    "the "
    "whole artifact, unless another codec is named. A record counts as delivered when the hub has acknowledged it at the level of --ack; "
    "what "
    "was not when a connection was lost is sent again, and the hub keeps it once. One that the hub refuses fails with code refused.\n"
    "\n"
    "On input a payload holds one record of the codec or several, whole; an artifact is one. $subject and $time are the message's, $meta "
    "has its number, seq, and reply_to, key and headers where it has them. --to 'hub:{$meta.reply_to}' answers a request of leat req. "
    "--start says what comes first where there is a history, in which a lost connection is taken up again where it ended. What --durable "
    "names is remembered by the hub: it brings again what sinks have not delivered, and nothing else, and after --max-deliver times it is "
    "a dead letter at $dead.NAME, with the "
    "reason in its headers. --group lets several share a --durable name: each message gets to one of them, and what one of them leaves "
    "behind to another. Messages that the hub had to drop "
    "are told in a line.";

std::vector<Page::Entry> ends() {
  return {
      {"-", "standard input or output"},
      {"PATH",
       "a file; on input also a pattern such as logs/*.gz, read in order; on output also with expressions in it: out/{.tenant}.ndjson. "
       "gzip and zstd are seen by their first bytes on input, by the extension on output"},
      {"unix:PATH", "a Unix socket to connect to"},
      {"unix-listen:PATH", "a Unix socket to listen on"},
      {"tcp://HOST:PORT", "a TCP connection"},
      {"tcp-listen://HOST:PORT", "a TCP port to listen on"},
      {"udp://HOST:PORT", "datagrams, one record or more in each"},
      {"exec:COMMAND", "the standard output or input of a command, run by sh -c"},
      {"hub:SUBJECT", "the messages of a hub; on input a pattern such as orders.*, on output also with expressions in it"},
      {"stage:ID.PORT", "input only: what leaves a stage by a port"},
      {"sqlite:FILE", "the rows of --query (or sqlite:FILE?q=SQL); on output a --table"},
      {"generate:EXPR", "input only: each output of an expression over {n, random}, n from 0 on and random below 1"},
      {"events:NAME,...", "input only: what happens in the run, as JSON; leat-pipeline(5) names the events"},
      {"drop:", "output only: nowhere; what goes there counts as delivered"},
  };
}

std::vector<Page::Entry> guards() {
  return {
      {"--retry attempts=N|forever", "attempts, the first counted: 1 without --retry, 3 if only other keys are given"},
      {"  base=DURATION,max=DURATION", "the first wait and the longest; 100ms and 30s by default"},
      {"  kind=KIND", "before attempt k+1 the wait is base*2^(k-1), exponential, which is the default, base*k, linear, or base, fixed"},
      {"  jitter=full|none|PART", "how much of a wait is left to chance: full, the default, all of it; 0.5 the second half; none nothing"},
      {"  on=WORD,never=WORD",
       "what is worth another attempt: a WORD is a code (connect, write, timeout, closed) or a piece of the message; what one of never "
       "names is not tried again, nor what none of on names; may be repeated, in a file a list"},
      {"--timeout DURATION", "to connect, and for the other side to take anything at all of what waits; none by default"},
      {"--breaker rate=R,min=N,over=DURATION",
       "opens when of at least N attempts in that time a part of R or more failed; 0.5 of 10 in 60s by default"},
      {"  open=DURATION,growth=X,open_max=DURATION",
       "for how long it is open and no attempt is made, how many times longer each time in a row, and the longest; 30s, 2 and 10m by "
       "default"},
      {"  probes=N",
       "then it is half-open: records go one by one; if N of them arrive it closes, the first failure opens it again; 3 by default"},
      {"  while_open=dlq|drop|pause",
       "what becomes of records meanwhile: they fail with code breaker, are dropped and counted, or wait, and in time the sources do; dlq "
       "by default where a dlq or a fallback takes them, else pause"},
      {"--limit N", "records sent whose arrival is not confirmed; no bound by default"},
      {"--fallback END [OPTION]...",
       "stands on every sink: what that cannot deliver goes to this END, and what this cannot deliver either fails. It connects when there "
       "is a first record for it, and may have a --fallback of its own"},
  };
}

std::vector<Page::Entry> exit_statuses() {
  return {
      {"0", "everything was delivered"},
      {"1", "some records failed and nobody took them"},
      {"2", "something is wrong on the command line, an expression included"},
      {"65", "stopped by --strict, or input that is broken or cut short"},
      {"66", "a source cannot be opened"},
      {"70", "a bug in leat"},
      {"74", "a read or write failed after that"},
      {"75", "the drain deadline passed with records pending"},
      {"78", "something is wrong in a file we were given"},
      {"130", "interrupted; 141: the reader of standard output went away"},
  };
}

std::vector<Page::Entry> environment() {
  return {
      {"NO_COLOR", "when set and not empty, no colour"},
      {"XDG_CONFIG_HOME", "where settings are looked for; $HOME/.config without it"},
      {"XDG_RUNTIME_DIR", "where the socket of the hub is"},
  };
}

std::vector<Page::Entry> files() {
  return {
      {"~/.config/leat/leat.toml", "a person's settings: named hubs and ends, credentials by reference, limits, colour"},
      {"/etc/leat/leat.toml", "the same for a host"},
  };
}

std::vector<Page::Entry> aggregates() {
  return {
      {"count", "records; count(EXPR): those for which it is neither null nor false"},
      {"sum(EXPR) avg(EXPR) var(EXPR)", "of its numbers; sums of whole numbers are exact in 64 bits, var is that of a sample"},
      {"min(EXPR) max(EXPR)", "in jq's order of values"},
      {"first(EXPR) last(EXPR)", "by time, then by arrival"},
      {"rate", "records a second of the window; rate(EXPR): the sum of its numbers a second"},
      {"p50(EXPR) ... p99(EXPR), quantile(EXPR; Q)",
       "of rank ceil(share * n): exact up to 64 numbers, within 0.8 % beyond, in constant memory"},
      {"distinct(EXPR)", "how many different values: exact up to 256, with a standard error of 1.6 % beyond, in constant memory"},
      {"topk(EXPR; K)",
       "the K most frequent values, 10000 at most, as {value, count}, with the error a count may have if there were very many values"},
      {"collect(EXPR; N)", "the first N values by time, 10000 at most, as an array"},
  };
}

std::vector<Page::Entry> envelope_variables() {
  return {
      {"$artifact", "the whole envelope, an object with every field"},
      {"$meta", "its typed metadata, an object"},
      {"$subject", "what it is about, as on the hub"},
      {"$time", "when it was made"},
      {"$id", "its identity"},
      {"$origin", "where it came from"},
      {"$error", "of a failed record: code, message, stage, attempts"},
      {"$ENV", "the environment, read once at the start"},
  };
}

}  // namespace leat::prose
