#include "core/codec/as_json.h"

namespace leat {

void AsJson::begin(const Batch& batch) {
  const Slab& slab = batch.slab();
  if (slab.format->number() != number_) reader_ = slab.format->reader(nothing_);
  format_ = slab.format, number_ = format_->number();
  reader_->prepare(slab, batch.size());
}

namespace {

bool known(const Slab& slab, uint32_t record) { return record < slab.looked.size() && slab.looked[record] == Slab::kGood; }

}  // namespace

bool AsJson::check(const Slab& slab, uint32_t record, const Encoder::Fail& fail) {
  if (known(slab, record) || reader_->read(slab, record, nullptr)) return true;
  fail(record, {reader_->code(), reader_->reason()});
  return false;
}

bool AsJson::append(const Slab& slab, uint32_t record, std::string& out, const Encoder::Fail& fail) {
  if (reader_->append_json(slab, record, known(slab, record), out)) return true;
  fail(record, {reader_->code(), reader_->reason()});
  return false;
}

const std::string* AsJson::text(const Slab& slab, uint32_t record, const Encoder::Fail& fail) {
  text_.clear();
  return append(slab, record, text_, fail) ? &text_ : nullptr;
}

}  // namespace leat
