// Artifact: an envelope and a payload as one Cap'n Proto message, and back. The schema and its rules: artifact.capnp.
// Owner:   pure functions; what they answer is the caller's, views point into the caller's message.
// Thread:  any.   Blocks: never.
// Fails:   with Kind::data and one line that says what the message has wrong. Memory is bounded by a small multiple of
//          the message, whatever its bytes say.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/data/envelope.h"

namespace leat::artifact {

inline constexpr uint16_t kVersion = 1;
inline constexpr uint32_t kMaxSegments = 512;  // as the library's own stream reader
inline constexpr int kMaxNesting = 32;
inline constexpr uint32_t kMaxMeta = 1024;  // entries

// The size of the frame that `bytes` begin with, in bytes, as its segment table says.
// 0: the table itself is not whole yet. kNoFrame: no such table can be.
inline constexpr uint64_t kNoFrame = UINT64_MAX;
uint64_t frame_size(std::string_view bytes);

// What reading the record's value takes.
struct View {
  std::string_view media_type, payload;
};

// `message` is one whole frame, at any alignment.
Result<View> view(std::string_view message);
// Envelope::unknown then holds what encode() needs to write the rest of the message again. `payload` points into the message.
Result<Envelope> decode(std::string_view message, std::string_view* payload = nullptr);
// Appends one frame to `out`; nothing on failure.
Done encode(const Envelope& envelope, std::string_view payload, std::string& out);

}  // namespace leat::artifact
