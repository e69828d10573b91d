// Acceptor: listens, and hands over who comes, so many at a time.
// Owner:   its source or sink, which must outlive every job of the loop.   Thread: the loop's; left() and close() any.
// Blocks:  never.
// Fails:   open: the place is taken. When there is no descriptor for one more client it says so once, and tries again: those who
//          are here go on, and the one at the door waits.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/io/channel.h"
#include "core/io/socket.h"

namespace leat {

class Acceptor {
 public:
  using OnClient = std::function<void(Descriptor, const std::string& peer)>;
  using OnNote = std::function<void(std::string)>;

  Acceptor(Loop& loop, SocketName place, uint64_t most, OnClient on_client, OnNote on_note);
  ~Acceptor() { shut(); }

  Done open();
  void left();   // one client has gone: there is room again
  void close();  // nobody else is taken; a unix socket's file goes

 private:
  void accept();
  void shut();

  Loop& loop_;
  const SocketName place_;
  const uint64_t most_;
  const OnClient on_client_;
  const OnNote on_note_;
  Channel listener_;
  std::unique_ptr<Timer> again_;
  uint64_t here_ = 0;
  bool told_ = false;
};

}  // namespace leat
