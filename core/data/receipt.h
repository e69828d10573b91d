// Frontier and Receipt: which part of a source has been delivered, so that no position is committed too early.
// Owner:   a source owns its frontier, which outlives its receipts; a receipt belongs to the batch, stage or outbox that holds it.
// Thread:  Frontier any. All handles of one receipt are on one side at a time (the lane that read it, later the turn),
//          so its count is a plain integer and the thread sanitizer is the guard.
// Blocks:  never (one small lock per batch, not per record).
// Fails:   a receipt dropped without deliver() means lost: success must be said, so abort is no more than destroying things.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace leat {

class Frontier {
 public:
  explicit Frontier(uint64_t start = 0) : committed_(start) {}

  uint64_t open(uint64_t end);  // a read that reaches `end`; answers its index
  void settle(uint64_t index, bool delivered);
  uint64_t committed() const;  // end of the contiguous delivered prefix; a lost entry stops it for good
  uint64_t pending() const;    // reads not settled yet
  uint64_t lost() const;

 private:
  enum class State : uint8_t { open, delivered, lost };
  struct Entry {
    uint64_t end;
    State state;
  };
  mutable std::mutex mutex_;
  std::deque<Entry> entries_;
  uint64_t first_ = 0;  // index of entries_.front()
  uint64_t committed_;
  uint64_t open_ = 0, lost_ = 0;
  bool stuck_ = false;  // a lost entry has been passed: nothing behind it may be committed
};

class Receipt {
 public:
  Receipt() = default;  // promises nothing
  Receipt(Frontier& frontier, uint64_t end);
  Receipt(Receipt&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  Receipt& operator=(Receipt&& other) noexcept {
    if (this != &other) release(), node_ = std::exchange(other.node_, nullptr);
    return *this;
  }
  ~Receipt() { release(); }

  Receipt share() const;
  void deliver() &&;                                // this holder's part is done
  static Receipt join(std::vector<Receipt> parts);  // one promise that settles all of them
  bool same(const Receipt& other) const { return node_ == other.node_; }
  explicit operator bool() const { return node_ != nullptr; }

 private:
  struct Node;
  explicit Receipt(Node* node) : node_(node) {}
  void release();  // without deliver(): lost
  void let_go(bool delivered);

  Node* node_ = nullptr;
};

// Receipts: the promises behind what a stage has kept, one share per batch and not per record.
class Receipts {
 public:
  void keep(const Receipt& receipt) {
    if (receipt && (kept_.empty() || !kept_.back().same(receipt))) kept_.push_back(receipt.share());
  }
  bool empty() const { return kept_.empty(); }
  size_t size() const { return kept_.size(); }
  void take(Receipts&& other);             // theirs join ours
  void share_into(Receipts& other) const;  // theirs and still ours
  void fold() {                            // into one promise, so that sharing them again and again is cheap
    if (kept_.size() > 1) kept_.push_back(join());
  }
  Receipt join() { return Receipt::join(std::exchange(kept_, {})); }  // one promise for all; nothing is kept afterwards
  void deliver();                                                     // nothing more is owed by this holder

 private:
  std::vector<Receipt> kept_;
};

}  // namespace leat
