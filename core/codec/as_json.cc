#include "core/codec/as_json.h"

namespace leat {

void AsJson::begin(const Batch& batch) {
  const Slab& slab = batch.slab();
  if (slab.format->number() != number_) reader_ = slab.format->reader(nothing_);
  format_ = slab.format, number_ = format_->number();
  reader_->prepare(slab, batch.size());
}

bool AsJson::check(const Slab& slab, uint32_t record, const Encoder::Fail& fail) {
  if (record < slab.looked.size() && slab.looked[record] == Slab::kGood) return true;
  if (reader_->read(slab, record, nullptr)) return true;
  fail(record, {reader_->code(), reader_->reason()});
  return false;
}

const std::string* AsJson::text(const Slab& slab, uint32_t record, const Encoder::Fail& fail) {
  if (!check(slab, record, fail)) return nullptr;
  text_.clear();
  format_->to_json(slab.record(record), text_);
  return &text_;
}

}  // namespace leat
