#include "core/io/dialer.h"

#include <cerrno>
#include <utility>

namespace leat {

Dialer::Dialer(Loop& loop, SocketName name, std::optional<Duration> timeout, OnConnected on_connected, OnFailed on_failed)
    : loop_(loop), name_(std::move(name)), timeout_(timeout), on_connected_(std::move(on_connected)), on_failed_(std::move(on_failed)) {
  timer_ = loop.timer([this] {
    if (dialing_) return tried(ETIMEDOUT);
    dial();
  });
}

void Dialer::dial() {
  address_ = 0;
  begin();
}

void Dialer::dial_after(Duration wait) { timer_->start(wait); }

void Dialer::begin() {
  auto begun = name_.connect(address_);
  if (!begun) {
    if (++address_ < name_.addresses()) return begin();
    return on_failed_(begun.error(), "connect");
  }
  dialing_ = true;
  channel_ = Channel(loop_, std::move(*begun), [this](Watch::Event) { tried(SocketName::connected(channel_.descriptor())); });
  channel_.await(false, true);
  if (timeout_) timer_->start(*timeout_);
}

void Dialer::tried(int code) {
  dialing_ = false;
  timer_->stop();
  if (code == 0) {
    Descriptor socket = std::move(channel_.descriptor());
    channel_.close();
    return on_connected_(std::move(socket));
  }
  channel_.close();
  if (++address_ < name_.addresses()) return begin();
  on_failed_(name_.error("connect to", code), code == ETIMEDOUT ? "timeout" : "connect");
}

void Dialer::stop() {
  dialing_ = false;
  timer_->stop();
  channel_.close();
}

}  // namespace leat
