#include "core/io/outbox.h"

#include <utility>

namespace leat {

void Outbox::close_tail() {
  if (tail_.empty()) return;
  waiting_ += tail_.size();
  appended_ += tail_.size();
  chunks_.push_back({std::exchange(tail_, {}), {}});
}

void Outbox::put(SlabRef slab) {
  if (slab->size() < kGather) {
    tail_ += slab->text();
    return;
  }
  close_tail();
  waiting_ += slab->size();
  appended_ += slab->size();
  chunks_.push_back({{}, std::move(slab)});
}

void Outbox::owe(Receipt receipt, uint64_t records) { debts_.push_back({appended_ + tail_.size(), std::move(receipt), records}); }

std::string_view Outbox::front() {
  if (chunks_.empty()) close_tail();
  return chunks_.empty() ? std::string_view() : chunks_.front().view().substr(offset_);
}

uint64_t Outbox::sent(size_t bytes) {
  sent_ += bytes;
  waiting_ -= bytes;
  offset_ += bytes;
  if (!chunks_.empty() && offset_ == chunks_.front().view().size()) {
    // The buffer of a gathered chunk is used again: no allocation per write.
    if (!chunks_.front().slab && tail_.empty()) (tail_ = std::move(chunks_.front().text)).clear();
    chunks_.pop_front();
    offset_ = 0;
  }
  uint64_t records = 0;
  while (!debts_.empty() && debts_.front().upto <= sent_) {
    records += debts_.front().records;
    std::move(debts_.front().receipt).deliver();
    debts_.pop_front();
  }
  return records;
}

void Outbox::let_go() {
  for (Debt& debt : debts_) std::move(debt.receipt).deliver();
  clear();
}

void Outbox::clear() {
  chunks_.clear();
  debts_.clear();
  tail_.clear();
  waiting_ = offset_ = 0;
  sent_ = appended_;
}

}  // namespace leat
