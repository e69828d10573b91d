// What every call can be told: how many at a time, in which order, how its records and replies are spelled.
// Owner:   constant data and pure functions.   Thread: any.   Blocks: never.
// Fails:   relay_options and reply_codec on what means nothing, as usage.
#pragma once

#include <string>

#include "core/codec/codec.h"
#include "stages/call/relay.h"

namespace leat {

inline constexpr Option kWorkers{
    .name = "workers", .kind = Option::Kind::count, .value = "N", .help = "how many records are under way at a time", .fallback = "1"};
inline constexpr Option kOrderWindow{.name = "window",
                                     .kind = Option::Kind::count,
                                     .value = "N",
                                     .help = "how many records may be under way or wait for the replies before theirs",
                                     .fallback = "256"};
inline constexpr Option kUnordered{
    .name = "unordered", .kind = Option::Kind::flag, .value = "", .help = "replies go on as they come, not in the order of their records"};
inline constexpr Option kReplyCodec{
    .name = "codec", .kind = Option::Kind::text, .value = "CODEC", .help = "how records are sent and replies are read, instead of as JSON"};
inline constexpr Option kMaxReply{
    .name = "max_reply", .kind = Option::Kind::size, .value = "SIZE", .help = "a longer reply fails with code limit", .fallback = "16MiB"};
inline constexpr Option kMergeAs{
    .name = "merge_as", .kind = Option::Kind::text, .value = "FIELD", .help = "the record goes on, with the reply in this field of it"};

// `name`: of the other side, for messages.
Result<Relay::Options> relay_options(const Settings& settings, const MakeContext& context, std::string name);
Result<const CodecSpec*> reply_codec(const Settings& settings, std::string_view fallback);
CodecOptions reply_options(const Settings& settings);
// With what --merge-as asks for.
Result<std::unique_ptr<Replies>> replies_of(const Settings& settings, const CodecSpec& codec, const MakeContext& context);
// The record as the codec writes it.
std::optional<Reason> encode(const CodecSpec& codec, const CodecOptions& options, const Batch& batch, uint32_t record, std::string& out);

}  // namespace leat
