// Broker: who is here, what they want, and how a message gets from one to the others. It knows no sockets: a server gives it wires.
// Owner:   a server, or a test.   Thread: the hub's loop.   Blocks: never.
// Fails:   open-ended: whatever a client does wrong is told to that client.
//
// A turn: bytes are received, messages are queued at their subscriptions; behind the last of them flush() sends what is due, so that many
// small messages leave in one call.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/clock.h"
#include "core/hub/broker/access.h"
#include "core/hub/broker/filter.h"
#include "core/hub/broker/history.h"
#include "core/hub/broker/interest.h"
#include "core/hub/broker/logins.h"
#include "core/hub/broker/metrics.h"
#include "core/hub/broker/session.h"
#include "core/hub/broker/teams.h"
#include "core/hub/broker/wire.h"

namespace leat::hub {

class OpenMetrics;

class Broker {
 public:
  struct Options {
    uint64_t id = 0;
    uint32_t max_frame = 8u << 20;
    uint32_t window = 4096;               // unacknowledged publishes of one client
    uint32_t max_subscriptions = 10'000;  // of one client
    uint64_t max_failed_logins = 10;      // within a minute, from one place
    uint64_t max_queued = 256u << 20;     // bytes that wait for one principal, over all its subscriptions; an eighth may come on top
    Duration heartbeat = std::chrono::seconds(10);
    Duration hello = std::chrono::seconds(2);
    Duration grace = std::chrono::milliseconds(250);
    Duration stall = std::chrono::seconds(5);  // the longest that slow = block holds others up
    std::vector<History::Options> histories;
    Access::Options access;
  };
  using Note = std::function<void(std::string)>;

  Broker(Options options, const Clock& clock, Note note);
  ~Broker();

  Session& attach(Wire& wire, Peer peer);
  void detach(Session& session, std::string_view reason);  // its wire has gone; the session is destroyed
  Instant refresh() { return now_ = clock_.now(); }        // before a turn
  bool flush();                                            // after each turn; false: nothing is left to do
  void tick();                                             // at least every pulse()
  Duration pulse() const;
  void on_work(std::function<void()> wake) { wake_ = std::move(wake); }  // something came to be done outside a turn
  void drain(Duration grace, std::string_view reason);                   // tells everybody; nothing is taken any more
  bool drained() const;                                                  // nothing waits for anybody who takes it, nor for the disk
  bool drain_asked() const { return drain_asked_; }                      // a client that may has asked for it
  void access(Access::Options options);                                  // from now on, for those who are here too
  bool lets_try(const Peer& peer);                                       // not if many who came from there were not let in just now
  const std::vector<std::unique_ptr<History>>& histories() const { return histories_; }

  // What sessions ask of it.
  const Options& options() const { return options_; }
  Instant now() const { return now_; }
  const Access& access() const { return access_; }
  BlockRef& reading() { return reading_; }
  uint64_t turn() const { return turn_; }
  void wake() const { wake_(); }
  Interest& interest() { return interest_; }
  Metrics& metrics() { return metrics_; }
  Teams& teams() { return teams_; }
  Filters& filters() { return filters_; }
  bool draining() const { return draining_; }
  void failed_login(const Session& session);
  Done enter(Session& session, const std::string& name);  // under a name that is free, or its own
  std::string free_name(uint32_t number) const;
  Route& route(std::string_view subject);
  History* history_of(std::string_view pattern);
  Producers& producers(const Route& route) { return route.history ? route.history->producers() : producers_; }
  // `frame` lies in `block` at `begin`; answers its number.
  uint64_t give(Route& route, const BlockRef& block, uint32_t begin, uint32_t size, Message& message, Session* from);
  void pass_on();  // what was given and not passed on yet; to be asked at a read's end, and before anybody comes or goes
  Done start(Subscription& subscription, History& history);           // where it asked to
  void read_on(Subscription& subscription);                           // from its history, as far as there is room
  bool asks_for(Subscription& subscription, const Message& message);  // of what is kept
  void miss(Subscription& subscription, Gap gap);                     // it is told when it is told something next
  static uint64_t reads_to(const Subscription& subscription);
  bool at_end(const Subscription& subscription) const;  // it has read all that was there when it came
  void released(Subscription& subscription);
  void forget(Subscription& subscription);
  void left(Session& session, std::string_view reason);
  void settled(History& history);                                   // more of it is on the disk, or none will be
  void owes(Session& session) { owing_.insert(session.number()); }  // an acknowledgement waits for the disk
  void dirty(Session& session) { dirty_.push_back(session.number()); }
  void event(std::string_view what, const Session& session, std::string_view more);
  std::optional<Team::Letter> keep_own(std::string_view frame);  // a message of the hub itself; none: nothing keeps it now
  Report report(const Control& asked);
  std::string metrics_text();  // OpenMetrics
  bool ready() const;          // it takes what is published, and keeps what it is to keep

 private:
  uint64_t publish_own(Route& to, std::string_view frame);
  void offer(Subscription& subscription, const Run& run, const Message& message, Route& route, Session* from);
  bool wants(Subscription& subscription, const Message& message, uint64_t asked) const;
  bool is_for(Subscription& subscription, const Message& message);
  bool takes_all(const Subscription& subscription) const;
  void take(Subscription& subscription, const BlockRef& block, uint32_t begin, const uint32_t* ends, size_t count, bool as_it_is);
  void queue(Subscription& subscription, const Run& run);
  void put(Subscription& subscription, const Run& run, uint64_t last, Session* from);
  void read_from_disk(Subscription& subscription);
  void take_kept(Subscription& subscription, const Keeper::Kept& kept);
  void hold_up(Subscription& subscription, Session* publisher);
  void let_waiting_go(Subscription& subscription);
  void give_up_on(Subscription& subscription);
  static void note(Subscription& subscription, uint64_t number, const Message& message);
  void begin(Subscription& subscription);
  static bool has_read_all(const Subscription& subscription);  // as far as it is to be told of the end
  struct Waiting;
  void bound_queues();
  void shed(const std::string& principal, std::vector<Waiting>& queues, uint64_t bytes);
  void empty(Subscription& subscription);
  struct Numbers;
  Numbers numbers() const;
  void histories_text(OpenMetrics& text) const;
  void subjects_text(OpenMetrics& text);
  std::string stats();
  std::string clients() const;

  const Options options_;
  const Clock& clock_;
  const Note note_;
  std::function<void()> wake_ = [] {};
  Access access_;
  Logins logins_;
  Instant now_;
  BlockRef reading_;
  Interest interest_;
  Filters filters_;
  Teams teams_{*this};
  std::vector<std::unique_ptr<History>> histories_;
  Producers producers_;  // of what is not kept
  std::unordered_map<uint32_t, std::unique_ptr<Session>> sessions_;
  std::map<std::string, Session*, std::less<>> names_;
  std::set<uint32_t> owing_;
  std::vector<uint32_t> dirty_, ended_, freed_;  // sessions: to flush, to destroy, to be read again
  std::vector<Subscription*> held_;
  uint64_t queued_ = 0;  // bytes that came to wait since the queues were looked at
  uint32_t next_session_ = 1;
  uint64_t seq_ = 0, asked_ = 0;  // of messages without a history; of messages
  uint64_t turn_ = 1;
  // Messages of a plain route that came one behind the other and lie so, too: they are passed on as one.
  struct Neighbours {
    Route* route = nullptr;  // null: there are none
    Session* from = nullptr;
    Run run;
    uint64_t last = 0;  // number of the last
  } neighbours_;
  Instant beat_{}, beaten_{};                  // when the next one is due of what is done once a second, and when the last one was
  static constexpr uint64_t kTurnedAway = 10;  // are told of in a second, and of the others how many
  uint64_t turned_away_ = 0;
  bool draining_ = false, drain_asked_ = false;
  struct Totals {
    uint64_t in = 0, out = 0, in_bytes = 0, out_bytes = 0, dropped = 0, came = 0, refused_logins = 0;
  };
  struct Numbers {  // of those who have gone and those who are here
    Totals sum;
    uint64_t subscriptions = 0, waiting = 0, waiting_bytes = 0, laggards = 0;
  };
  Totals totals_;
  Metrics metrics_;
};

}  // namespace leat::hub
