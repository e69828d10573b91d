// UdpSink: one record, one datagram.
// Owner:   the runner.   Thread: under the turn; the watch on the loop thread, which posts.   Blocks: never.
// Fails:   a record that fits in no datagram leaves by err. Nobody knows whether a datagram arrives: sent is delivered.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "core/codec/codec.h"
#include "core/io/channel.h"
#include "core/io/socket.h"
#include "core/stage/end.h"
#include "stages/sink/outlet.h"

namespace leat {

class UdpSink final : public Sink {
 public:
  UdpSink(SocketName place, const CodecSpec& codec, const CodecOptions& options)
      : place_(std::move(place)), codec_(codec), encoder_(codec.encoder(options)) {}

  const std::string& name() const override { return place_.shown(); }
  Done open(SinkHost& host) override;
  void take(Batch&& batch, Turn& turn) override;
  void flush() override {}
  void finish() override;
  bool idle() const override { return finished_ && waiting_.empty(); }
  void abandon() override;
  bool envelope() const override { return codec_.envelope; }

 private:
  struct Datagram {
    std::string bytes;
    Receipt receipt;
  };
  void send();

  const SocketName place_;
  const CodecSpec& codec_;
  const std::unique_ptr<Encoder> encoder_;
  SinkHost* host_ = nullptr;
  std::unique_ptr<Gate> gate_;
  Channel channel_;
  std::deque<Datagram> waiting_;
  size_t bytes_ = 0;
  bool blocked_ = false, finished_ = false;
};

}  // namespace leat
