#include "core/hub/client/outgoing.h"

#include <algorithm>

#include "core/hub/message.h"

namespace leat::hub::client {

uint64_t Outgoing::publish(Publish message) {
  if (blocks_.empty() || blocks_.back().bytes.size() >= kBlock) blocks_.push_back({{}, next_});
  Block& block = blocks_.back();
  const size_t before = block.bytes.size();
  message.number = next_;
  write(message, block.bytes);
  block.ends.push_back(static_cast<uint32_t>(block.bytes.size()));
  bytes_ += block.bytes.size() - before;
  return next_++;
}

void Outgoing::control(const Frame& frame) { encode(frame, control_); }

void Outgoing::restart() {
  control_.clear();
  control_sent_ = at_ = offset_ = done_ = 0;
  open_ = false;
  skip();
  trim();
}

// Messages that were acknowledged before they went out again need not go.
void Outgoing::skip() {
  while (at_ < blocks_.size() && between()) {
    const Block& block = blocks_[at_];
    if (block.first + done_ <= acknowledged_) {
      done_ = static_cast<size_t>(std::min(acknowledged_, block.last()) - block.first + 1);
      offset_ = block.ends[done_ - 1];
    }
    if (done_ < block.ends.size() || at_ + 1 == blocks_.size()) return;
    ++at_;
    offset_ = done_ = 0;
  }
}

std::string_view Outgoing::front() {
  skip();
  const bool inside = at_ < blocks_.size() && !between();
  control_next_ = control_sent_ < control_.size() && !inside;
  if (control_next_) return std::string_view(control_).substr(control_sent_);
  if (at_ == blocks_.size() || (!open_ && !inside)) return {};
  const Block& block = blocks_[at_];
  if (done_ == block.ends.size()) return {};
  uint64_t upto = most_ < unacknowledged() ? acknowledged_ + most_ : published();
  if (inside) upto = control_.empty() && open_ ? std::max(upto, block.first + done_) : block.first + done_;
  if (upto < block.first + done_) return {};
  const uint32_t end = block.ends[std::min<uint64_t>(upto, block.last()) - block.first];
  return std::string_view(block.bytes).substr(offset_, end - offset_);
}

void Outgoing::sent(size_t bytes) {
  if (control_next_) {
    control_sent_ += bytes;
    if (control_sent_ < control_.size()) return;
    control_.clear();
    control_sent_ = 0;
    return;
  }
  offset_ += bytes;
  const Block& block = blocks_[at_];
  while (done_ < block.ends.size() && block.ends[done_] <= offset_) ++done_;
  skip();
  trim();
}

void Outgoing::acknowledged(uint64_t upto) {
  acknowledged_ = std::max(acknowledged_, std::min(upto, published()));
  skip();
  trim();
}

// Blocks that are behind us in both ways. The one that is being filled stays, but empty if it can be.
void Outgoing::trim() {
  while (!blocks_.empty() && blocks_.front().last() <= acknowledged_ && (at_ > 0 || done_ == blocks_.front().ends.size())) {
    bytes_ -= blocks_.front().bytes.size();
    blocks_.pop_front();
    if (at_ > 0)
      --at_;
    else
      offset_ = done_ = 0;
  }
}

void Outgoing::forget() { acknowledged(published()); }

}  // namespace leat::hub::client
