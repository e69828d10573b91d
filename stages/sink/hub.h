// HubSink: records as messages of a hub: hub:SUBJECT [--hub ADDRESS|NAME] [--ack LEVEL] [--key EXPR] [--ttl DURATION].
// Owner:   the runner.   Thread: under the turn; the connection on the loop thread, which posts.   Blocks: never.
// Fails:   when the attempts to connect are used up, or the hub turns us away: what waits leaves by err, or, if nobody takes that, the
//          sink fails.
//
// A record counts as delivered when the hub has acknowledged its message at the level asked for; one that the hub has refused leaves by
// err with the hub's code. After a lost connection what was not acknowledged is sent again under its old number, and kept once.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/hub/client/connection.h"
#include "core/stage/backlog.h"
#include "core/stage/end.h"
#include "core/stage/guards.h"
#include "stages/sink/acked.h"
#include "stages/sink/hub_messages.h"
#include "stages/sink/outlet.h"

namespace leat {

class HubSink final : public Sink, public hub::client::Connection::Owner {
 public:
  struct Options {
    std::string token;
    hub::Level ack = hub::Level::best;
    uint32_t ttl_ms = 0;
    Guards guards;  // timeout: to connect, and for the hub to acknowledge anything at all
    bool retry_said = false;
    WhenFull when_full = WhenFull::block;
    bool print_acked = false;
    bool lazy = false;  // connects when there is a record to send, no sooner
  };
  HubSink(std::string url, SocketName place, Options how, HubMessages messages)
      : name_(std::move(url)), place_(std::move(place)), how_(std::move(how)), messages_(std::move(messages)) {}

  static uint64_t some_producer();  // a number that nobody else has

  const std::string& name() const override { return name_; }
  Done open(SinkHost& host) override;
  void take(Batch&& batch, Turn& turn) override;
  void flush() override { pump(); }
  void finish() override;
  bool idle() const override { return finished_; }
  void abandon() override;
  bool envelope() const override { return messages_.reads_envelope(); }

 private:
  // A chunk of the backlog that was published.
  struct Sent {
    uint64_t first = 0;             // number of its first message
    std::vector<uint32_t> records;  // of the chunk, one for each number
    uint64_t refused = 0;
    Batch chunk;  // a share of it
    uint64_t last() const { return first + records.size() - 1; }
  };

  // Of the connection; loop thread.
  void heard() override;
  void note(std::string line) override { host_->note(name_ + ": " + line); }
  void attempt_failed() override;
  void gave_up(Error error, std::string code, uint64_t attempts, Instant first, Instant last) override;
  void on_loop(void (hub::client::Connection::*what)());

  void pump();
  void publish(const Batch& chunk);
  void news();
  void acknowledged(const hub::PubAck& ack);
  void give_up(Error error, const Refusal& why);
  void settle();

  const std::string name_;
  const SocketName place_;
  const Options how_;
  HubMessages messages_;
  SinkHost* host_ = nullptr;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<hub::client::Connection> connection_;
  std::optional<Acked> acked_;  // where they are printed
  Backlog backlog_;
  std::deque<Sent> sent_;
  bool down_ = false;  // no attempt to connect is under way; the next record begins one
  bool closed_ = false, finishing_ = false, finished_ = false;
};

}  // namespace leat
