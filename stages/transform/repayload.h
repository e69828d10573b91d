// repayload: the records of a batch as artifacts with other payloads, one for one. Bytes that are no JSON and no line are at home in these.
// Owner:   pure function.   Thread: the turn's.   Blocks: never.
// Fails:   per record: with the reason that make() answers.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "core/data/artifact.h"
#include "core/data/envelopes.h"
#include "core/stage/stage.h"

namespace leat {

// make(envelope, payload, out) writes the new payload, and to the envelope what it is now.
template <class Make>
void repayload(Batch& batch, Turn& turn, const Format& artifacts, Make&& make) {
  const Slab& from = batch.slab();
  SlabRef made = turn.slab();
  made->format = &artifacts, made->source = from.source, made->keeper = from.keeper;
  Parts parts;
  std::string payload, message;
  batch.each([&](uint32_t record) {
    payload.clear(), message.clear();
    if (const Done done = take_apart(from, record, parts); !done) return void(turn.fail(record, {"malformed", done.error().text}));
    if (auto why = make(parts.envelope, parts.payload, payload)) return void(turn.fail(record, std::move(*why)));
    if (const Done done = artifact::encode(parts.envelope, payload, message); !done)
      return void(turn.fail(record, {"encode", done.error().text}));
    const uint32_t begin = made->size();
    made->append(message);
    made->records.push_back({begin, made->size()});
    made->envelopes.push_back(std::move(parts.envelope));
    if (from.source) made->offsets.push_back(from.position(record));
  });
  batch.become(std::move(made));
}

}  // namespace leat
