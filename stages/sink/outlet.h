// Outlet: records on their way out of one descriptor: what waits, the encoder, the bytes, and the watch for room.
// Owner:   its sink, one for each other side.   Thread: under the turn; on_event comes on the loop thread.
// Blocks:  never but for a regular file's page cache.
// Fails:   write() says how; failure() is the errno.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "core/codec/codec.h"
#include "core/io/channel.h"
#include "core/io/outbox.h"
#include "core/stage/backlog.h"
#include "core/stage/end.h"
#include "core/stage/limit.h"
#include "stages/sink/press.h"

namespace leat {

class Outlet {
 public:
  static constexpr size_t kWrite = 64 * 1024;       // waiting bytes that make a write, unless told otherwise
  static constexpr size_t kFull = 4 * 1024 * 1024;  // waiting bytes that are too many; half of it is few again

  enum class Wrote : uint8_t {
    all,     // nothing waits, or less than was worth a write
    waits,   // for the other side to take more
    gone,    // the other side has left
    failed,  // by failure()
  };
  struct Options {
    WhenFull when_full = WhenFull::block;
    size_t batch = kWrite;  // waiting bytes that make a write; 0: any
  };

  // `keeps`: what was sent is kept until confirm() says that the other side has it.
  Outlet(SinkHost& host, const CodecSpec& codec, const CodecOptions& options, const Options& how, bool keeps = false);

  void connect(Descriptor output, Channel::OnEvent on_event);
  Channel& channel() { return channel_; }
  void disconnect();  // what was not confirmed will be sent again

  void take(Batch&& batch, Turn& turn);
  Wrote write();                    // while there is a batch of it
  Wrote flush();                    // all, and what is packed can be read as far as it has gone
  Wrote ready();                    // the watch says there is room
  void watch_reader();              // tells of a reader that leaves while nothing is due
  uint64_t confirm(uint64_t sent);  // the other side has so many of the bytes sent since connect(); answers the records they complete
  void window(size_t records);      // of one that keeps: no more are sent and not confirmed
  void finish();                    // appends the closing bytes when everything has been sent
  void close_off();                 // of a packed file: ends the stream in it, so that it can be read and added to
  void clear();                     // lets everything undelivered go
  void let_go();                    // the same, and nothing is owed for it: the reader wants no more
  std::vector<Batch> give_back();   // what the other side does not have; of one that keeps

  size_t bytes() const { return outbox_.bytes() + backlog_.bytes(); }
  bool empty() const { return outbox_.empty() && press_.empty() && backlog_.empty() && !finishing_; }
  bool waiting() const { return waiting_; }
  bool held() const { return limit_.room() == 0; }  // by the window
  uint64_t sent() const { return sent_; }
  int failure() const { return failure_; }

 private:
  void encode();
  bool encode_next();
  void finish_stream();
  Wrote send(size_t least);
  bool gathers() const { return keeps_ || how_.when_full == WhenFull::drop_oldest; }

  SinkHost& host_;
  const CodecSpec& codec_;
  const CodecOptions options_;
  const Options how_;
  const bool keeps_;
  std::unique_ptr<Encoder> encoder_;
  Channel channel_;
  Backlog backlog_;
  Outbox outbox_;
  Press press_;
  struct Sent {
    uint64_t upto, records;
  };
  Limit limit_;                   // of the records in
  std::deque<Sent> unconfirmed_;  // one for each chunk of the backlog that was handed out
  uint64_t encoded_ = 0, sent_ = 0;
  bool waiting_ = false;                     // for the descriptor to take more
  bool closes_ = false, finishing_ = false;  // the closing bytes come behind the last record; they are still to come
  int failure_ = 0;
};

// Gate: shuts the sources of a sink while too much waits in it, or it wants nothing at all.
class Gate {
 public:
  explicit Gate(SinkHost& host) : host_(host) {}
  void update(size_t waiting, bool paused = false) {
    const bool full = paused || waiting > (shut_ ? Outlet::kFull / 2 : Outlet::kFull);
    if (full != shut_) host_.full(shut_ = full);
  }

 private:
  SinkHost& host_;
  bool shut_ = false;
};

}  // namespace leat
