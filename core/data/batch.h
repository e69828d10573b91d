// Batch: the records travelling together through one turn: a slab, which of its records, and the promise to their source.
// Owner:   whoever holds it; moves, never copies. No heap object per record.
// Thread:  one at a time.   Blocks: never.
// Fails:   cannot; a bad record is reported through Turn::fail. Destroyed without let_go() its receipt counts as lost.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "core/data/receipt.h"
#include "core/data/slab.h"

namespace leat {

class Batch {
 public:
  Batch() = default;
  Batch(SlabRef slab, Receipt receipt, uint16_t origin) : slab_(std::move(slab)), receipt_(std::move(receipt)), origin_(origin) {}

  // Which input of the graph the records came from: a source, or the stateful stage that made them.
  uint16_t origin() const { return origin_; }
  void origin(uint16_t origin) { origin_ = origin; }

  Slab& slab() const { return *slab_; }
  const SlabRef& ref() const { return slab_; }
  const Receipt& receipt() const { return receipt_; }

  bool whole() const { return whole_; }
  size_t size() const { return !slab_ ? 0 : whole_ ? slab_->records.size() : chosen_.size(); }
  bool empty() const { return size() == 0; }
  uint32_t index(size_t i) const { return whole_ ? static_cast<uint32_t>(i) : chosen_[i]; }  // i-th chosen -> record of the slab
  std::string_view record(size_t i) const { return slab_->record(index(i)); }

  // f(record) for each chosen record of the slab, in order.
  template <class F>
  void each(F&& f) const {
    if (whole_)
      for (uint32_t i = 0, n = static_cast<uint32_t>(slab_->records.size()); i < n; ++i) f(i);
    else
      for (uint32_t i : chosen_) f(i);
  }

  // Keeps the records for which f(record) is true; the payload stays where it is.
  template <class F>
  void keep_if(F&& f) {
    if (whole_) {
      const auto n = static_cast<uint32_t>(slab_->records.size());
      uint32_t i = 0;
      while (i < n && f(i)) ++i;
      if (i == n) return;  // still whole: no selection is made for a batch that passes
      whole_ = false;
      chosen_.reserve(n);
      for (uint32_t kept = 0; kept < i; ++kept) chosen_.push_back(kept);
      for (++i; i < n; ++i)
        if (f(i)) chosen_.push_back(i);
      return;
    }
    size_t kept = 0;
    for (uint32_t i : chosen_)
      if (f(i)) chosen_[kept++] = i;
    chosen_.resize(kept);
  }

  Batch pick(std::vector<uint32_t> records) const;         // another selection of the same slab, receipt shared
  Batch share() const;                                     // the same selection for a second reader
  Batch with(SlabRef slab) const;                          // other bytes owed to the same source, everything chosen
  void become(SlabRef slab);                               // the same in place: what map does
  void move_to(SlabRef slab) { slab_ = std::move(slab); }  // a slab with the same records at the same places: what set does
  void clear() { whole_ = false, chosen_.clear(); }
  void let_go() { std::move(receipt_).deliver(), slab_ = {}; }  // nothing more is owed for it
  Receipt take_receipt() { return std::move(receipt_); }

 private:
  SlabRef slab_;
  Receipt receipt_;
  std::vector<uint32_t> chosen_;
  uint16_t origin_ = 0;
  bool whole_ = true;
};

}  // namespace leat
