#include "core/data/receipt.h"

#include <utility>

namespace leat {

uint64_t Frontier::open(uint64_t end) {
  std::lock_guard lock(mutex_);
  entries_.push_back({end, State::open});
  ++open_;
  return first_ + entries_.size() - 1;
}

void Frontier::settle(uint64_t index, bool delivered) {
  std::lock_guard lock(mutex_);
  entries_[index - first_].state = delivered ? State::delivered : State::lost;
  --open_;
  if (!delivered) ++lost_;
  while (!entries_.empty() && entries_.front().state != State::open) {
    stuck_ |= entries_.front().state == State::lost;
    if (!stuck_) committed_ = entries_.front().end;
    entries_.pop_front();
    ++first_;
  }
}

uint64_t Frontier::committed() const {
  std::lock_guard lock(mutex_);
  return committed_;
}

uint64_t Frontier::pending() const {
  std::lock_guard lock(mutex_);
  return open_;
}

uint64_t Frontier::lost() const {
  std::lock_guard lock(mutex_);
  return lost_;
}

// Either one read of a frontier, or the joint promise over several receipts.
struct Receipt::Node {
  Frontier* frontier = nullptr;
  uint64_t index = 0;
  std::vector<Receipt> parts;
  uint32_t holders = 1;
  bool delivered = true;  // until one holder lets go without saying so
};

Receipt::Receipt(Frontier& frontier, uint64_t end) : node_(new Node{&frontier, frontier.open(end), {}, 1, true}) {}

Receipt Receipt::share() const {
  if (node_) ++node_->holders;
  return Receipt(node_);
}

void Receipt::deliver() && { let_go(true); }

void Receipt::release() { let_go(false); }

void Receipt::let_go(bool delivered) {
  Node* node = std::exchange(node_, nullptr);
  if (!node) return;
  node->delivered &= delivered;
  if (--node->holders > 0) return;
  if (node->frontier) node->frontier->settle(node->index, node->delivered);
  for (Receipt& part : node->parts) part.let_go(node->delivered);
  delete node;
}

Receipt Receipt::join(std::vector<Receipt> parts) {
  std::erase_if(parts, [](const Receipt& part) { return !part; });
  if (parts.empty()) return {};
  if (parts.size() == 1) return std::move(parts.front());
  return Receipt(new Node{nullptr, 0, std::move(parts), 1, true});
}

void Receipts::take(Receipts&& other) {
  if (kept_.empty())
    kept_.swap(other.kept_);
  else
    for (Receipt& receipt : other.kept_)
      if (!kept_.back().same(receipt))
        kept_.push_back(std::move(receipt));
      else
        std::move(receipt).deliver();  // our share of the same promise stands for both
  other.kept_.clear();
}

void Receipts::share_into(Receipts& other) const {
  for (const Receipt& receipt : kept_) other.keep(receipt);
}

void Receipts::deliver() {
  for (Receipt& receipt : kept_) std::move(receipt).deliver();
  kept_.clear();
}

}  // namespace leat
