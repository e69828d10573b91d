// relabel: the records of a batch with other envelopes, the payloads as they are, to the byte.
// Owner:   pure function.   Thread: the turn's.   Blocks: never.
// Fails:   per record: write() answers false and has told the turn why.
#pragma once

#include <utility>

#include "core/stage/stage.h"

namespace leat {

// write(record, envelope) makes of the record's envelope the one it goes on with.
template <class Write>
void relabel(Batch& batch, Turn& turn, Write&& write) {
  // Another branch may hold the same slab and must not see what this one writes. The payloads are copied with it, which
  // costs little beside the envelopes; columns that have been read stay good.
  SlabRef copy = turn.slab();
  const Slab& slab = batch.slab();
  copy->append(slab.text());
  copy->records = slab.records;
  copy->columns = slab.columns;
  copy->looked = slab.looked;
  copy->width = slab.width;
  copy->offsets = slab.offsets;
  copy->packed = slab.packed;
  copy->offset = slab.offset;
  copy->resemble(slab);
  copy->contiguous = slab.contiguous;
  copy->envelopes.resize(slab.records.size());
  batch.keep_if([&](uint32_t record) {
    Envelope envelope = record < slab.envelopes.size() ? slab.envelopes[record] : Envelope();
    if (!write(record, envelope)) return false;
    copy->envelopes[record] = std::move(envelope);
    return true;
  });
  batch.move_to(std::move(copy));
}

}  // namespace leat
