#include "pipelines/options.h"

#include <algorithm>
#include <array>

#include "core/stage/guards.h"

namespace leat {
namespace {

using Kind = Option::Kind;

constexpr std::string_view kUntilKeys = "eof:alone|forever:alone|idle:duration|for:duration|count:count";
constexpr std::string_view kWhenFull = "block|drop-oldest|drop-newest|dlq";

constexpr Option kCodec{
    .name = "codec", .kind = Kind::text, .value = "CODEC", .help = "how bytes and records become each other, instead of by the extension"};
constexpr Option kInfer{.name = "infer",
                        .kind = Kind::flag,
                        .value = "",
                        .help = "csv, tsv, logfmt, syslog: canonical numbers and true, false are no strings",
                        .fallback = "true"};
constexpr Option kHeader{
    .name = "header", .kind = Kind::flag, .value = "", .help = "csv and tsv: the first row names the fields", .fallback = "true"};
constexpr Option kSeparator{.name = "separator", .kind = Kind::text, .value = "CHAR", .help = "csv: the byte between two fields"};
constexpr Option kMaxRecord{
    .name = "max_record", .kind = Kind::size, .value = "SIZE", .help = "a longer record fails with code limit", .fallback = "16MiB"};
constexpr Option kCompress{.name = "compress",
                           .kind = Kind::text,
                           .value = "none|gzip|zstd[:LEVEL]",
                           .help = "pack what is written; by default by the extension, .gz or .zst"};
constexpr Option kRetry{.name = "retry",
                        .kind = Kind::pairs,
                        .value = "attempts=N|forever,base=DURATION,...",
                        .help = "try again what failed, waiting longer each time; the keys stand under Guards",
                        .choices = kRetryKeys};
constexpr Option kTimeout{.name = "timeout", .kind = Kind::duration, .value = "DURATION", .help = "how long one attempt may take"};
constexpr Option kBreaker{.name = "breaker",
                          .kind = Kind::pairs,
                          .value = "rate=R,min=N,open=DURATION,...",
                          .help = "stop trying for a while when too many attempts fail; the keys stand under Guards",
                          .choices = kBreakerKeys};
constexpr Option kLimit{.name = "limit",
                        .kind = Kind::count,
                        .value = "N",
                        .help = "records, or calls, under way at a time: sent, and nobody has said yet that they arrived"};
constexpr Option kFallback{.name = "fallback",
                           .kind = Kind::end,
                           .value = "END [OPTION]...",
                           .help = "another sink that takes what this one cannot deliver; options behind it are its own"};
constexpr Option kHub{.name = "hub", .kind = Kind::text, .value = "ADDR|NAME", .help = "the hub a hub: end talks to"};
constexpr Option kMaxClients{
    .name = "max_clients", .kind = Kind::count, .value = "N", .help = "connections a listening end takes at a time", .fallback = "100"};

constexpr auto kGlobals = std::to_array<Option>({
    {.name = "in", .kind = Kind::text, .value = "CODEC", .help = "how sources are read; by default by the file's extension, else ndjson"},
    {.name = "out",
     .kind = Kind::text,
     .value = "CODEC",
     .help = "how sinks are written; by default as the sources are read, if they agree, else ndjson"},
    kInfer,
    kHeader,
    kSeparator,
    kMaxRecord,
    {.name = "on_error",
     .kind = Kind::choice,
     .value = "POLICY",
     .help = "where a failed record goes",
     .fallback = "dlq",
     .choices = "dlq|drop|stop"},
    {.name = "strict", .kind = Kind::flag, .value = "", .help = "stop at the first failed record; one thread reads"},
    {.name = "trust",
     .kind = Kind::flag,
     .value = "",
     .help = "look at a record no further than the last field that is asked for, and not at all where a filter looks for a text that is "
             "not in it; what is not looked at is not checked"},
    {.name = "threads",
     .kind = Kind::count,
     .value = "N",
     .help = "threads, 256 at most; unasked one for each core, once input comes fast"},
    {.name = "mem", .kind = Kind::size, .value = "SIZE", .help = "memory for all records in flight", .fallback = "256MiB"},
    {.name = "drain",
     .kind = Kind::duration,
     .value = "DURATION",
     .help = "how long a first signal waits for what was read",
     .fallback = "10s"},
    {.name = "seed", .kind = Kind::count, .value = "N", .help = "make every draw of lots the same in each run"},
    {.name = "summary",
     .kind = Kind::choice,
     .value = "FORMAT",
     .help = "print the ledger on stderr at the end",
     .choices = "text|json",
     .bare = "text"},
    {.name = "color",
     .kind = Kind::choice,
     .value = "WHEN",
     .help = "colour in messages",
     .fallback = "auto",
     .choices = "auto|always|never"},
    {.name = "log",
     .kind = Kind::choice,
     .value = "FORMAT",
     .help = "how messages are written on stderr",
     .fallback = "text",
     .choices = "text|json"},
    {.name = "quiet", .kind = Kind::flag, .value = "", .help = "no progress and no notes, errors only"},
    {.name = "no_config", .kind = Kind::flag, .value = "", .help = "read no settings file"},
    {.name = "batch_records", .kind = Kind::count, .value = "N", .help = "records read at a time"},
});

constexpr auto kSource = std::to_array<Option>({
    kCodec,
    {.name = "until",
     .kind = Kind::pairs,
     .value = "eof|forever|idle=DURATION|for=DURATION|count=N",
     .help = "when the source has brought all it should",
     .choices = kUntilKeys},
    {.name = "follow", .kind = Kind::flag, .value = "", .help = "wait for what is appended to a file, through renames"},
    {.name = "decompress",
     .kind = Kind::choice,
     .value = "FORMAT",
     .help = "how what is read comes packed; auto looks at the first bytes",
     .fallback = "auto",
     .choices = "auto|none|gzip|zstd"},
    {.name = "max_ratio",
     .kind = Kind::count,
     .value = "N",
     .help = "packed input that grows more than this is refused, its first 64 MiB aside",
     .fallback = "1000"},
    {.name = "query", .kind = Kind::text, .value = "SQL", .help = "sqlite: the query whose rows are the records"},
    {.name = "count", .kind = Kind::count, .value = "N", .help = "generate: how often the expression is evaluated"},
    {.name = "rate", .kind = Kind::text, .value = "N/TIME", .help = "generate: how fast, as 100/s or 3/10s"},
    {.name = "checkpoint", .kind = Kind::text, .value = "FILE", .help = "go on where the last run had delivered everything"},
    kHub,
    {.name = "start",
     .kind = Kind::pairs,
     .value = "live|all|last=N|seq=N|time=TIME|last-per-subject",
     .help = "hub: which messages come first; live, without a word about it",
     .choices = "live:alone|all:alone|last:count|seq:count|time:text|last-per-subject:alone"},
    {.name = "durable", .kind = Kind::text, .value = "NAME", .help = "hub: it remembers under this name what has been delivered"},
    {.name = "ack_wait",
     .kind = Kind::duration,
     .value = "DURATION",
     .help = "hub: --durable gets again what it has neither delivered nor spoken of for so long; 30s, without a word about it"},
    {.name = "max_deliver",
     .kind = Kind::count,
     .value = "N",
     .help = "hub: what --durable was given so often and has not delivered goes to $dead.NAME; without end, without a word about it"},
    {.name = "group", .kind = Kind::text, .value = "NAME", .help = "hub: of those that read in one group one gets each message"},
    {.name = "where", .kind = Kind::expr, .value = "EXPR", .help = "hub: messages for which it is not true stay there"},
    {.name = "name", .kind = Kind::text, .value = "CLIENT", .help = "hub: what we are called there"},
    kMaxClients,
    kInfer,
    kHeader,
    kSeparator,
    kMaxRecord,
    kRetry,
    kTimeout,
});

constexpr auto kSink = std::to_array<Option>({
    kCodec,
    {.name = "append", .kind = Kind::flag, .value = "", .help = "add to the file; without it the file is replaced when the run is over"},
    kCompress,
    {.name = "rotate",
     .kind = Kind::pairs,
     .value = "size=SIZE,every=DURATION,keep=N",
     .help = "add to the file, and finish it when it is so large, and so often if something is in it; so many finished ones stay",
     .choices = "size:size|every:duration|keep:count"},
    {.name = "max_files", .kind = Kind::count, .value = "N", .help = "files open at a time, of a path with expressions", .fallback = "64"},
    {.name = "table", .kind = Kind::text, .value = "NAME", .help = "sqlite: the table that takes the records as rows"},
    {.name = "key",
     .kind = Kind::text,
     .value = "COLUMN[,COLUMN]|EXPR",
     .help = "sqlite: a row with this key takes the place of the one that has it; hub: an expression, what tells messages apart"},
    {.name = "create", .kind = Kind::flag, .value = "", .help = "sqlite: make the table of the first row, and the file"},
    {.name = "batch", .kind = Kind::size, .value = "SIZE", .help = "bytes sent at a time", .fallback = "64KiB"},
    {.name = "when_full",
     .kind = Kind::choice,
     .value = "POLICY",
     .help = "what happens while the sink is slower than its sources",
     .fallback = "block",
     .choices = kWhenFull},
    kHub,
    {.name = "ack",
     .kind = Kind::choice,
     .value = "LEVEL",
     .help = "hub: when a record counts as delivered: it was given to all who are subscribed, written, on the disk, or the best there is",
     .fallback = "best",
     .choices = "best|routed|written|synced"},
    {.name = "ttl", .kind = Kind::duration, .value = "DURATION", .help = "hub: who has not got it by then does not get it"},
    {.name = "print_acked", .kind = Kind::flag, .value = "", .help = "hub: print the number of the last record that was acknowledged"},
    kMaxClients,
    kHeader,
    kSeparator,
    kRetry,
    kTimeout,
    kBreaker,
    kLimit,
    kFallback,
});

constexpr std::array<Option, 4> kGuards{kRetry, kTimeout, kBreaker, kLimit};

constexpr std::array<Option, 1> kIdentity{
    Option{.name = "id", .kind = Kind::text, .value = "NAME", .help = "what the stage is called in stage:NAME, reports and metrics"}};

}  // namespace

std::span<const Option> global_options() { return kGlobals; }
std::span<const Option> source_options() { return kSource; }
std::span<const Option> sink_options() { return kSink; }
std::span<const Option> guard_options() { return kGuards; }
std::span<const Option> identity_options() { return kIdentity; }

bool takes_guards(const StageSpec& spec) { return spec.group == "call"; }

std::string sinks_only(std::string_view name) {
  if (name == "fallback" || find_option(kGuards, name)) return "a source is guarded by retry and timeout; the other guards stand on sinks";
  return "it stands on sinks";
}

bool hidden(const Option& option) { return option.name == "batch_records"; }

const Option* find_option(std::span<const Option> options, std::string_view name) {
  const auto at = std::find_if(options.begin(), options.end(), [&](const Option& option) { return option.name == name; });
  return at == options.end() ? nullptr : &*at;
}

CodecOptions codec_options(const Settings& end, const Settings& globals) {
  const auto from = [&](std::string_view name) -> const Settings& { return end.find(name) ? end : globals; };
  CodecOptions made;
  if (const auto bytes = from("max_record").count("max_record")) made.max_record = static_cast<uint32_t>(*bytes);
  made.infer = from("infer").flag("infer");
  made.header = from("header").flag("header");
  if (const auto separator = from("separator").text("separator")) made.separator = *separator == "\\t" ? '\t' : separator->front();
  return made;
}

}  // namespace leat
