#include "core/data/batch.h"

namespace leat {

Batch Batch::pick(std::vector<uint32_t> records) const {
  Batch batch(slab_, receipt_.share(), origin_);
  batch.whole_ = false;
  batch.chosen_ = std::move(records);
  return batch;
}

Batch Batch::share() const {
  Batch batch(slab_, receipt_.share(), origin_);
  batch.whole_ = whole_;
  batch.chosen_ = chosen_;
  return batch;
}

Batch Batch::with(SlabRef slab) const { return Batch(std::move(slab), receipt_.share(), origin_); }

void Batch::become(SlabRef slab) {
  slab_ = std::move(slab);
  whole_ = true;
  chosen_.clear();
}

}  // namespace leat
