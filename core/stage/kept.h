// Kept: one record on its own with all that travels with it, for a stage that keeps few of many or lets them go one by one. Resend makes
// batches of such records again, Waiting lines them up by a moment.
// Owner:   the stage.   Thread: under the turn.   Blocks: never.
// Fails:   cannot; who keeps bounds. Destroyed without leaving by a Resend or let_go(), its receipt counts as lost.
//
// The bytes are a copy, so that a lone record never pins the block it came in.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/stage/backlog.h"
#include "core/stage/stage.h"

namespace leat {

class Kept {
 public:
  Kept() = default;
  Kept(const Batch& batch, uint32_t record);

  std::string_view record() const { return bytes_; }
  size_t cost() const;  // bytes of memory with all that travels with it, whatever batch it came in: what a bound in bytes counts
  const Envelope* envelope() const { return envelope_.get(); }  // null: records have none
  const Receipt& receipt() const { return receipt_; }
  void to_json(std::string& out) const { format_->to_json(bytes_, out); }  // as Format does; of a record that has been read
  uint16_t origin() const { return origin_; }
  void let_go() { std::move(receipt_).deliver(); }  // it will go nowhere, and nothing more is owed for it

 private:
  friend class Resend;
  std::string bytes_;
  const Original* original_ = nullptr;  // what it was before, and
  std::string as_it_came_;              // its bytes then; empty without an original
  const Format* format_ = nullptr;
  const std::string* source_ = nullptr;
  std::shared_ptr<const void> keeper_;
  uint64_t position_ = 0;
  std::unique_ptr<Envelope> envelope_;
  Receipt receipt_;
  uint16_t origin_ = 0;
};

// For one call; send() before it ends.
class Resend {
 public:
  explicit Resend(Turn& turn, Port port = kOut) : turn_(turn), port_(port) {}
  Resend(const Resend&) = delete;
  Resend& operator=(const Resend&) = delete;

  void add(Kept&& record);
  void send();

 private:
  bool joins(const Kept& record) const;

  Turn& turn_;
  const Port port_;
  SlabRef slab_;
  Receipts owed_;
  uint16_t origin_ = 0;
};

class Waiting {
 public:
  explicit Waiting(Room most) : most_(most) {}

  void put(Instant due, Kept&& record);  // behind all that are due no later
  bool empty() const { return line_.empty(); }
  size_t records() const { return line_.size(); }
  size_t bytes() const { return bytes_; }
  Instant first() const { return line_.begin()->first; }
  Kept pop();
  // Whoever brings records pauses from when there is no room until half of it is free again. What had been read already is kept too.
  void hold(Turn& turn);

 private:
  const Room most_;
  std::multimap<Instant, Kept> line_;
  size_t bytes_ = 0;
  bool holds_ = false;
};

}  // namespace leat
