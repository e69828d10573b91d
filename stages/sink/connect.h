// ConnectSink: records to a server we connect to: tcp:// and unix:. Connects again and sends again what may be lost.
// Owner:   the runner.   Thread: under the turn; dialling and the watch on the loop thread, which post.   Blocks: never.
// Fails:   when the attempts are used up: what waits leaves by err, or, if nobody takes that, the sink fails.
//
// At least once: over TCP a record counts as delivered when the peer's system has acknowledged its last byte, over a unix socket
// when the peer has read everything. A new connection begins with the first chunk of records that has not got so far.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/io/dialer.h"
#include "core/stage/end.h"
#include "stages/sink/outlet.h"

namespace leat {

class ConnectSink final : public Sink {
 public:
  struct Options {
    Retry retry;
    std::optional<Duration> timeout;  // to connect, and for the peer to take anything at all of what waits
    Outlet::Options outlet;
  };
  ConnectSink(SocketName place, const Options& how, const CodecSpec& codec, const CodecOptions& options)
      : place_(std::move(place)), how_(how), codec_(codec), options_(options) {}

  const std::string& name() const override { return place_.shown(); }
  Done open(SinkHost& host) override;
  void take(Batch&& batch, Turn& turn) override;
  void flush() override;
  void finish() override;
  bool idle() const override { return finished_; }
  void abandon() override;
  bool envelope() const override { return codec_.envelope; }

 private:
  void connected(Descriptor socket);
  void event(Watch::Event event);
  void after(Outlet::Wrote wrote);
  void confirm();
  void lost(Error error);
  void exhausted(Error error, uint64_t attempts);
  void on_loop(void (ConnectSink::*what)());
  // On the loop thread.
  void dial() { dialer_->dial(); }
  void proved() { dialer_->proved(); }
  void look();
  void hang_up();

  const SocketName place_;
  const Options how_;
  const CodecSpec& codec_;
  const CodecOptions options_;
  SinkHost* host_ = nullptr;
  std::unique_ptr<Outlet> outlet_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<Dialer> dialer_;                                // loop thread
  std::unique_ptr<Timer> look_;                                   // loop thread: has the peer got what was sent
  Instant first_{};                                               // when the first of the attempts under way failed
  std::optional<std::chrono::steady_clock::time_point> stalled_;  // since then nothing was acknowledged of what waits
  uint64_t acknowledged_ = 0;
  bool looking_ = false;
  bool down_ = false;  // the attempts were used up; the next record begins anew
  bool closed_ = false, finishing_ = false, finished_ = false;
};

}  // namespace leat
