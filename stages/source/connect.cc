#include "stages/source/connect.h"

#include <utility>

#include <fmt/format.h>

namespace leat {

Done ConnectSource::first() {
  dialer_ = std::make_unique<Dialer>(
      host().loop(), place_, how_.retry, how_.timeout,
      [this](Descriptor socket) {
        {
          std::lock_guard lock(mutex_);
          arrived_ = std::move(socket);
        }
        dialer_->proved();
        host().wake();
      },
      [this](Error error, uint64_t attempts) {
        {
          std::lock_guard lock(mutex_);
          if (attempts > 1) error.text += fmt::format(" ({} attempts)", attempts);
          refused_ = std::move(error);
        }
        host().wake();
      });
  dialer_->dial();
  return {};
}

StreamSource::Next ConnectSource::next() {
  std::lock_guard lock(mutex_);
  if (refused_) {
    if (connected_) refused_->kind = Error::Kind::io;
    return fail(std::move(*refused_));
  }
  if (arrived_) {
    connected_ = true;
    dialling_ = false;
    begin(place_.shown(), *std::exchange(arrived_, std::nullopt));
    return Next::stream;
  }
  if (dialling_) return Next::later;
  if (!how_.forever) return Next::none;
  dialling_ = true;
  host().loop().post([this] { dialer_->lost({Error::Kind::io, fmt::format("{} closed the connection", place_.shown()), {}}); });
  return Next::later;
}

bool ConnectSource::again(const Error& error) {
  if (!how_.forever) return false;
  host().note(error.text + ": connecting again");
  return true;
}

}  // namespace leat
