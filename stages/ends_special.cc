#include "stages/ends_special.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "stages/misplaced.h"
#include "stages/sink/files.h"
#include "stages/sink/sqlite.h"
#include "stages/source/generate.h"
#include "stages/source/sqlite.h"

namespace leat {
namespace {

bool forever(const Settings& options) {
  const auto until = options.values("until");
  return std::any_of(until.begin(), until.end(), [](const Setting::Value& value) { return value.key == "forever"; });
}

}  // namespace

Result<std::unique_ptr<Source>> sqlite_source(const Address& address, const std::string& url, const Settings& options,
                                              const CodecOptions& codec_options) {
  if (Done fits = allow(options, url, {"query", "until", "max_record"}); !fits) return fits.error();
  if (forever(options)) return usage(fmt::format("{} ends with its last row, not --until forever", text::quoted(url)));
  const size_t mark = address.rest.find("?q=");
  std::string query = options.text("query").value_or("");
  if (mark != std::string::npos && !query.empty()) return usage(fmt::format("{} has a query already", text::quoted(url)));
  if (mark != std::string::npos) query = address.rest.substr(mark + 3);
  if (query.empty()) return usage(fmt::format("{} wants --query", text::quoted(url)), "--query 'SELECT ...'");
  return std::unique_ptr<Source>(std::make_unique<SqliteSource>(address.rest.substr(0, mark), std::move(query), codec_options.max_record));
}

Result<std::unique_ptr<Source>> generate_source(const Address& address, const std::string& url, const Settings& options,
                                                const CodecOptions& codec_options, const SourceUse& use) {
  if (Done fits = allow(options, url, {"count", "rate", "until", "max_record"}); !fits) return fits.error();
  GenerateSource::Options how{options.count("count"), std::nullopt, use.seed, codec_options.clock, use.environment};
  if (how.count && forever(options)) return usage("--count is an end, --until forever is none");
  if (const auto rate = options.text("rate")) {
    how.every = GenerateSource::every(*rate);
    if (!how.every) return usage(fmt::format("--rate wants a number and a time, as 100/s or 3/10s, not {}", text::quoted(*rate)));
  }
  return GenerateSource::make(address.rest, how);
}

Result<std::unique_ptr<Sink>> sqlite_sink(const Address& address, const std::string& url, const Settings& options,
                                          const Outlet::Options& how) {
  if (Done fits = allow(options, url, {"table", "key", "create", "batch", "when_full", "fallback"}); !fits) return fits.error();
  if (how.when_full == WhenFull::drop_oldest)
    return usage(fmt::format("{} cannot --when-full drop-oldest", text::quoted(url)), "block, drop-newest and dlq it can");
  const auto table = options.text("table");
  if (!table) return usage(fmt::format("{} wants --table", text::quoted(url)));
  SqliteTable::Options made{address.rest, *table, {}, options.flag("create")};
  const std::string key = options.text("key").value_or("");  // what the columns are slices of
  for (std::string_view column : text::split(key, ','))
    if (!column.empty()) made.key.emplace_back(column);
  return std::unique_ptr<Sink>(std::make_unique<SqliteSink>(std::move(made), how));
}

bool many_files(const Address& address, const Settings& options) {
  return address.kind == Address::Kind::file && (options.find("rotate") || PathTemplate::is(address.rest));
}

Result<std::unique_ptr<Sink>> files_sink(const Address& address, const std::string& url, const Settings& options,
                                         const Outlet::Options& how, const CodecSpec& codec, const CodecOptions& codec_options,
                                         const SinkUse& use) {
  FilesSink::Options files;
  files.outlet = how;
  if (how.when_full != WhenFull::block) return misplaced("when_full", url);
  files.most_open = options.count("max_files").value_or(files.most_open);
  if (const auto size = options.pair("rotate", "size")) files.rotation.size = text::size(*size);
  if (const auto every = options.pair("rotate", "every")) files.rotation.every = text::duration(*every);
  if (const auto keep = options.pair("rotate", "keep")) files.rotation.keep = text::whole(*keep);
  if (options.find("rotate") && !files.rotation.any()) return usage("--rotate wants size=SIZE or every=DURATION");
  if (!PathTemplate::is(address.rest)) {
    if (options.find("max_files")) return misplaced("max_files", url);
    return std::unique_ptr<Sink>(std::make_unique<FilesSink>(address.rest, std::nullopt, files, codec, codec_options));
  }
  auto names = PathTemplate::make(address.rest, use.environment);
  if (!names) return names.error();
  return std::unique_ptr<Sink>(std::make_unique<FilesSink>(address.rest, std::move(*names), files, codec, codec_options));
}

}  // namespace leat
