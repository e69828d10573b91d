// Subscription: what one client asked to be given, and what waits for it.
// Owner:   its session.   Thread: the hub's loop.   Blocks: never.
// Fails:   cannot; what waits is bounded by kMessages and kBytes, and what comes in one read.
//
// On subjects with a history it is a cursor: while it keeps up, each message is queued as it comes; when it does not, nothing more
// is queued and it reads on from the history at `next`. Everything before that has been queued, in one thread, so there is no
// moment between history and live in which one could be lost or come twice.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/clock.h"
#include "core/hub/broker/block.h"
#include "core/hub/broker/filter.h"
#include "core/hub/broker/metrics.h"
#include "core/hub/frame.h"

namespace leat::hub {

class Session;
class History;
struct Team;

// Seek: the last messages for a subscription, or the last one of each subject, as far as the history has been looked through.
struct Seek {
  static constexpr uint64_t kMost = 1u << 20;  // of either
  std::deque<uint64_t> last;
  std::unordered_map<std::string, uint64_t> of_subject;
  uint64_t beyond = 0;  // messages of more subjects than kMost
};

struct Subscription {
  static constexpr uint64_t kMessages = 65536, kBytes = 4u << 20;  // that wait; half of it is few again

  Subscription(Session& whose, const Subscribe& asked) : session(whose), how(asked), messages(asked.messages), bytes(asked.bytes) {}

  bool full() const { return queue.messages() >= kMessages || queue.bytes() >= kBytes; }
  bool few() const { return queue.messages() < kMessages / 2 && queue.bytes() < kBytes / 2; }
  bool has_credit() const { return messages > 0 && bytes > 0; }

  Session& session;
  const Subscribe how;
  std::shared_ptr<Filter> filter;  // null: none

  RunQueue queue;
  Arena arena;               // for what is copied out of the blocks it came in
  uint32_t messages, bytes;  // credit; kEndless is not used up

  History* history = nullptr;
  bool all_of_it = false;  // every message of the history is for it
  bool behind = false;     // it reads from the history, at `next`
  bool reading = false;    // ... and waits for the disk
  bool shed = false;       // ... and not before it has credit: what it had read was too much
  int64_t since = 0;       // it wants nothing older
  uint64_t next = 0;
  uint64_t end = 0;      // of the history when it was asked for: that `next` has come so far is still to be told; 0: it has been
  Team* team = nullptr;  // with which it acknowledges; it is always behind, then, and its team knows where it is
  uint64_t fed = 0;      // the broker's turn in which it had its share

  bool ready = false;    // it is in its session's list of those with something to send
  bool held = false;     // somebody waits for it to take what is queued
  bool laggard = false;  // for too long it took nothing: nobody waits for it
  Instant came{};
  Stall stall;
  Instant moved{};                // when it last took something, or had nothing to take
  std::optional<Gap> gap;         // to be told before the next message
  std::unique_ptr<Seek> seek;     // it does not know yet where it begins
  std::vector<uint64_t> picks;    // it reads none but these, the last of which comes first
  std::vector<uint32_t> waiting;  // sessions that publish to it and are held up

  uint64_t delivered = 0, dropped = 0;
};

}  // namespace leat::hub
