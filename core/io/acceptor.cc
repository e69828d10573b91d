#include "core/io/acceptor.h"

#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace leat {

namespace {
constexpr auto kPause = std::chrono::milliseconds(100);
}

Acceptor::Acceptor(Loop& loop, SocketName place, uint64_t most, OnClient on_client, OnNote on_note)
    : loop_(loop), place_(std::move(place)), most_(most), on_client_(std::move(on_client)), on_note_(std::move(on_note)) {}

Done Acceptor::open() {
  auto listening = place_.listen();
  if (!listening) return listening.error();
  listener_ = Channel(loop_, std::move(*listening), [this](Watch::Event) { accept(); });
  again_ = loop_.timer([this] { accept(); });
  listener_.await(true, false);
  return {};
}

void Acceptor::accept() {
  while (listener_ && here_ < most_) {
    Descriptor socket;
    std::string peer;
    const ssize_t answer = SocketName::accept(listener_.descriptor(), socket, peer);
    if (answer == Descriptor::kWait) return listener_.await(true, false);
    if (answer < 0) {
      if (!std::exchange(told_, true))
        on_note_(fmt::format("{}: cannot take one more client: {}", place_.shown(), std::strerror(static_cast<int>(-answer))));
      return again_->start(kPause);
    }
    told_ = false;
    ++here_;
    on_client_(std::move(socket), peer);
  }
}

void Acceptor::left() {
  loop_.post([this] {
    const bool full = here_-- == most_;
    if (full && listener_) accept();
  });
}

void Acceptor::close() {
  loop_.post([this] { shut(); });
}

void Acceptor::shut() {
  if (!listener_) return;
  again_->stop();
  listener_.close();
  place_.forget();
}

}  // namespace leat
