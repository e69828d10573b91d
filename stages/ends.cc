#include "stages/ends.h"

#include <glob.h>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/letter.h"
#include "core/io/socket.h"
#include "core/stage/address.h"
#include "core/stage/guards.h"
#include "stages/ends_hub.h"
#include "stages/ends_special.h"
#include "stages/misplaced.h"
#include "stages/sink/connect.h"
#include "stages/sink/drop.h"
#include "stages/sink/exec.h"
#include "stages/sink/file.h"
#include "stages/sink/listen.h"
#include "stages/sink/stream.h"
#include "stages/sink/udp.h"
#include "stages/source/connect.h"
#include "stages/source/events.h"
#include "stages/source/exec.h"
#include "stages/source/file.h"
#include "stages/source/letters.h"
#include "stages/source/listen.h"
#include "stages/source/udp.h"
#include "stages/source/until.h"

namespace leat {
namespace {

using Kind = Address::Kind;

Result<const CodecSpec*> choose(std::string_view named, std::string_view path, std::string_view fallback) {
  if (!named.empty()) return codec_called(named);
  const CodecSpec* codec = codec_of_path(path);
  return codec ? codec : find_codec(fallback);
}

// How dead letters are read and written: as core/codec/letter.h says of the file's name; where there is no name, as JSON.
const CodecSpec& letters(const Address& address) { return letter_codec(address.kind != Kind::file || letters_as_json(address.rest)); }

// Files in the order of their names. A pattern that matches none stays the name of a file, which open() will not find.
std::vector<std::string> expand(const std::string& pattern) {
  if (pattern.find_first_of("*?[") == std::string::npos) return {pattern};
  glob_t found{};
  const int failed = ::glob(pattern.c_str(), 0, nullptr, &found);
  std::vector<std::string> paths(found.gl_pathv, found.gl_pathv + (failed ? 0 : found.gl_pathc));
  globfree(&found);
  return paths.empty() ? std::vector<std::string>{pattern} : paths;
}

// An option that means nothing here is refused: a user who wrote it expects something of it.
Done refuse(const Settings& options, std::string_view url, std::initializer_list<std::string_view> names, std::string hint = {}) {
  for (std::string_view name : names)
    if (options.find(name)) return misplaced(std::string(name), url, std::move(hint));
  return {};
}

Done refuse_guards(const Settings& options, std::string_view url) {
  return refuse(options, url, {"retry", "timeout", "breaker", "limit"},
                "guards stand on ends that connect, tcp:// and unix:, and on calls; what cannot be written elsewhere ends the run");
}

Result<SocketName> place_of(const Address& address, const std::string& url, bool listens, Error::Kind kind) {
  switch (address.kind) {
    case Kind::unix_socket:
    case Kind::unix_listen:
      return SocketName::local(address.rest, url, kind);
    case Kind::udp:
      return SocketName::udp(address.rest, url, listens, kind);
    default:
      return SocketName::tcp(address.rest, url, listens, kind);
  }
}

// How a source ends, as far as it does so itself; count, idle and for are an UntilSource's.
struct Until {
  bool eof = false, forever = false;
  UntilSource::Limits limits;
};

Until until_of(const Settings& options) {
  Until until;
  for (const Setting::Value& value : options.values("until")) {
    until.eof |= value.key == "eof";
    until.forever |= value.key == "forever";
    if (value.key == "count") until.limits.count = text::whole(value.text);
    if (value.key == "idle") until.limits.idle = text::duration(value.text);
    if (value.key == "for") until.limits.whole = text::duration(value.text);
  }
  return until;
}

// What comes from strangers may not ask for more memory than zstd itself uses at its highest level.
constexpr int kStrangersWindow = 23;

Unpacking unpacking_of(const Address& address, const Settings& options) {
  const std::string word = options.text("decompress").value_or("auto");
  Unpacking how{word == "auto" && address.kind != Kind::udp, Compression::none, {}};
  if (word == "gzip") how.with = Compression::gzip;
  if (word == "zstd") how.with = Compression::zstd;
  if (how.by_front && address.kind == Kind::file) how.with = compression_of_path(address.rest);
  how.limits.ratio = options.count("max_ratio").value_or(how.limits.ratio);
  if (address.kind == Kind::tcp_listen || address.kind == Kind::unix_listen) how.limits.window_log = kStrangersWindow;
  return how;
}

Result<Packing> packing_as(const Address& address, const Settings& options) {
  if (const auto word = options.text("compress")) return packing_of(*word);
  return Packing{address.kind == Kind::file ? compression_of_path(address.rest) : Compression::none, 0};
}

CodecOptions datagrams(CodecOptions options) { return options.datagram = true, options; }

using Made = Result<std::unique_ptr<Source>>;

Made file_source(const Address& address, const std::string& url, const Settings& options, const Until& until, const CodecSpec& codec,
                 const CodecOptions& codec_options) {
  if (Done fits = refuse(options, url, {"retry", "timeout", "max_clients"}); !fits) return fits.error();
  std::vector<std::string> paths{"-"};
  if (address.kind == Kind::file) paths = expand(address.rest);
  FileSource::Options how{options.flag("follow") || until.forever, options.text("checkpoint").value_or("")};
  if (how.follow && (paths.size() > 1 || address.kind == Kind::stdio))
    return usage(fmt::format("{} cannot be followed: only one file can", url));
  return std::unique_ptr<Source>(std::make_unique<FileSource>(std::move(paths), std::move(how), codec, codec_options));
}

Made source_at(const Address& address, const std::string& url, const Settings& options, const Until& until, const CodecSpec& codec,
               const CodecOptions& codec_options, const SourceUse& use) {
  if (address.kind == Kind::sqlite) return sqlite_source(address, url, options, codec_options);
  if (address.kind == Kind::generate) return generate_source(address, url, options, codec_options, use);
  if (address.kind == Kind::hub) return hub_source(address, url, options, codec, codec_options, use);
  if (Done fits =
          refuse(options, url, {"start", "durable", "ack_wait", "max_deliver", "group", "where", "name", "hub"}, "it belongs to a hub:");
      !fits)
    return fits.error();
  if (Done fits = refuse(options, url, {"query", "count", "rate"}); !fits) return fits.error();
  const bool connects = address.kind == Kind::tcp || address.kind == Kind::unix_socket;
  const bool listens = address.kind == Kind::tcp_listen || address.kind == Kind::unix_listen;
  if (address.kind == Kind::stdio || address.kind == Kind::file) return file_source(address, url, options, until, codec, codec_options);
  if (Done fits = refuse(options, url, {"follow", "checkpoint"}); !fits) return fits.error();
  if (!connects)
    if (Done fits = refuse(options, url, {"retry", "timeout"}); !fits) return fits.error();
  if (!listens)
    if (Done fits = refuse(options, url, {"max_clients"}); !fits) return fits.error();
  if (address.kind == Kind::exec) {
    if (until.forever) return usage(fmt::format("{} ends when its command does, not --until forever", text::quoted(url)));
    return std::unique_ptr<Source>(std::make_unique<ExecSource>(address.rest, codec, codec_options));
  }
  if (!connects && !listens && address.kind != Kind::udp) return usage(fmt::format("{} is no source leat can open yet", text::quoted(url)));
  auto place = place_of(address, url, !connects, Error::Kind::no_input);
  if (!place) return place.error();
  if (address.kind == Kind::udp) {
    if (Done fits = refuse(options, url, {"decompress", "max_ratio"}); !fits) return fits.error();
    if (until.eof) return usage(fmt::format("{} has no end, so --until eof never comes", text::quoted(url)));
    return std::unique_ptr<Source>(std::make_unique<UdpSource>(std::move(*place), codec, datagrams(codec_options)));
  }
  if (listens) {
    const ListenSource::Options how{*options.count("max_clients"), until.eof};
    return std::unique_ptr<Source>(std::make_unique<ListenSource>(std::move(*place), how, codec, codec_options));
  }
  const auto guards = guards_of(options);
  if (!guards) return guards.error();
  ConnectSource::Options how{guards->retry, guards->timeout, until.forever};
  if (until.forever && !options.find("retry")) how.retry.attempts = Retry::kForever;
  return std::unique_ptr<Source>(std::make_unique<ConnectSource>(std::move(*place), how, codec, codec_options));
}

using Written = Result<std::unique_ptr<Sink>>;

Written connect_sink(const Address& address, const std::string& url, const Settings& options, const Outlet::Options& how,
                     const CodecSpec& codec, const CodecOptions& codec_options, bool lazy) {
  const bool listens = address.kind == Kind::tcp_listen || address.kind == Kind::unix_listen;
  auto place = place_of(address, url, listens, Error::Kind::io);
  if (!place) return place.error();
  if (address.kind != Kind::tcp && address.kind != Kind::unix_socket) {
    if (Done fits = refuse_guards(options, url); !fits) return fits.error();
    if (address.kind == Kind::udp)
      return std::unique_ptr<Sink>(std::make_unique<UdpSink>(std::move(*place), codec, datagrams(codec_options)));
    const ListenSink::Options listening{*options.count("max_clients"), how};
    return std::unique_ptr<Sink>(std::make_unique<ListenSink>(std::move(*place), listening, codec, codec_options));
  }
  auto guards = guards_of(options);
  if (!guards) return guards.error();
  const ConnectSink::Options connecting{std::move(*guards), how, lazy};
  return std::unique_ptr<Sink>(std::make_unique<ConnectSink>(std::move(*place), connecting, codec, codec_options));
}

Written sink_at(const Address& address, const std::string& url, const Settings& options, const CodecSpec& codec,
                const CodecOptions& codec_options, const SinkUse& use) {
  const std::string when_full = options.text("when_full").value_or("block");
  const size_t batch = options.count("batch").value_or(Outlet::kWrite);
  const Outlet::Options how{when_full_of(when_full), use.dead_letters ? 0 : batch};  // a dead letter is written at once
  const bool file = address.kind == Kind::file;
  if (address.kind == Kind::sqlite && use.dead_letters)
    return usage(fmt::format("{} cannot keep dead letters", text::quoted(url)), "a file can");
  if (address.kind == Kind::sqlite) return sqlite_sink(address, url, options, how);
  if (address.kind == Kind::hub) return hub_sink(address, url, options, codec, codec_options, use);
  if (Done fits = refuse(options, url, {"ack", "ttl", "print_acked", "hub"}, "it belongs to a hub:"); !fits) return fits.error();
  if (Done fits = refuse(options, url, {"table", "key", "create"}); !fits) return fits.error();
  if (!file)
    if (Done fits = refuse(options, url, {"append", "rotate", "max_files"}); !fits) return fits.error();
  if (address.kind != Kind::tcp_listen && address.kind != Kind::unix_listen)
    if (Done fits = refuse(options, url, {"max_clients"}); !fits) return fits.error();
  if (address.kind == Kind::udp || address.kind == Kind::drop)
    if (Done fits = refuse(options, url, {"compress", "batch"}); !fits) return fits.error();
  if (batch > Outlet::kFull / 2) return usage("--batch wants 2MiB at the most", "from 4 MiB that wait on, what comes before is paused");
  switch (address.kind) {
    case Kind::stdio:
    case Kind::file:
    case Kind::exec:
    case Kind::drop:
      if (Done fits = refuse_guards(options, url); !fits) return fits.error();
      break;
    case Kind::stage:
    case Kind::generate:
    case Kind::events:
      return usage(fmt::format("{} is no sink leat can open yet", text::quoted(url)));
    default:
      return connect_sink(address, url, options, how, codec, codec_options, use.fallback);
  }
  if (address.kind == Kind::drop) return std::unique_ptr<Sink>(std::make_unique<DropSink>());
  if (address.kind == Kind::exec) return std::unique_ptr<Sink>(std::make_unique<ExecSink>(address.rest, how, codec, codec_options));
  if (many_files(address, options)) return files_sink(address, url, options, how, codec, codec_options, use);
  if (file && options.find("max_files")) return misplaced("max_files", url);
  if (file && !use.dead_letters && !options.flag("append"))
    return std::unique_ptr<Sink>(std::make_unique<FileSink>(address.rest, how, codec, codec_options));
  return std::unique_ptr<Sink>(std::make_unique<StreamSink>(address.rest, how, codec, codec_options));
}

}  // namespace

Result<MadeSource> make_source(const std::string& url, const Settings& options, std::string_view named, const CodecOptions& codec_options,
                               const SourceUse& use) {
  const auto address = address_of(url);
  if (!address) return address.error();
  if (address->kind == Kind::events) {  // nothing stands in for what the run itself does
    const auto wanted = EventSet::of(address->rest);
    if (!wanted) return wanted.error();
    return MadeSource{std::make_unique<EventSource>(url, *wanted), {}};
  }
  const auto codec = choose(named, address->kind == Kind::file ? address->rest : "", "ndjson");
  if (!codec) return codec.error();
  if (!(*codec)->framer) return usage(fmt::format("codec {} cannot be read", (*codec)->name));
  const Until until = until_of(options);
  CodecOptions unpacked = codec_options;
  unpacked.unpack = unpacking_of(*address, options);
  auto made = source_at(*address, url, options, until, use.dead_letters ? letters(*address) : **codec, unpacked, use);
  if (!made) return made.error();
  if (use.stand_in) return MadeSource{use.stand_in(**codec, unpacked), (*codec)->name};
  if (use.dead_letters) *made = std::make_unique<LetterSource>(std::move(*made), std::string((*codec)->name), codec_options);
  if (until.limits.count || until.limits.idle || until.limits.whole) *made = std::make_unique<UntilSource>(std::move(*made), until.limits);
  return MadeSource{std::move(*made), (*codec)->name};
}

Result<std::unique_ptr<Sink>> make_sink(const std::string& url, const Settings& options, std::string_view named, std::string_view fallback,
                                        const CodecOptions& codec_options, const SinkUse& use) {
  const auto address = address_of(url);
  if (!address) return address.error();
  const bool file = address->kind == Kind::file;
  const auto packing = packing_as(*address, options);
  if (!packing) return packing.error();
  CodecOptions packed = codec_options;
  packed.pack = *packing;
  const bool as_letters = use.dead_letters && named.empty();
  const Result<const CodecSpec*> codec =
      as_letters ? Result<const CodecSpec*>(&letters(*address)) : choose(named, file ? address->rest : "", fallback);
  if (!codec) return codec.error();
  if (!(*codec)->encoder) return usage(fmt::format("codec {} cannot be written", (*codec)->name));
  auto made = sink_at(*address, url, options, **codec, packed, use);  // a trial refuses what a run does
  if (made && use.stand_in) return use.stand_in(**codec, packed);
  if (!made || !use.discarded || address->kind == Kind::drop) return made;
  return std::unique_ptr<Sink>(std::make_unique<StreamSink>("/dev/null", Outlet::Options{}, **codec, packed));
}

}  // namespace leat
