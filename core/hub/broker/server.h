// Server: the hub's sockets: it listens, and joins whoever comes to the broker.
// Owner:   the command.   Thread: the loop's.   Blocks: open() on looking up a name; else never.
// Fails:   open: a place that is taken, or one beyond this machine, where everybody could listen in.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/hub/broker/broker.h"
#include "core/io/acceptor.h"
#include "core/io/loop.h"

namespace leat::hub {

class Server {
 public:
  struct Options {
    std::vector<std::string> listen;  // unix-listen:PATH, tcp-listen://HOST:PORT
    uint64_t max_clients = 20'000;    // over all places
    bool for_others = false;          // other users can reach its unix sockets; who of them may come in says Access
  };
  Server(Loop& loop, Broker& broker, Options options, Broker::Note note);
  ~Server();

  Done open();
  void close();                                                             // nobody else is taken
  void on_drain(std::function<void()> job) { on_drain_ = std::move(job); }  // a client has asked for it

 private:
  class Connection;
  void join(size_t acceptor, Descriptor socket, const std::string& peer, bool local);
  void wake() { loop_.wake(); }
  bool turn();
  void pulse();

  Loop& loop_;
  Broker& broker_;
  const Options options_;
  const Broker::Note note_;
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
  std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> gone_;
  std::unique_ptr<Timer> timer_;
  Duration armed_{};
  std::function<void()> on_drain_;
};

}  // namespace leat::hub
