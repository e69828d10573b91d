#include "stages/call/settings.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/json_text.h"

namespace leat {

Result<Relay::Options> relay_options(const Settings& settings, const MakeContext& context, std::string name) {
  auto guards = guards_of(context.guards ? *context.guards : Settings());
  if (!guards) return guards.error();
  const size_t workers = *settings.count("workers");
  const size_t window = *settings.count("window");
  if (window < workers && settings.find("window"))
    return Error{Error::Kind::usage, fmt::format("--window {} has no room for {} workers", window, workers), {}};
  return Relay::Options{workers,         std::max(workers, window), !settings.flag("unordered"), std::move(*guards),
                        std::move(name), context.seed_for_ids()};
}

Result<const CodecSpec*> reply_codec(const Settings& settings, std::string_view fallback) {
  const std::string name = settings.text("codec").value_or(std::string(fallback));
  const auto called = codec_called(name);
  if (!called) return called.error();
  const CodecSpec* codec = *called;
  if (!codec->framer || !codec->encoder || codec->envelope)
    return Error{Error::Kind::usage, fmt::format("codec {} cannot be asked and answered with", name), {}};
  return codec;
}

CodecOptions reply_options(const Settings& settings) {
  CodecOptions options;
  options.max_record = static_cast<uint32_t>(std::min<uint64_t>(*settings.count("max_reply"), UINT32_MAX / 2));
  return options;
}

Result<std::unique_ptr<Replies>> replies_of(const Settings& settings, const CodecSpec& codec, const MakeContext& context) {
  std::shared_ptr<const expr::Program> merge;
  if (const auto field = settings.text("merge_as")) {
    std::string path = ".";
    json::quote(*field, path);
    auto made = expr::Program::compile(path + " = $reply", *context.fields, {.variables = {"reply"}});
    if (!made) return made.error();
    merge = std::move(*made);
  }
  return std::make_unique<Replies>(codec, reply_options(settings), context.seed_for_ids(), std::move(merge));
}

std::optional<Reason> encode(const CodecSpec& codec, const CodecOptions& options, const Batch& batch, uint32_t record, std::string& out) {
  std::optional<Reason> why;
  const auto encoder = codec.encoder(options);       // one for each: what it writes stands alone
  const Batch all(batch.ref(), {}, batch.origin());  // which promises nothing
  encoder->encode(all.pick({record}), out, [&](uint32_t, Reason reason) { why = std::move(reason); });
  encoder->finish(out);
  return why;
}

}  // namespace leat
