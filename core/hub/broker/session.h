// Session: one client at the hub: what it says is read here, and what it is to be told is put together.
// Owner:   the broker.   Thread: the hub's loop.   Blocks: never.
// Fails:   by telling the client: an error frame, and where it is fatal the end.
//
// Bounds: before it is let in 4 KiB; what is read and cannot be used yet, one read or one frame; what is written and not sent, kOut and
// one run; what waits for its subscriptions, as subscription.h says; unacknowledged publishes, Broker::Options::window.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/fifo.h"
#include "core/hub/broker/access.h"
#include "core/hub/broker/interest.h"
#include "core/hub/broker/subscription.h"
#include "core/hub/broker/wire.h"
#include "core/hub/frame.h"

namespace leat::hub {

class Broker;

class Session {
 public:
  static constexpr uint64_t kOut = 1u << 20;

  Session(Broker& broker, Wire& wire, Peer peer, uint32_t number, Instant now);
  ~Session();

  uint32_t number() const { return number_; }
  const std::string& name() const { return name_; }
  const Peer& peer() const { return peer_; }
  uint64_t producer() const { return producer_; }
  bool admitted() const { return principal_ != nullptr; }
  const Principal* principal() const { return principal_.get(); }
  bool over() const { return over_; }
  Instant since() const { return since_; }
  const std::map<uint32_t, std::unique_ptr<Subscription>>& subscriptions() const { return subscriptions_; }

  // Where the next bytes go, behind those of a frame that is not whole yet.
  struct Room {
    char* at;
    size_t size;
  };
  Room room();
  void received(size_t bytes, Instant now);  // at room()
  void hold() { ++held_; }                   // reads no further
  void let_go(Instant now);                  // ... until as many times this

  void flush(Instant now);  // sends what is due
  void writable(Instant now);
  void tick(Instant now);
  void end(std::string_view reason);  // it has gone, or is to go: nothing of it is left at the broker but itself

  void say(const Frame& frame);
  void fault(std::string code, std::string text, uint32_t id = 0, bool fatal = true);
  void ready(Subscription& subscription);  // it has something to send
  void owed_may_be_due() { mark(); }
  bool takes(const Subscription& subscription) const { return !blocked_ && subscription.has_credit(); }
  bool published() const { return published_; }
  bool stuck(const Subscription& subscription, Instant now, Duration grace) const;

  bool owes() const;  // something waits that its client takes
  void rules_changed();

  struct Counts {
    uint64_t in = 0, in_bytes = 0, out = 0, out_bytes = 0;
  };
  const Counts& counts() const { return counts_; }

 private:
  // Publishes to be acknowledged, in the order of their numbers; of those that wait for the disk their seqs follow each other, too.
  struct Owed {
    uint64_t first, last, seq;  // seq: of the last
    Level level;
    const History* history;  // null: due at once
    uint64_t messages = 1;
    Instant since{};  // they came in one read
  };

  void work_on(const BlockRef& block, size_t size);
  void keep(std::string_view rest);
  bool may_read() const { return held_ == 0 && !choked_ && !waits_for_disk_; }
  void go_on(Instant now);
  void look_up(std::string_view subject);
  bool may_hear(const std::string& pattern) const;
  void take(const BlockRef& block, uint32_t begin, uint32_t size);
  void handle(const Frame& frame);
  void hello(const Hello& frame);
  void publish(const BlockRef& block, uint32_t begin, uint32_t size, Message& message);
  std::optional<Fault> refusal(const Subscribe& frame, const History* history) const;
  void subscribe(const Subscribe& frame);
  void unsubscribe(uint32_t id);
  void credit(const Credit& frame);
  void control(const Control& frame);
  void ack(const Ack& frame);
  bool place(Subscription& subscription, History& history);
  void owe(const Owed& owed);
  void refuse(const Message& message, std::string code, std::string text);
  void acknowledge();
  bool settle(Owed& owed, PubAck& ack);
  bool disk_has_room() const;

  bool fill(Instant now);
  bool fill_from(Subscription& subscription, Instant now);
  bool tell_end(Subscription& subscription);
  void time(const Subscription& subscription, const Run& run, Instant now);
  void put(std::string_view bytes);
  void put(Run run);
  bool send(Instant now);
  void mark();

  Broker& broker_;
  Wire& wire_;
  const Peer peer_;
  const uint32_t number_;
  const Instant since_;
  std::string name_;
  uint64_t producer_ = 0;
  std::string token_;  // the SHA-256 of what it showed
  std::shared_ptr<const Principal> principal_;
  bool over_ = false;

  // In.
  BlockRef long_;        // a frame too long for the broker's block, as far as it has come
  std::string partial_;  // read and not used yet
  int held_ = 0;
  bool reading_ = true;
  Instant heard_;
  bool asked_ = false;  // by a ping, whether it is there
  // The route of the subject that came last, while it holds.
  std::string subject_;
  Route* route_ = nullptr;
  uint64_t generation_ = 0;
  bool allowed_ = false, direct_ = false;  // direct: to one client, by its name
  bool published_ = false;

  // Out.
  Fifo<Run> out_;
  uint64_t out_bytes_ = 0;
  Arena arena_;
  std::string scratch_;
  bool blocked_ = false;         // the wire takes no more for now
  bool waits_for_disk_ = false;  // much of what it published is not there yet
  bool choked_ = false;          // it has much to be told and does not listen: nothing more is read of it
  bool dirty_ = false;           // it is in the broker's list of those to flush
  Instant sent_{};
  Fifo<Subscription*> ready_;
  Fifo<Owed> owed_;
  uint64_t on_their_way_ = 0;  // of them wait for the disk
  const History* full_ = nullptr;
  Fifo<PubAck::Refused> refused_;

  std::map<uint32_t, std::unique_ptr<Subscription>> subscriptions_;
  Counts counts_;
};

}  // namespace leat::hub
