// AsJson: records of any format as JSON text, for the encoders that must look into them.
// Owner:   one encoder.   Thread: one.   Blocks: never.
// Fails:   a record nobody has checked yet and that is none: reported as malformed, with its place.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/codec/codec.h"

namespace leat {

class AsJson {
 public:
  // Before the records of another batch.
  void begin(const Batch& batch);
  // Appends the record as one compact line of JSON text. False: it was reported, and nothing was appended.
  bool append(const Slab& slab, uint32_t record, std::string& out, const Encoder::Fail& fail);
  // The same, good until the next call; null: it was reported.
  const std::string* text(const Slab& slab, uint32_t record, const Encoder::Fail& fail);
  // Does it read as what its format says? False: it was reported.
  bool check(const Slab& slab, uint32_t record, const Encoder::Fail& fail);

 private:
  FieldPlan nothing_;  // records are only checked
  const Format* format_ = nullptr;
  uint64_t number_ = 0;  // of format_
  std::unique_ptr<Reader> reader_;
  std::string text_;
};

}  // namespace leat
