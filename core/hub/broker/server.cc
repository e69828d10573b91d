#include "core/hub/broker/server.h"

#include <sys/stat.h>

#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"

namespace leat::hub {

// One client's socket.
class Server::Connection final : public Wire {
 public:
  Connection(Server& server, size_t by, Descriptor socket) : acceptor(by), server_(server), socket_(std::move(socket)) {}

  bool open(Peer peer) {
    watch_ = server_.loop_.watch(socket_.fd(), false, [this](Watch::Event event) { happened(event); });
    if (!watch_) return false;
    session_ = &server_.broker_.attach(*this, std::move(peer));
    watch();
    return true;
  }

  ssize_t send(const iovec* parts, int count) override {
    const ssize_t put = socket_.send(parts, count);
    if (put == kWait && !std::exchange(waits_, true)) watch();
    return put;
  }

  void read(bool on) override {
    reads_ = on;
    watch();
  }

  void close() override {
    session_ = nullptr;
    watch_->stop();
    server_.gone_.push_back(this);
    server_.wake();
  }

  const size_t acceptor;  // by which it came

 private:
  void watch() {
    if (session_) watch_->want(reads_, waits_);
  }

  void happened(Watch::Event event) {
    if (!session_) return;
    const Instant now = server_.broker_.refresh();
    server_.wake();
    if (event == Watch::Event::broken) return server_.broker_.detach(*session_, "the connection broke");
    if (!reads_ && !waits_) return watch_->stop();  // it has hung up, and what it sent before is read when there is room again
    if (std::exchange(waits_, false)) {
      watch();
      session_->writable(now);
    }
    if (session_ && reads_) take(now);
  }

  void take(Instant now) {
    const Session::Room room = session_->room();
    const ssize_t got = socket_.read(room.at, room.size);
    if (got > 0) return session_->received(static_cast<size_t>(got), now);
    if (got == kWait) return;
    server_.broker_.detach(*session_, got == 0 ? "closed" : std::strerror(static_cast<int>(-got)));
  }

  Server& server_;
  Descriptor socket_;
  std::unique_ptr<Watch> watch_;
  Session* session_ = nullptr;
  bool reads_ = true, waits_ = false;
};

Server::Server(Loop& loop, Broker& broker, Options options, Broker::Note note)
    : loop_(loop), broker_(broker), options_(std::move(options)), note_(std::move(note)) {}

Server::~Server() = default;

namespace {

constexpr std::string_view kUnix = "unix-listen:", kTcp = "tcp-listen://";

Result<SocketName> place_of(const std::string& url) {
  const std::string_view text = url;
  if (text.starts_with(kUnix)) return SocketName::local(std::string(text.substr(kUnix.size())), url, Error::Kind::io);
  if (text.starts_with(kTcp)) return SocketName::tcp(std::string(text.substr(kTcp.size())), url, true, Error::Kind::io);
  return Error{Error::Kind::usage, fmt::format("{} is no place to listen at", text::quoted(url)),
               "unix-listen:PATH or tcp-listen://HOST:PORT"};
}

}  // namespace

Done Server::open() {
  for (const std::string& url : options_.listen) {
    auto place = place_of(url);
    if (!place) return place.error();
    if (!place->of_this_machine())
      return Error{Error::Kind::usage, fmt::format("{} can be reached from other machines, and what is said there can be listened to", url),
                   "listen at 127.0.0.1, and let a tunnel bring the others"};
    const bool local = !place->tcp();
    acceptors_.push_back(std::make_unique<Acceptor>(
        loop_, std::move(*place), options_.max_clients,
        [this, local, number = acceptors_.size()](Descriptor socket, const std::string& peer) {
          join(number, std::move(socket), peer, local);
        },
        note_));
    const mode_t before = ::umask(options_.for_others ? 0111 : 0177);
    const Done opened = acceptors_.back()->open();
    ::umask(before);
    if (!opened) return opened;
  }
  timer_ = loop_.timer([this] { pulse(); });
  loop_.work([this] { return turn(); });
  broker_.on_work([this] { loop_.wake(); });
  pulse();
  return {};
}

void Server::join(size_t acceptor, Descriptor socket, const std::string& peer, bool local) {
  Peer who{local ? "unix" : peer, local, 0};
  if (!local) SocketName::hurry(socket);
  if (const auto user = local ? SocketName::user_of(socket) : std::nullopt) {
    who.user = *user;
    who.address = fmt::format("unix user {}", *user);
  }
  if (connections_.size() >= options_.max_clients || !broker_.lets_try(who)) return acceptors_[acceptor]->left();
  auto made = std::make_unique<Connection>(*this, acceptor, std::move(socket));
  Connection* const connection = made.get();
  connections_.emplace(connection, std::move(made));
  if (connection->open(std::move(who))) return;
  connections_.erase(connection);
  acceptors_[acceptor]->left();
}

// What has come in this turn of the loop goes out in one call for each client.
bool Server::turn() {
  const bool more = broker_.flush();
  for (Connection* const connection : std::exchange(gone_, {})) {
    acceptors_[connection->acceptor]->left();
    connections_.erase(connection);
  }
  if (broker_.pulse() < armed_) timer_->start(armed_ = broker_.pulse());
  if (broker_.drain_asked() && on_drain_) std::exchange(on_drain_, nullptr)();
  return more;
}

void Server::pulse() {
  broker_.tick();
  loop_.wake();
  timer_->start(armed_ = broker_.pulse());
}

void Server::close() {
  for (const auto& acceptor : acceptors_) acceptor->close();
}

}  // namespace leat::hub
