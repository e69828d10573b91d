// ConnectSink: records to a server we connect to: tcp:// and unix:. Connects again and sends again what may be lost.
// Owner:   the runner.   Thread: under the turn; dialling and the timers on the loop thread, which post.   Blocks: never.
// Fails:   when the attempts are used up: what waits leaves by err, or, if nobody takes that, the sink fails.
//
// At least once: over TCP a record counts as delivered when the peer's system has acknowledged its last byte, over a unix socket
// when the peer has read everything. A new connection begins with the first chunk of records that has not got so far.
//
// An attempt begins with the dial. It passes when the other side has the first records, and fails with the connection; one that
// breaks later is a failed attempt of its own. While the breaker is half-open each record is an attempt, and goes alone.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/random.h"
#include "core/io/dialer.h"
#include "core/stage/end.h"
#include "core/stage/guards.h"
#include "stages/sink/outlet.h"

namespace leat {

class ConnectSink final : public Sink {
 public:
  struct Options {
    Guards guards;  // timeout: to connect, and for the peer to take anything at all of what waits
    Outlet::Options outlet;
    bool lazy = false;  // connects when there is a record to send, no sooner
  };
  ConnectSink(SocketName place, Options how, const CodecSpec& codec, const CodecOptions& options)
      : place_(std::move(place)), how_(std::move(how)), codec_(codec), options_(options) {}

  const std::string& name() const override { return place_.shown(); }
  Done open(SinkHost& host) override;
  void take(Batch&& batch, Turn& turn) override;
  void flush() override;
  void finish() override;
  bool idle() const override { return finished_; }
  void abandon() override;
  bool envelope() const override { return codec_.envelope; }

 private:
  void make_breaker();
  void make_dialer();
  void attempt();
  void connected(Descriptor socket);
  void event(Watch::Event event);
  void after(Outlet::Wrote wrote);
  bool confirm();
  void arrived(uint64_t bytes, uint64_t records);
  void settle();
  void lost(int code);
  void failed(Error error, std::string_view code);
  void rest(Duration wait);
  void give_up(Error error, std::string_view code);
  void refuse(const Refusal& why);
  void shed(Batch&& batch, Turn& turn);
  void tell(const Breaker::Event& event);
  bool open_now() { return breaker_ && breaker_->state(host_->now()) == Breaker::State::open; }
  bool probing() const { return breaker_ && breaker_->state() == Breaker::State::half_open; }
  void on_loop(void (ConnectSink::*what)());
  // On the loop thread.
  void dial() { dialer_->dial(); }
  void look();
  void hang_up();

  const SocketName place_;
  const Options how_;
  const CodecSpec& codec_;
  const CodecOptions options_;
  SinkHost* host_ = nullptr;
  std::unique_ptr<Outlet> outlet_;
  std::unique_ptr<Gate> gate_;
  SplitMix random_{static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count())};  // no result depends on it
  Backoff backoff_{how_.guards.retry, random_};
  std::optional<Breaker> breaker_;
  std::optional<Breaker::Pass> pass_;  // of the attempt under way
  WhileOpen while_open_ = WhileOpen::pause;
  std::string cause_;                                             // of the failure last
  std::unique_ptr<Dialer> dialer_;                                // loop thread
  std::unique_ptr<Timer> again_;                                  // loop thread: the next attempt is due
  std::unique_ptr<Timer> look_;                                   // loop thread: has the peer got what was sent
  std::optional<std::chrono::steady_clock::time_point> stalled_;  // since then nothing was acknowledged of what waits
  uint64_t acknowledged_ = 0;
  bool looking_ = false;
  bool down_ = false;  // no attempt is under way or due; the next record begins one
  bool closed_ = false, finishing_ = false, finished_ = false;
};

}  // namespace leat
