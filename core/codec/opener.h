// Opener: records of any format as artifacts, envelope and payload apart, for the encoders that write whole ones.
// Owner:   one encoder.   Thread: one.   Blocks: never.
// Fails:   a record that is not what its format says, checked by nobody before, is reported as malformed.
#pragma once

#include "core/codec/as_json.h"
#include "core/codec/codec.h"
#include "core/data/format.h"

namespace leat {

class Opener {
 public:
  // Before the records of another batch.
  void begin(const Batch& batch);
  // Is the record one of `format`, and its own envelope still what the slab says? Then its own bytes are what to write.
  bool unchanged(const Slab& slab, uint32_t record, const Format& format);
  // Good until the next call; null: it was reported.
  const Parts* open(const Slab& slab, uint32_t record, const Encoder::Fail& fail);

 private:
  AsJson check_;
  Parts parts_;
};

}  // namespace leat
