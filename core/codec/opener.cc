#include "core/codec/opener.h"

#include "core/data/envelopes.h"

namespace leat {

void Opener::begin(const Batch& batch) {
  if (!batch.slab().format->carries_envelope()) check_.begin(batch);
}

bool Opener::unchanged(const Slab& slab, uint32_t record, const Format& format) {
  if (slab.format != &format) return false;
  if (slab.envelopes.empty()) return true;
  return format.unpack(slab.record(record), parts_) && parts_.envelope == slab.envelopes[record];
}

const Parts* Opener::open(const Slab& slab, uint32_t record, const Encoder::Fail& fail) {
  if (!slab.format->carries_envelope() && !check_.check(slab, record, fail)) return nullptr;
  if (const Done done = take_apart(slab, record, parts_); !done) return fail(record, {"malformed", done.error().text}), nullptr;
  return &parts_;
}

}  // namespace leat
