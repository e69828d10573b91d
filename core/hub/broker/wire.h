// Wire: the other side of a client, as the broker sees it: it takes bytes, and can be told to bring none for a while.
// Owner:   who made it, until it is told to close; the session has gone from the broker by then.
// Thread:  the hub's loop.   Blocks: never.
// Fails:   send: the negated errno; kWait when no more is taken now, and Broker::writable() follows.
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <cstdint>
#include <string>

namespace leat::hub {

// Who is at the other end, as the system says it.
struct Peer {
  std::string address;  // for people
  bool local = false;   // a unix socket
  uint32_t user = 0;    // of a local one
};

class Wire {
 public:
  static constexpr ssize_t kWait = -11;  // -EAGAIN

  virtual ~Wire() = default;
  virtual ssize_t send(const iovec* parts, int count) = 0;
  virtual void read(bool on) = 0;  // whether bytes are wanted
  virtual void close() = 0;        // the session is over; what was sent still goes out
};

}  // namespace leat::hub
