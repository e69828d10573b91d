#include "stages/sink/udp.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace leat {

namespace {
constexpr size_t kMost = 65507;  // an IPv4 datagram's payload
}

Done UdpSink::open(SinkHost& host) {
  host_ = &host;
  gate_ = std::make_unique<Gate>(host);
  auto made = place_.connect(0);
  if (!made) return made.error();
  channel_ = Channel(host.loop(), std::move(*made), [this](Watch::Event) {
    host_->post([this] {
      if (std::exchange(blocked_, false)) send();
    });
  });
  return {};
}

void UdpSink::take(Batch&& batch, Turn& turn) {
  batch.each([&](uint32_t record) {
    std::string bytes;
    bool well = true;
    Batch one = batch.pick({record});
    encoder_->encode(one, bytes, [&](uint32_t failed, Reason reason) { well = turn.fail(failed, std::move(reason)); });
    one.let_go();
    if (well && bytes.size() > kMost)
      well = turn.fail(record, {"limit", fmt::format("{} bytes are more than a datagram holds", bytes.size())});
    if (!well) return;
    bytes_ += bytes.size();
    waiting_.push_back({std::move(bytes), batch.receipt().share()});
  });
  batch.let_go();
  send();
}

void UdpSink::send() {
  uint64_t sent = 0;
  while (!blocked_ && !waiting_.empty()) {
    const ssize_t put = channel_.write(waiting_.front().bytes.data(), waiting_.front().bytes.size());
    if (put == Descriptor::kWait || put == -ENOBUFS) {
      blocked_ = true;
      channel_.await(false, true);
      break;
    }
    // Refused means that an earlier datagram found nobody there: it is gone, and this one was not sent.
    if (put == -ECONNREFUSED) continue;
    if (put < 0) {
      abandon();
      return host_->failed({Error::Kind::io, fmt::format("cannot write {}: {}", name(), std::strerror(static_cast<int>(-put))), {}});
    }
    bytes_ -= waiting_.front().bytes.size();
    std::move(waiting_.front().receipt).deliver();
    waiting_.pop_front();
    ++sent;
  }
  if (sent > 0) host_->delivered(sent);
  gate_->update(bytes_);
  if (idle()) host_->idle();
}

void UdpSink::finish() {
  finished_ = true;
  send();
}

void UdpSink::abandon() {
  waiting_.clear();
  bytes_ = 0;
  channel_.close();
  if (gate_) gate_->update(0);
}

}  // namespace leat
