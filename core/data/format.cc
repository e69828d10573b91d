#include "core/data/format.h"

#include <algorithm>
#include <atomic>

namespace leat {
namespace {

std::atomic<uint64_t> formats{0};

}  // namespace

Format::Format() : number_(++formats) {}

bool Reader::append_json(const Slab& slab, uint32_t record, bool known, std::string& out) {
  if (!known && !read(slab, record, nullptr)) return false;
  slab.format->to_json(slab.record(record), out);
  return true;
}

uint32_t FieldPlan::slot(const Path& path) {
  const auto at = std::find(paths_.begin(), paths_.end(), path);
  if (at != paths_.end()) return static_cast<uint32_t>(at - paths_.begin());
  paths_.push_back(path);
  return width() - 1;
}

Done Format::unpack(std::string_view record, Parts& parts) const {
  parts.envelope = {};
  parts.envelope.media_type = media_type();
  parts.payload = record;
  if (!media_type().empty()) return {};
  parts.envelope.media_type = "application/json";
  parts.scratch.clear();
  to_json(record, parts.scratch);
  parts.payload = parts.scratch;
  return {};
}

}  // namespace leat
