// SocketName: where a socket connects to or listens, looked up; it makes the sockets.
// Owner:   a value.   Thread: any.
// Blocks:  the look-up of a host name may wait for a name server; do it before the run. Nothing else does.
// Fails:   with no_input or io as asked, and one line that names the place.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/io/descriptor.h"

namespace leat {

class SocketName {
 public:
  // `place` is HOST:PORT, [V6]:PORT or, of a listener, :PORT for every interface. `shown` is the url, for messages.
  static Result<SocketName> tcp(const std::string& place, std::string shown, bool listens, Error::Kind kind);
  static Result<SocketName> udp(const std::string& place, std::string shown, bool listens, Error::Kind kind);
  static Result<SocketName> local(const std::string& path, std::string shown, Error::Kind kind);  // a unix socket

  const std::string& shown() const { return shown_; }
  bool tcp() const { return path_.empty() && type_ == SOCK_STREAM; }
  size_t addresses() const { return addresses_.size(); }

  Result<Descriptor> connect(size_t address) const;  // begun; when it is ready to be written, connected() tells how it went
  static int connected(const Descriptor& socket);    // 0 or the errno
  // A stale unix socket file is replaced only if nobody listens there.
  Result<Descriptor> listen() const;
  void forget() const;  // removes the file of a unix socket that was listened at
  // The next one who came, kWait or the negated errno. `peer` is who.
  static ssize_t accept(const Descriptor& listener, Descriptor& client, std::string& peer);
  static std::optional<uint32_t> user_of(const Descriptor& socket);  // who is at the other end of a unix socket
  static void hurry(const Descriptor& socket);                       // of TCP: small writes go at once
  bool of_this_machine() const;                                      // nobody outside it can connect
  Error error(std::string_view what, int code) const;

 private:
  struct One {
    sockaddr_storage bytes;
    socklen_t size;
  };
  static Result<SocketName> look_up(const std::string& place, std::string shown, bool listens, int type, Error::Kind kind);
  Result<Descriptor> listen_at(const One& address) const;
  bool stale() const;

  std::string shown_, path_;
  int type_ = SOCK_STREAM;
  Error::Kind kind_ = Error::Kind::io;
  std::vector<One> addresses_;
};

}  // namespace leat
