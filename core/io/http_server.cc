#include "core/io/http_server.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace leat {
namespace {

constexpr std::string_view kEnd = "\r\n\r\n";

// What a head asks for; nothing: it is none of HTTP/1.
struct Request {
  std::string_view method, path;
  bool close = false;
};

std::string_view cut(std::string_view& rest, std::string_view at) {
  const size_t found = rest.find(at);
  const std::string_view front = rest.substr(0, found);
  rest.remove_prefix(found == rest.npos ? rest.size() : found + at.size());
  return front;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::optional<Request> read(std::string_view head) {
  std::string_view line = cut(head, "\r\n");
  Request made;
  made.method = cut(line, " ");
  std::string_view target = cut(line, " ");
  made.path = cut(target, "?");
  if (made.method.empty() || !made.path.starts_with('/') || (line != "HTTP/1.1" && line != "HTTP/1.0")) return std::nullopt;
  made.close = line == "HTTP/1.0";
  while (!head.empty()) {
    std::string_view value = cut(head, "\r\n");
    const std::string name = lower(cut(value, ":"));
    const std::string said = lower(value);
    if (name == "connection") made.close |= said.find("close") != said.npos;
    // Nothing that is answered here comes with a body, and what stands behind one would be taken for the next request.
    if (name == "transfer-encoding" || (name == "content-length" && said.find_first_not_of(" 0") != said.npos)) made.close = true;
  }
  return made;
}

std::string_view words(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return "Status";
  }
}

HttpServer::Answer plain(int status) { return {status, std::string(HttpServer::kText), fmt::format("{}\n", words(status))}; }

}  // namespace

class HttpServer::Connection {
 public:
  Connection(HttpServer& server, Descriptor socket)
      : server_(server),
        channel_(server.loop_, std::move(socket), [this](Watch::Event event) { happened(event); }),
        timer_(server.loop_.timer([this] { server_.gone(this); })) {}

  void open() {
    timer_->start(server_.patience_);
    channel_.await(true, false);
  }

 private:
  void happened(Watch::Event event) {
    if (event == Watch::Event::broken || !go_on()) server_.gone(this);
  }

  // False: it is over.
  bool go_on() {
    for (;;) {
      if (!out_.empty()) {
        if (!write()) return false;
        if (!out_.empty()) return channel_.await(false, true), true;
        timer_->start(server_.patience_);
        if (last_) ::shutdown(channel_.descriptor().fd(), SHUT_WR);  // and what still comes is read: else the answer may be lost with it
      }
      if (!last_ && answer()) continue;
      std::array<char, 4096> bytes;
      const ssize_t got = channel_.read(bytes.data(), bytes.size());
      if (got == Descriptor::kWait) return channel_.await(true, false), true;
      if (got <= 0) return false;
      if (!last_) in_.append(bytes.data(), static_cast<size_t>(got));
    }
  }

  bool write() {
    const ssize_t put = channel_.write(out_.data(), out_.size());
    if (put < 0) return put == Descriptor::kWait;
    out_.erase(0, static_cast<size_t>(put));
    return true;
  }

  // The next request, if it is whole, or will never be.
  bool answer() {
    const size_t end = in_.find(kEnd);
    if (end == in_.npos && in_.size() <= kHead) return false;
    if (end == in_.npos || end > kHead) return say(plain(431), true, false), true;
    const auto request = read(std::string_view(in_).substr(0, end + 2));
    if (!request) return say(plain(400), true, false), true;
    const bool head = request->method == "HEAD";
    if (!head && request->method != "GET") return say(plain(405), true, false), true;
    const auto page = server_.pages_.find(request->path);
    say(page == server_.pages_.end() ? plain(404) : page->second(), request->close, head);
    in_.erase(0, end + kEnd.size());
    return true;
  }

  void say(const Answer& answer, bool last, bool head) {
    last_ = last;
    out_ = fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n{}{}\r\n", answer.status,
                       words(answer.status), answer.type, answer.body.size(), answer.status == 405 ? "Allow: GET, HEAD\r\n" : "",
                       last ? "Connection: close\r\n" : "");
    if (!head) out_ += answer.body;
  }

  HttpServer& server_;
  Channel channel_;
  const std::unique_ptr<Timer> timer_;
  std::string in_, out_;
  bool last_ = false;  // no other request is answered
};

HttpServer::HttpServer(Loop& loop, SocketName place, Pages pages, Acceptor::OnNote note, Duration patience)
    : loop_(loop),
      place_(std::move(place)),
      pages_(std::move(pages)),
      patience_(patience),
      acceptor_(
          loop, place_, kConnections,
          [this](Descriptor socket, const std::string&) {
            auto made = std::make_unique<Connection>(*this, std::move(socket));
            Connection& connection = *connections_.emplace(made.get(), std::move(made)).first->second;
            connection.open();
          },
          std::move(note)) {}

HttpServer::~HttpServer() = default;

Done HttpServer::open() {
  if (!place_.of_this_machine())
    return Error{Error::Kind::usage,
                 fmt::format("{} can be reached from other machines, and everybody there could read it", place_.shown()),
                 "listen at 127.0.0.1, and let a proxy bring the others"};
  return acceptor_.open();
}

// It may be one of its own functions that says so.
void HttpServer::gone(Connection* connection) {
  loop_.post([this, connection, alive = std::weak_ptr<int>(alive_)] {
    if (alive.expired() || connections_.erase(connection) == 0) return;
    acceptor_.left();
  });
}

}  // namespace leat
