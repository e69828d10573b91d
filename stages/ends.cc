#include "stages/ends.h"

#include <glob.h>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/stage/address.h"
#include "stages/sink/drop.h"
#include "stages/sink/stream.h"
#include "stages/source/file.h"

namespace leat {
namespace {

Error cannot(std::string_view url) {
  return {Error::Kind::usage, fmt::format("{} is not an end leat can open yet", text::quoted(url)), {}};
}

Result<const CodecSpec*> choose(std::string_view named, std::string_view path, std::string_view fallback) {
  if (named.empty()) {
    const CodecSpec* codec = codec_of_path(path);
    return codec ? codec : find_codec(fallback);
  }
  if (const CodecSpec* codec = find_codec(named)) return codec;
  std::vector<std::string_view> known;
  for (const CodecSpec& codec : codecs()) known.push_back(codec.name);
  const auto near = text::nearest(named, known);
  return Error{Error::Kind::usage, fmt::format("no codec is called {}", text::quoted(named)),
               near ? fmt::format("did you mean {}?", *near) : "leat list codecs names them all"};
}

// Files in the order of their names. A word without pattern characters is a path even if no such file exists.
Result<std::vector<std::string>> expand(const std::string& pattern) {
  if (pattern.find_first_of("*?[") == std::string::npos) return std::vector<std::string>{pattern};
  glob_t found{};
  const int failed = ::glob(pattern.c_str(), 0, nullptr, &found);
  std::vector<std::string> paths(found.gl_pathv, found.gl_pathv + (failed ? 0 : found.gl_pathc));
  globfree(&found);
  if (paths.empty()) return Error{Error::Kind::no_input, fmt::format("no file matches {}", text::quoted(pattern)), {}};
  return paths;
}

}  // namespace

Result<MadeSource> make_source(const std::string& url, const Settings& options, std::string_view named, const CodecOptions& codec_options) {
  const auto address = address_of(url);
  if (!address) return address.error();
  const auto codec = choose(named, address->rest, "ndjson");
  if (!codec) return codec.error();
  if (!(*codec)->framer) return Error{Error::Kind::usage, fmt::format("codec {} cannot be read", (*codec)->name), {}};
  switch (address->kind) {
    case Address::Kind::stdio:
      return MadeSource{std::make_unique<FileSource>(std::vector<std::string>{"-"}, FileSource::Options{}, **codec, codec_options),
                        (*codec)->name};
    case Address::Kind::file: {
      auto paths = expand(address->rest);
      if (!paths) return paths.error();
      FileSource::Options how{options.flag("follow"), options.text("checkpoint").value_or("")};
      return MadeSource{std::make_unique<FileSource>(std::move(*paths), std::move(how), **codec, codec_options), (*codec)->name};
    }
    default:
      return cannot(url);
  }
}

Result<std::unique_ptr<Sink>> make_sink(const std::string& url, const Settings& options, std::string_view named, std::string_view fallback,
                                        const CodecOptions& codec_options, bool) {
  const auto address = address_of(url);
  if (!address) return address.error();
  const auto codec = choose(named, address->kind == Address::Kind::file ? address->rest : "", fallback);
  if (!codec) return codec.error();
  if (!(*codec)->encoder) return Error{Error::Kind::usage, fmt::format("codec {} cannot be written", (*codec)->name), {}};
  switch (address->kind) {
    case Address::Kind::drop:
      return std::unique_ptr<Sink>(std::make_unique<DropSink>());
    case Address::Kind::stdio:
      return std::unique_ptr<Sink>(std::make_unique<StreamSink>("", false, **codec, codec_options));
    case Address::Kind::file:
      return std::unique_ptr<Sink>(std::make_unique<StreamSink>(address->rest, options.flag("append"), **codec, codec_options));
    default:
      return cannot(url);
  }
}

}  // namespace leat
