// Gather: the records a stage makes, collected to full slabs on their way out, with the receipts they owe.
// Owner:   the stage, for one call; what is left at its end is sent by send().   Thread: one.   Blocks: never.
// Fails:   cannot. Destroyed with records in it, their receipts count as lost.
#pragma once

#include <string_view>
#include <utility>

#include "core/stage/stage.h"

namespace leat {

class Gather {
 public:
  Gather(Turn& turn, Port port) : turn_(turn), port_(port) {}
  Gather(const Gather&) = delete;
  Gather& operator=(const Gather&) = delete;

  // The next record. Whoever makes it then adds to owed() what it owes.
  void add(std::string_view record) {
    if (slab_ && slab_->room() <= record.size()) send();
    if (!slab_) slab_ = turn_.slab();
    slab_->contiguous = true;
    slab_->add(record);
  }
  void add(std::string_view record, Envelope&& envelope) {
    add(record);
    slab_->envelopes.resize(slab_->records.size());
    slab_->envelopes.back() = std::move(envelope);
  }
  Receipts& owed() { return owed_; }
  bool owes_nothing() const { return owed_.empty(); }  // for the slab that is being filled

  void send() {
    if (!slab_) return;
    if (!slab_->envelopes.empty()) slab_->envelopes.resize(slab_->records.size());
    turn_.emit(port_, Batch(std::exchange(slab_, {}), owed_.join(), 0));
  }

 private:
  Turn& turn_;
  const Port port_;
  SlabRef slab_;
  Receipts owed_;
};

}  // namespace leat
