// Frame: one message of the hub's protocol as a value. The schema and its rules: hub.capnp.
// Owner:   values; of a Publish that was read, texts point into the frame it was read from.
// Thread:  any.   Blocks: never.
// Fails:   decode: with Kind::data and one line that says what the frame has wrong. Its work is bounded by a small multiple of
//          the frame, whatever its bytes say.
//
// Messages themselves pass by core/hub/message.h, which reads and writes them without the library.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/result.h"

namespace leat::hub {

inline constexpr uint16_t kVersion = 1;
inline constexpr size_t kHelloBytes = 4096;  // all that is read of somebody who has not been let in
inline constexpr uint32_t kMaxSegments = 16;
inline constexpr int kMaxNesting = 16;
inline constexpr uint32_t kEndless = UINT32_MAX;  // credit

enum class Level : uint16_t { none, best, routed, written, synced };
enum class Slow : uint16_t { by_hub, spill, block, drop_oldest, drop_newest, latest_per_key, disconnect };

struct Hello {
  uint16_t version = kVersion;
  std::string name, token;
  uint64_t producer = 0;
};

struct Welcome {
  uint16_t version = kVersion;
  uint64_t hub = 0;
  uint32_t session = 0;
  std::string name;
  uint32_t max_frame = 0, heartbeat_ms = 0, window = 0;
  std::vector<std::string> capabilities;
};

struct Publish {
  static constexpr uint32_t kEcho = 1, kArtifact = 2, kWanted = 4;
  uint64_t seq = 0;
  int64_t time = 0;
  uint64_t number = 0;
  uint32_t from = 0, flags = 0, ttl_ms = 0;
  Level ack = Level::none;
  std::string_view subject, payload, key, reply_to;
  uint64_t producer = 0;
  std::vector<std::pair<std::string, std::string>> headers;
};

struct PubAck {
  struct Refused {
    uint64_t number = 0;
    std::string code, text;
  };
  uint64_t number = 0;
  Level level = Level::none;
  uint64_t seq = 0;
  std::vector<Refused> refused;
};

// Where a subscription begins.
struct Start {
  enum class Kind : uint8_t { live, seq, time, last, all, last_per_subject };
  Kind kind = Kind::live;
  uint64_t number = 0;  // seq, last
  int64_t time = 0;
};

struct Subscribe {
  uint32_t id = 0;
  std::string pattern, filter;
  Start start;
  std::string group, durable;
  bool acks = false;
  uint32_t ack_wait_ms = 0, max_pending = 0, max_deliver = 0;
  uint32_t messages = 0, bytes = 0;
  Slow slow = Slow::by_hub;
  bool echo = false;
  bool acknowledges() const { return acks || !durable.empty(); }
};

struct Subscribed {
  uint32_t id = 0;
  std::string history;
  uint64_t next = 0;
};

struct Unsubscribe {
  uint32_t id = 0;
};

struct Deliver {
  uint32_t id = 0, count = 0, bytes = 0, attempt = 1;
};

struct Credit {
  uint32_t id = 0, messages = 0, bytes = 0;
};

struct Ack {
  enum class Kind : uint16_t { done, nack, in_progress, terminate };
  uint32_t id = 0;
  Kind kind = Kind::done;
  uint64_t up_to = 0;
  std::vector<std::pair<uint64_t, uint64_t>> ranges;  // first, last
  uint32_t delay_ms = 0;
};

struct Gap {
  enum class Reason : uint16_t { dropped, expired, damaged };
  uint32_t id = 0;
  uint64_t first = 0, last = 0, count = 0;
  Reason reason = Reason::dropped;
};

struct Ping {
  uint64_t token = 0;
};

struct Pong {
  uint64_t token = 0;
};

struct Fault {  // the schema's Error
  std::string code, text;
  uint32_t id = 0;
  bool fatal = false;
};

struct Drain {
  uint32_t grace_ms = 0;
  std::string reason;
};

struct Control {
  std::string verb, argument;
};

struct Report {
  std::string text;
  bool failed = false;
};

struct Unknown {};  // a member of the union that this version has no name for

using Frame = std::variant<Hello, Welcome, Publish, PubAck, Subscribe, Subscribed, Unsubscribe, Deliver, Credit, Ack, Gap, Ping, Pong,
                           Fault, Drain, Control, Report, Unknown>;

// `bytes` is one whole frame, at any alignment; how long it is says leat::artifact::frame_size. Texts are UTF-8.
Result<Frame> decode(std::string_view bytes);
// Appends one frame; its parts are no longer than the frame's bound, which the caller keeps. Unknown appends nothing.
void encode(const Frame& frame, std::string& out);

}  // namespace leat::hub
