// UdpSource: datagrams that come to a port; each holds one record or several, whole.
// Owner:   the runner.   Thread: as core/stage/end.h says.   Blocks: never.
// Fails:   open: the port is taken. A datagram that the system had no room for is gone, as always with UDP.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "core/codec/codec.h"
#include "core/io/channel.h"
#include "core/io/socket.h"
#include "core/stage/end.h"

namespace leat {

class UdpSource final : public Source {
 public:
  UdpSource(SocketName place, const CodecSpec& codec, const CodecOptions& options)
      : place_(std::move(place)), codec_(codec), options_(options) {}

  const std::string& name() const override { return place_.shown(); }
  Done open(SourceHost& host) override;
  Pull pull(Pool& pool, SlabRef& slab, uint64_t& end) override;
  void frame(Slab& slab) const override;
  void stop() override;
  const Error* error() const override { return error_.text.empty() ? nullptr : &error_; }

 private:
  const SocketName place_;
  const CodecSpec& codec_;
  const CodecOptions options_;
  SourceHost* host_ = nullptr;
  Channel channel_;
  std::atomic<bool> stopped_{false};
  uint64_t position_ = 0;
  Error error_;
};

}  // namespace leat
