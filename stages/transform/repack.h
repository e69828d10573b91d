// repack: the records of a batch in slabs of their own, some with other bytes and the others as they came.
// Owner:   pure function.   Thread: the turn's.   Blocks: never.
// Fails:   per record: make() answers `gone` and has told the turn why.
#pragma once

#include <string>
#include <utility>

#include "core/stage/stage.h"

namespace leat {

enum class Repacked : uint8_t { same, changed, gone };

// make(record, text) appends the new JSON text of a record that changes. JSON stays among JSON; of other formats, which have their own
// words for what did not change, each run of like records leaves in a slab of its own, in order.
template <class Make>
void repack(Batch& batch, Turn& turn, Make&& make) {
  const SlabRef held = batch.ref();
  const Slab& from = *held;
  const bool mixed = !from.original && !from.format->carries_envelope() && from.format->media_type() == "application/json";
  SlabRef made;
  Repacked kind = Repacked::gone;  // of what is in it
  std::string text;
  const auto begin = [&](Repacked next) {
    if (made) turn.pass(batch.with(std::exchange(made, {})));
    made = turn.slab();
    const Format* lines = made->format;
    if (mixed || next == Repacked::same)
      made->resemble(from);
    else
      made->source = from.source, made->keeper = from.keeper;
    made->contiguous = made->format == lines && !made->original;
    kind = next;
  };
  batch.each([&](uint32_t record) {
    text.clear();
    const Repacked next = make(record, text);
    if (next == Repacked::gone) return;
    if (!made || (next != kind && !mixed)) begin(next);
    if (next == Repacked::changed)
      made->add(text);
    else
      made->add(from, record);
    if (from.source) made->offsets.push_back(from.position(record));
    if (from.envelopes.empty()) return;
    Envelope& envelope = made->envelopes.emplace_back(from.envelopes[record]);
    if (next == Repacked::changed) envelope.restate();
  });
  if (!made) return batch.clear();
  batch.become(std::move(made));
}

}  // namespace leat
