#include "stages/sink/acked.h"

#include <utility>

namespace leat {

Done Acked::open(SinkHost& host) {
  host_ = &host;
  auto output = Descriptor::standard_output();
  if (!output) return output.error();
  channel_ = Channel(host.loop(), std::move(*output), [this](Watch::Event) {
    host_->post([this] {
      waits_ = false;
      write();
      if (idle() && when_idle_) when_idle_();
    });
  });
  return {};
}

void Acked::upto(uint64_t number) {
  if (gone_) return;
  next_ = number;
  write();
}

void Acked::write() {
  while (!waits_ && !idle()) {
    if (line_.empty()) line_ = std::to_string(std::exchange(next_, 0)) + "\n";
    const ssize_t put = channel_.write(line_.data(), line_.size());
    if (put == Descriptor::kWait) {
      waits_ = true;
      return channel_.await(false, true);
    }
    if (put < 0) {  // nobody reads it
      gone_ = true;
      next_ = 0;
      return line_.clear();
    }
    line_.erase(0, static_cast<size_t>(put));
  }
}

}  // namespace leat
