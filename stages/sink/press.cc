#include "stages/sink/press.h"

#include <utility>

namespace leat {

namespace {
constexpr size_t kReceipts = 1024;  // records that are all refused give no bytes, but their receipts wait
}

void Press::put(SlabRef slab) {
  if (!deflate_) return outbox_.put(std::move(slab));
  deflate_->feed(slab->text(), outbox_.tail());
  given_ += slab->size();
}

void Press::owe(Receipt receipt, uint64_t records) {
  if (!deflate_) return outbox_.owe(std::move(receipt), records);
  press();
  held_.push_back({std::move(receipt), records});
  if (given_ >= kMost || held_.size() >= kReceipts) flush();
}

void Press::press() {
  if (plain_.empty()) return;
  deflate_->feed(plain_, outbox_.tail());
  given_ += plain_.size();
  plain_.clear();
}

void Press::flush() {
  if (!deflate_) return;
  if (std::exchange(given_, 0) > 0) deflate_->flush(outbox_.tail());
  release();
}

void Press::finish() {
  if (!deflate_ || std::exchange(finished_, true)) return;
  press();
  deflate_->finish(outbox_.tail());
  given_ = 0;
  release();
}

void Press::release() {
  for (Held& held : held_) outbox_.owe(std::move(held.receipt), held.records);
  held_.clear();
}

void Press::restart() {
  held_.clear();
  plain_.clear();
  given_ = 0;
  finished_ = false;
  deflate_ = make_deflate(how_);
}

void Press::let_go() {
  for (Held& held : held_) std::move(held.receipt).deliver();
  restart();
}

}  // namespace leat
