// Logins: from where logins have failed lately, so that nobody tries token after token.
// Owner:   the broker.   Thread: the hub's loop.   Blocks: never.
// Fails:   cannot; it remembers kKnown places, and when there are more, forgets the one that has been quiet longest.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/base/clock.h"
#include "core/hub/broker/wire.h"

namespace leat::hub {

class Logins {
 public:
  static constexpr size_t kKnown = 4096;
  static constexpr Duration kSpan = std::chrono::minutes(1);  // in which failures count, and for which the door is shut behind them

  explicit Logins(uint64_t most) : most_(most) {}

  // A host, or a user of this machine: many connections of one are one.
  static std::string origin(const Peer& peer);

  bool welcome(const Peer& peer, Instant now) const;  // may somebody from there try
  bool failed(const Peer& peer, Instant now);         // true: with this one the door is shut

 private:
  struct Place {
    uint64_t failed = 0;
    Instant since{};  // the first of them
    Instant until{};  // the door is shut
  };
  Place& place_of(std::string origin, Instant now);

  const uint64_t most_;
  std::unordered_map<std::string, Place> places_;
};

}  // namespace leat::hub
