#include "stages/source/connect.h"

#include <utility>

#include <fmt/format.h>

namespace leat {

Done ConnectSource::first() {
  dialer_ = std::make_unique<Dialer>(
      host().loop(), place_, how_.timeout, [this](Descriptor socket) { connected(std::move(socket)); },
      [this](Error error, std::string_view code) { failed(std::move(error), code); });
  dialer_->dial();
  return {};
}

void ConnectSource::connected(Descriptor socket) {
  backoff_.reset();
  {
    std::lock_guard lock(mutex_);
    arrived_ = std::move(socket);
  }
  host().wake();
}

void ConnectSource::failed(Error error, std::string_view code) {
  const Instant now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  if (const auto wait = backoff_.failed(now, code, error.text)) return dialer_->dial_after(*wait);
  if (backoff_.attempts() > 1) error.text += fmt::format(" ({} attempts)", backoff_.attempts());
  {
    std::lock_guard lock(mutex_);
    refused_ = std::move(error);
  }
  host().wake();
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
  host().loop().post([this] { failed({Error::Kind::io, fmt::format("{} closed the connection", place_.shown()), {}}, "closed"); });
  return Next::later;
}

bool ConnectSource::again(const Error& error) {
  if (!how_.forever) return false;
  host().note(error.text + ": connecting again");
  return true;
}

}  // namespace leat
