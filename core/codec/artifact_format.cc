#include "core/codec/artifact_format.h"

#include <algorithm>

#include "core/base/base64.h"
#include "core/base/text.h"
#include "core/codec/json_reader.h"
#include "core/codec/json_text.h"
#include "core/data/media.h"

namespace leat {

void payload_to_json(const artifact::View& view, std::string& out) {
  switch (media_of(view.media_type)) {
    case Media::json:
      if (view.payload.empty())
        out += "null";
      else
        json::compact(view.payload, out);
      return;
    case Media::text:
      json::quote(view.payload, out);
      return;
    case Media::other:
      out += '"';
      base64::encode(view.payload, out);
      out += '"';
  }
}

PayloadReader::PayloadReader(const FieldPlan& plan) : plan_(plan), json_(json_reader(plan, &payloads_)) {}
PayloadReader::~PayloadReader() = default;

void PayloadReader::prepare(const Slab& slab, size_t) {
  payloads_.assign(slab.records.size(), Span{});
  json_->prepare(slab, 0);  // one by one: what stands between two payloads is not JSON
}

bool PayloadReader::read(const Slab& slab, uint32_t record, Column* row) {
  artifact::View view;
  if (!find(slab, record, view)) return code_ = "malformed", false;
  if (media_of(view.media_type) != Media::json || view.payload.empty()) return fill(slab, record, view, row), true;
  const auto begin = static_cast<uint32_t>(view.payload.data() - slab.data());
  payloads_[record] = {begin, begin + static_cast<uint32_t>(view.payload.size())};
  if (json_->read(slab, record, row)) return true;
  reason_ = "payload: " + json_->reason();
  code_ = json_->code();
  return false;
}

// No JSON to walk through: a string, or nothing at all.
void PayloadReader::fill(const Slab& slab, uint32_t record, const artifact::View& view, Column* row) const {
  using Kind = Column::Kind;
  const Span whole = slab.records[record];
  const bool null = media_of(view.media_type) == Media::json;
  Column column{whole.begin, whole.end - whole.begin, null ? Kind::null : Kind::string, null ? Column::Form::plain : Column::Form::foreign};
  if (media_of(view.media_type) == Media::text && text::utf8(view.payload)) {
    column.begin = view.payload.empty() ? whole.begin : static_cast<uint32_t>(view.payload.data() - slab.data());
    column.size = static_cast<uint32_t>(view.payload.size());
    column.form = Column::Form::plain;
  }
  for (uint32_t slot = 0; slot < plan_.width(); ++slot) {
    if (plan_.paths()[slot].empty())
      row[slot] = column;
    else
      row[slot] = null ? Column{} : Column{whole.begin, static_cast<uint32_t>(Kind::string), Kind::wrong, Column::Form::plain};
  }
}

}  // namespace leat
