// Dialer: tries once to connect: every address of a name in turn. Who wants another try asks again (core/stage/backoff.h).
// Owner:   its source or sink.   Thread: the loop's.   Blocks: never.
// Fails:   through on_failed.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "core/base/clock.h"
#include "core/io/channel.h"
#include "core/io/socket.h"

namespace leat {

class Dialer {
 public:
  using OnConnected = std::function<void(Descriptor)>;
  using OnFailed = std::function<void(Error, std::string_view code)>;  // code: connect or timeout

  // `timeout`: for each address.
  Dialer(Loop& loop, SocketName name, std::optional<Duration> timeout, OnConnected on_connected, OnFailed on_failed);

  void dial();
  void dial_after(Duration wait);
  void stop();

 private:
  void begin();
  void tried(int code);

  Loop& loop_;
  const SocketName name_;
  const std::optional<Duration> timeout_;
  const OnConnected on_connected_;
  const OnFailed on_failed_;
  std::unique_ptr<Timer> timer_;
  Channel channel_;
  size_t address_ = 0;
  bool dialing_ = false;
};

}  // namespace leat
