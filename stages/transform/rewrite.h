// rewrite: each record of a batch as other bytes, one for one, with the envelope it came with.
// Owner:   pure function.   Thread: the turn's.   Blocks: never.
// Fails:   per record: make() answers false and has told the turn why.
#pragma once

#include <string>
#include <utility>

#include "core/stage/stage.h"

namespace leat {

// make(record, text) appends the new JSON text of a record.
template <class Make>
void rewrite(Batch& batch, Turn& turn, Make&& make) {
  const Slab& from = batch.slab();
  SlabRef made = turn.slab();
  std::string text;
  batch.each([&](uint32_t record) {
    text.clear();
    if (!make(record, text)) return;
    made->add(text);
    if (!from.envelopes.empty()) made->envelopes.emplace_back(from.envelopes[record]).restate();
  });
  made->contiguous = true;
  batch.become(std::move(made));
}

}  // namespace leat
