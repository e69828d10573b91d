// Outlet: records on their way out of one descriptor: encoder, waiting bytes, and the watch for room.
// Owner:   its sink, one for each other side.   Thread: under the turn; on_event comes on the loop thread.
// Blocks:  never but for a regular file's page cache.
// Fails:   write() says how; failure() is the errno.
#pragma once

#include <memory>
#include <string>

#include "core/codec/codec.h"
#include "core/io/channel.h"
#include "core/io/outbox.h"
#include "core/stage/end.h"

namespace leat {

class Outlet {
 public:
  static constexpr size_t kWrite = 64 * 1024;       // waiting bytes that make a write
  static constexpr size_t kFull = 4 * 1024 * 1024;  // waiting bytes that are too many; half of it is few again

  enum class Wrote : uint8_t {
    all,     // nothing waits, or less than was worth a write
    waits,   // for the other side to take more
    gone,    // the other side has left
    failed,  // by failure()
  };

  Outlet(SinkHost& host, const CodecSpec& codec, const CodecOptions& options);

  void connect(Descriptor output, Channel::OnEvent on_event);
  bool connected() const { return static_cast<bool>(channel_); }
  void disconnect() { channel_.close(), waiting_ = false; }

  void take(Batch&& batch, const Encoder::Fail& fail);
  Wrote write(size_t least);         // while at least so much waits
  Wrote ready();                     // the watch says there is room
  void watch_reader();               // tells of a reader that leaves while nothing is due
  void finish();                     // appends the closing bytes
  void clear() { outbox_.clear(); }  // lets everything undelivered go

  Outbox& outbox() { return outbox_; }
  Encoder& encoder() { return *encoder_; }
  bool waiting() const { return waiting_; }
  bool empty() const { return outbox_.empty(); }
  int failure() const { return failure_; }

 private:
  SinkHost& host_;
  std::unique_ptr<Encoder> encoder_;
  Channel channel_;
  Outbox outbox_;
  bool waiting_ = false;  // for the descriptor to take more
  int failure_ = 0;
};

// Gate: shuts the sources of a sink while too much waits in it.
class Gate {
 public:
  explicit Gate(SinkHost& host) : host_(host) {}
  bool shut() const { return shut_; }
  void update(size_t waiting, size_t most) {
    const bool full = waiting > (shut_ ? most / 2 : most);
    if (full != shut_) host_.full(shut_ = full);
  }
  void open() { update(0, 1); }

 private:
  SinkHost& host_;
  bool shut_ = false;
};

}  // namespace leat
