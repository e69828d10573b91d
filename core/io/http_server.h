// HttpServer: answers GET and HEAD of a few paths over HTTP/1.1, for monitors and probes of this machine.
// Owner:   the command, after its loop and before what its answers tell of.   Thread: the loop's.   Blocks: never.
// Fails:   open: the place is taken, or one beyond this machine. Bad requests are answered by their status and the end.
//
// Bounds: kConnections at a time, the next waits at the door; a request's head has kHead bytes; none, a head that does not get whole and
// an answer that is not taken last for `patience`. A connection may bring several requests, also at once: they are answered in turn.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/io/acceptor.h"
#include "core/io/loop.h"

namespace leat {

class HttpServer {
 public:
  static constexpr size_t kConnections = 32, kHead = 8 * 1024;

  struct Answer {
    int status = 200;
    std::string type, body;
  };
  // By path, without its query. Called for each request.
  using Pages = std::map<std::string, std::function<Answer()>, std::less<>>;
  static constexpr std::string_view kText = "text/plain; charset=utf-8";

  HttpServer(Loop& loop, SocketName place, Pages pages, Acceptor::OnNote note, Duration patience = std::chrono::seconds(10));
  ~HttpServer();

  Done open();

 private:
  class Connection;
  void gone(Connection* connection);

  Loop& loop_;
  const SocketName place_;
  const Pages pages_;
  const Duration patience_;
  Acceptor acceptor_;
  std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();  // shared with the jobs under way to the loop
};

}  // namespace leat
