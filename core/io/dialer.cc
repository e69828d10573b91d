#include "core/io/dialer.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <utility>

namespace leat {

Dialer::Dialer(Loop& loop, SocketName name, Retry retry, std::optional<Duration> timeout, OnConnected on_connected, OnFailed on_failed)
    : loop_(loop),
      name_(std::move(name)),
      retry_(retry),
      timeout_(timeout),
      on_connected_(std::move(on_connected)),
      on_failed_(std::move(on_failed)),
      random_(static_cast<unsigned>(std::chrono::steady_clock::now().time_since_epoch().count())) {
  timer_ = loop.timer([this] {
    if (dialing_) return tried(ETIMEDOUT);
    dial();
  });
}

void Dialer::dial() {
  address_ = 0;
  begin();
}

void Dialer::begin() {
  auto begun = name_.connect(address_);
  if (!begun) {
    if (++address_ < name_.addresses()) return begin();
    return failed(begun.error());
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
  failed(name_.error("connect to", code));
}

void Dialer::lost(Error error) { failed(std::move(error)); }

void Dialer::failed(Error error) {
  if (++failures_ >= retry_.attempts) return on_failed_(std::move(error), std::exchange(failures_, 0));
  const double most =
      std::min(static_cast<double>(retry_.max.count()),
               static_cast<double>(retry_.base.count()) * std::pow(2.0, static_cast<double>(std::min<uint64_t>(failures_ - 1, 60))));
  timer_->start(Duration(static_cast<int64_t>(std::uniform_real_distribution<double>(0, most)(random_))));
}

void Dialer::stop() {
  dialing_ = false;
  timer_->stop();
  channel_.close();
}

}  // namespace leat
