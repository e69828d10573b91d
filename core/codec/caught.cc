#include "core/codec/caught.h"

#include "core/codec/json_format.h"
#include "core/codec/json_text.h"
#include "core/data/envelopes.h"

namespace leat {
void Caught::add(const Batch& batch) {
  if (batch.empty()) return;
  if (!records_) {
    records_ = pool_.take();
    records_->format = &json_format();
  }
  const Slab& slab = batch.slab();
  json_.begin(batch);
  std::string json;
  batch.each([&](uint32_t i) {
    json.clear();
    if (!json_.append(slab, i, json, [](uint32_t, Reason) {})) json::quote(slab.record(i), json);
    full_ |= records_->size() + json.size() > kMost;
    if (full_) return;
    records_->add(json);
    records_->envelopes.push_back(envelope_of(slab, i));
  });
}

std::string Caught::Part::text() const {
  if (!port_) return caught_.text().substr(bytes_);
  std::string lines;
  for (size_t i = 0; i < size(); ++i) (lines += record(i)) += '\n';
  return lines;
}

}  // namespace leat
