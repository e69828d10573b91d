// Dialer: keeps trying to connect: every address of a name in turn, then again after a growing, random wait.
// Owner:   its source or sink.   Thread: the loop's.   Blocks: never.
// Fails:   through on_failed, after the last attempt, with how many there were.
//
// The wait before attempt n+1 is a random part of base * 2^(n-1), at most max: full jitter, so that many clients of one
// server that comes back do not all come at once.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <random>

#include "core/base/clock.h"
#include "core/io/channel.h"
#include "core/io/socket.h"

namespace leat {

struct Retry {
  uint64_t attempts = 1;  // counting the first
  Duration base = std::chrono::milliseconds(100), max = std::chrono::seconds(30);
};

class Dialer {
 public:
  using OnConnected = std::function<void(Descriptor)>;
  using OnFailed = std::function<void(Error, uint64_t attempts)>;

  Dialer(Loop& loop, SocketName name, Retry retry, std::optional<Duration> timeout, OnConnected on_connected, OnFailed on_failed);

  void dial();                      // at once
  void lost(Error error);           // the connection made last has broken: counts as one failed attempt
  void proved() { failures_ = 0; }  // the connection works: the count begins anew
  void stop();

 private:
  void begin();
  void tried(int code);
  void failed(Error error);

  Loop& loop_;
  const SocketName name_;
  const Retry retry_;
  const std::optional<Duration> timeout_;
  const OnConnected on_connected_;
  const OnFailed on_failed_;
  std::unique_ptr<Timer> timer_;
  std::minstd_rand random_;  // spreads clients; no result depends on it
  Channel channel_;
  size_t address_ = 0;
  uint64_t failures_ = 0;
  bool dialing_ = false;
};

}  // namespace leat
