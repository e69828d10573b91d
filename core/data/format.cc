#include "core/data/format.h"

#include <algorithm>

namespace leat {

uint32_t FieldPlan::slot(const Path& path) {
  const auto at = std::find(paths_.begin(), paths_.end(), path);
  if (at != paths_.end()) return static_cast<uint32_t>(at - paths_.begin());
  paths_.push_back(path);
  return width() - 1;
}

}  // namespace leat
