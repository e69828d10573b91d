// Outbox: the bytes that wait for one sink, in order, and the receipts owed at which byte of them.
// Owner:   its sink.   Thread: under the turn; no lock.   Blocks: never.
// Fails:   cannot; what waits is bounded by the gate its sink shuts.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "core/data/batch.h"

namespace leat {

class Outbox {
 public:
  // Bytes below this are gathered, so that a waiting sink never pins a 256 KiB slab for one record.
  static constexpr size_t kGather = 64 * 1024;

  std::string& tail() { return tail_; }         // append encoded bytes here, then owe()
  void put(SlabRef slab);                       // the slab's whole text, as it is
  void owe(Receipt receipt, uint64_t records);  // settled when every byte appended so far has been sent

  bool empty() const { return waiting_ == 0 && tail_.empty(); }
  size_t bytes() const { return waiting_ + tail_.size(); }
  std::string_view front();     // the next contiguous bytes to send; empty: none
  uint64_t sent(size_t bytes);  // of front(); answers how many records that delivered
  void clear();                 // lets everything go undelivered
  void let_go();                // the same, and nothing is owed for it any more

 private:
  struct Chunk {
    std::string text;
    SlabRef slab;
    std::string_view view() const { return slab ? slab->text() : std::string_view(text); }
  };
  struct Debt {
    uint64_t upto;
    Receipt receipt;
    uint64_t records;
  };
  void close_tail();

  std::deque<Chunk> chunks_;
  std::deque<Debt> debts_;
  std::string tail_;
  size_t waiting_ = 0;  // bytes in chunks_, less what of the first has been sent
  size_t offset_ = 0;   // sent of chunks_.front()
  uint64_t appended_ = 0, sent_ = 0;
};

}  // namespace leat
