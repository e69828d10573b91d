#include "core/io/socket.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "core/base/text.h"

namespace leat {
namespace {

constexpr int kFlags = SOCK_NONBLOCK | SOCK_CLOEXEC;
constexpr int kWaiting = SOMAXCONN;  // connections not accepted yet; of more, those who come must try again

std::string show(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return fmt::format("{}:{}", text, ntohs(v4.sin_port));
  }
  if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    return fmt::format("[{}]:{}", text, ntohs(v6.sin6_port));
  }
  return "a client";
}

}  // namespace

Error SocketName::error(std::string_view what, int code) const {
  return {kind_, fmt::format("cannot {} {}: {}", what, shown_, std::strerror(code)), {}};
}

Result<SocketName> SocketName::look_up(const std::string& place, std::string shown, bool listens, int type, Error::Kind kind) {
  const size_t colon = place.rfind(':');
  if (colon == std::string::npos || colon + 1 == place.size())
    return Error{Error::Kind::usage, fmt::format("{} has no port", shown), "write HOST:PORT"};
  // getaddrinfo takes larger ones too, modulo 65536.
  const auto port = text::whole(std::string_view(place).substr(colon + 1));
  if (!port || *port > UINT16_MAX || (*port == 0 && !listens))
    return Error{Error::Kind::usage, fmt::format("{}: no port has that number", shown), "1 to 65535"};
  std::string host = place.substr(0, colon);
  if (host.size() > 1 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (host.empty() && !listens) return Error{Error::Kind::usage, fmt::format("{} has no host", shown), "write HOST:PORT"};
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = type;
  hints.ai_flags = (listens ? AI_PASSIVE : 0) | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int failed = getaddrinfo(host.empty() ? nullptr : host.c_str(), place.c_str() + colon + 1, &hints, &found);
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(failed ? nullptr : found, [](addrinfo* list) {
    if (list) freeaddrinfo(list);
  });
  if (failed == EAI_NONAME || failed == EAI_SERVICE)
    return Error{kind, fmt::format("{}: no such host, or a port that is no number", shown), {}};
  if (failed) return Error{kind, fmt::format("{}: {}", shown, gai_strerror(failed)), {}};
  SocketName made;
  made.shown_ = std::move(shown), made.type_ = type, made.kind_ = kind;
  for (const addrinfo* one = found; one; one = one->ai_next) {
    One address{{}, one->ai_addrlen};
    std::memcpy(&address.bytes, one->ai_addr, one->ai_addrlen);
    made.addresses_.push_back(address);
  }
  return made;
}

Result<SocketName> SocketName::tcp(const std::string& place, std::string shown, bool listens, Error::Kind kind) {
  return look_up(place, std::move(shown), listens, SOCK_STREAM, kind);
}

Result<SocketName> SocketName::udp(const std::string& place, std::string shown, bool listens, Error::Kind kind) {
  return look_up(place, std::move(shown), listens, SOCK_DGRAM, kind);
}

Result<SocketName> SocketName::local(const std::string& path, std::string shown, Error::Kind kind) {
  One address{{}, sizeof(sockaddr_un)};
  auto& local = reinterpret_cast<sockaddr_un&>(address.bytes);
  if (path.size() >= sizeof local.sun_path)
    return Error{Error::Kind::usage, fmt::format("{}: a socket's path has at most {} bytes", shown, sizeof local.sun_path - 1), {}};
  local.sun_family = AF_UNIX;
  std::memcpy(local.sun_path, path.c_str(), path.size() + 1);
  SocketName made;
  made.shown_ = std::move(shown), made.path_ = path, made.kind_ = kind;
  made.addresses_.push_back(address);
  return made;
}

Result<Descriptor> SocketName::connect(size_t which) const {
  const One& address = addresses_[which];
  const int fd = ::socket(address.bytes.ss_family, type_ | kFlags, 0);
  if (fd < 0) return error("connect to", errno);
  Descriptor made = Descriptor::socket(fd);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address.bytes), address.size) != 0 && errno != EINPROGRESS)
    return error("connect to", errno);
  return made;
}

int SocketName::connected(const Descriptor& socket) {
  int code = 0;
  socklen_t size = sizeof code;
  return getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &code, &size) == 0 ? code : errno;
}

// Is there a socket file at our path that nobody answers at?
bool SocketName::stale() const {
  struct stat info;
  if (path_.empty() || ::lstat(path_.c_str(), &info) != 0 || !S_ISSOCK(info.st_mode)) return false;
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | kFlags, 0);
  if (fd < 0) return false;
  const Descriptor owner = Descriptor::socket(fd);
  return ::connect(fd, reinterpret_cast<const sockaddr*>(&addresses_[0].bytes), addresses_[0].size) != 0 && errno == ECONNREFUSED;
}

Result<Descriptor> SocketName::listen_at(const One& address) const {
  const int fd = ::socket(address.bytes.ss_family, type_ | kFlags, 0);
  if (fd < 0) return error("listen at", errno);
  Descriptor made = Descriptor::socket(fd);
  const int yes = 1;
  if (path_.empty()) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address.bytes), address.size) != 0) return error("listen at", errno);
  if (type_ == SOCK_STREAM && ::listen(fd, kWaiting) != 0) return error("listen at", errno);
  return made;
}

Result<Descriptor> SocketName::listen() const {
  if (stale()) ::unlink(path_.c_str());
  auto made = listen_at(addresses_[0]);
  for (size_t i = 1; i < addresses_.size() && !made; ++i) made = listen_at(addresses_[i]);
  return made;
}

void SocketName::forget() const {
  if (!path_.empty()) ::unlink(path_.c_str());
}

ssize_t SocketName::accept(const Descriptor& listener, Descriptor& client, std::string& peer) {
  sockaddr_storage from{};
  socklen_t size = sizeof from;
  int fd;
  do {
    fd = ::accept4(listener.fd(), reinterpret_cast<sockaddr*>(&from), &size, kFlags);
  } while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
  if (fd < 0) return -errno;
  client = Descriptor::socket(fd);
  peer = show(from);
  return 0;
}

std::optional<uint32_t> SocketName::user_of(const Descriptor& socket) {
  ucred who{};
  socklen_t size = sizeof who;
  if (::getsockopt(socket.fd(), SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return std::nullopt;
  return who.uid;
}

void SocketName::hurry(const Descriptor& socket) {
  const int on = 1;
  ::setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

bool SocketName::of_this_machine() const {
  return std::all_of(addresses_.begin(), addresses_.end(), [](const One& one) {
    if (one.bytes.ss_family == AF_UNIX) return true;
    if (one.bytes.ss_family == AF_INET)
      return ntohl(reinterpret_cast<const sockaddr_in&>(one.bytes).sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    return one.bytes.ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6&>(one.bytes).sin6_addr);
  });
}

}  // namespace leat
