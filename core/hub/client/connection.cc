#include "core/hub/client/connection.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace leat::hub::client {

using Steady = std::chrono::steady_clock;

namespace {

// A hub that turns us away so will do it again. After anything else the next attempt may be luckier.
bool for_good(std::string_view code) {
  return code == "version" || code == "name-taken" || code == "token" || code == "denied" || code == "protocol";
}

constexpr int kReads = 4;  // in a row, so that one hub does not hold up the loop

}  // namespace

Duration Connection::now() { return Steady::now().time_since_epoch(); }

Retry Connection::patient() {
  Retry retry;
  retry.attempts = Retry::kForever;
  retry.base = std::chrono::milliseconds(100);
  retry.max = std::chrono::seconds(5);
  return retry;
}

Connection::Connection(Loop& loop, SocketName place, Options options, Owner& owner)
    : loop_(loop),
      place_(std::move(place)),
      options_(std::move(options)),
      owner_(owner),
      random_(static_cast<uint64_t>(now().count()) ^ options_.session.producer),
      first_(options_.first, random_),
      again_(options_.again, random_),
      session_(options_.session) {
  dialer_ = std::make_unique<Dialer>(
      loop, place_, options_.timeout, [this](Descriptor socket) { connected(std::move(socket)); },
      [this](Error error, std::string_view code) { failed(std::move(error), code); });
  timer_ = loop.timer([this] { tick(); });
}

void Connection::open() {
  if (std::exchange(open_, true)) return;
  dialer_->dial();
}

void Connection::close() {
  open_ = false;
  dialer_->stop();
  timer_->stop();
  std::lock_guard lock(mutex_);
  channel_.close();
  session_.lost();
}

void Connection::connected(Descriptor socket) {
  if (!open_) return;
  {
    std::lock_guard lock(mutex_);
    channel_ = Channel(loop_, std::move(socket), [this](Watch::Event event) { this->event(event); });
    blocked_ = broken_ = false;
    session_.connected(now());
    send();
    if (!blocked_) channel_.await(true, false);
  }
  arm();
}

// Under the lock, on any thread. Whose write fails is told by the loop, as a read that fails.
void Connection::send() {
  while (channel_ && !blocked_ && !broken_) {
    const std::string_view next = session_.front();
    if (next.empty()) return;
    const ssize_t put = channel_.write(next.data(), next.size());
    if (put == Descriptor::kWait) {
      blocked_ = true;
      return channel_.await(true, true);
    }
    if (put < 0) {
      broken_ = true;
      const int code = static_cast<int>(-put);
      return loop_.post([this, code, alive = std::weak_ptr<int>(alive_)] {
        if (!alive.expired()) lost(std::strerror(code), "lost");
      });
    }
    session_.sent(static_cast<size_t>(put));
  }
}

void Connection::event(Watch::Event event) {
  Done done;
  std::string code = "lost";
  {
    std::lock_guard lock(mutex_);
    if (!channel_) return;
    blocked_ = false;
    done = read(code);
    if (done && event == Watch::Event::broken) done = Error{Error::Kind::io, "the connection is broken", {}};
    if (done) {
      send();
      if (!blocked_ && !broken_) channel_.await(true, false);
    }
  }
  told();
  if (!done) lost(done.error().text, code);
}

Done Connection::read(std::string& code) {
  for (int i = 0; i < kReads; ++i) {
    size_t room = 0;
    char* to = session_.room(room);
    const ssize_t got = channel_.read(to, room);
    if (got == Descriptor::kWait) return {};
    if (got <= 0) return Error{Error::Kind::io, got == 0 ? "it has closed the connection" : std::strerror(static_cast<int>(-got)), {}};
    if (Done done = session_.got(static_cast<size_t>(got), now()); !done) return code = session_.code(), done;
    if (static_cast<size_t>(got) < room) return {};
  }
  return {};
}

// What has come is the owner's, even of a connection that ends with it.
void Connection::told() {
  bool up = false;
  {
    std::lock_guard lock(mutex_);
    up = session_.state() == Session::State::up;
  }
  if (up && again_.attempts() + first_.attempts() > 0) {
    first_.reset(), again_.reset();
    if (std::exchange(told_lost_, false)) owner_.note(fmt::format("{}: connected again", place_.shown()));
  }
  welcomed_ |= up;
  arm();
  owner_.heard();
}

void Connection::tick() {
  Done done;
  std::string code;
  {
    std::lock_guard lock(mutex_);
    if (!channel_) return;
    done = session_.tick(now());
    if (!done) code = session_.code();
    send();
  }
  if (!done) return lost(done.error().text, code);
  arm();
}

void Connection::arm() {
  Duration due;
  {
    std::lock_guard lock(mutex_);
    if (!channel_) return;
    due = session_.due();
  }
  timer_->start(std::max(due - now(), Duration(std::chrono::milliseconds(10))));
}

void Connection::lost(const std::string& text, const std::string& code) {
  {
    std::lock_guard lock(mutex_);
    if (!channel_) return;
    channel_.close();
    session_.lost();
  }
  timer_->stop();
  failed({Error::Kind::io, fmt::format("{}: {}", place_.shown(), text), {}}, code);
}

void Connection::failed(Error error, std::string_view code) {
  if (!open_) return;
  Backoff& backoff = welcomed_ ? again_ : first_;
  const Instant at = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  const auto wait = backoff.failed(at, code, error.text);
  if (wait && !for_good(code)) {
    owner_.attempt_failed();
    if (!std::exchange(told_lost_, true)) owner_.note(fmt::format("{}: trying again", error.text));
    return dialer_->dial_after(*wait);
  }
  open_ = false;
  const uint64_t attempts = backoff.attempts();
  const Instant first = backoff.first();
  backoff.reset();
  if (attempts > 1) error.text += fmt::format(" ({} attempts)", attempts);
  owner_.gave_up(std::move(error), std::string(code), attempts, first, at);
}

}  // namespace leat::hub::client
