// Connection: a Session on a socket: dials, reads, writes, watches the time, and connects again when it is lost.
// Owner:   a source or sink, on the loop's thread; nothing is told behind close().
// Thread:  with() any; open(), close() and what is told the loop's.
// Blocks:  never but for one short lock.
// Fails:   through Owner::gave_up, when the attempts to connect are used up or the hub has said that another is of no use.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/random.h"
#include "core/hub/client/session.h"
#include "core/io/channel.h"
#include "core/io/dialer.h"
#include "core/io/loop.h"
#include "core/stage/backoff.h"

namespace leat::hub::client {

class Connection {
 public:
  // Is told on the loop's thread, with no lock held.
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void heard() = 0;                 // something has come: with() tells what
    virtual void note(std::string line) = 0;  // for a person
    virtual void attempt_failed() {}          // and there will be another
    virtual void gave_up(Error error, std::string code, uint64_t attempts, Instant first, Instant last) = 0;
  };
  struct Options {
    Session::Options session;
    std::optional<Duration> timeout;  // to connect
    Retry first{};                    // before it has been connected once; then again
    Retry again{};
  };
  // What Retry is when nobody has said: for ever, 100 ms to 5 s, full jitter.
  static Retry patient();

  Connection(Loop& loop, SocketName place, Options options, Owner& owner);
  ~Connection() { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void open();
  void close();
  bool connected_once() const { return welcomed_; }  // loop thread
  const std::string& place() const { return place_.shown(); }

  // f(session) alone with it; what it has to send goes out.
  template <class F>
  auto with(F&& f) {
    struct Sending {
      Connection& connection;
      std::lock_guard<std::mutex> lock;
      ~Sending() { connection.send(); }
    } sending{*this, std::lock_guard(mutex_)};
    return f(session_);
  }

 private:
  void connected(Descriptor socket);
  void event(Watch::Event event);
  Done read(std::string& code);
  void send();
  void told();
  void tick();
  void arm();
  void lost(const std::string& text, const std::string& code);
  void failed(Error error, std::string_view code);
  static Duration now();

  Loop& loop_;
  const SocketName place_;
  const Options options_;
  Owner& owner_;
  SplitMix random_;  // no result depends on it
  Backoff first_, again_;
  std::unique_ptr<Dialer> dialer_;  // loop thread, as all up to the lock
  std::unique_ptr<Timer> timer_;
  bool open_ = false, welcomed_ = false, told_lost_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>();  // shared with the jobs under way to the loop

  std::mutex mutex_;  // of all that follows
  Session session_;
  Channel channel_;
  bool blocked_ = false;  // the other side takes no more now
  bool broken_ = false;   // a write has failed, and the loop will be told
};

}  // namespace leat::hub::client
