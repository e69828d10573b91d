#include "stages/catalog.h"

#include <algorithm>

namespace leat {

std::span<const StageSpec* const> stage_catalog() {
  static constexpr const StageSpec* kAll[] = {
      // One a line.
      &kFilter,    &kMap,      &kSet,  &kDedupe,   &kSample, &kTake,    &kSkip,  &kBatch,  &kBuffer, &kUnbatch, &kRoute,  &kSwitch, &kSplit,
      &kPartition, &kThrottle, &kRate, &kDebounce, &kWindow, &kFlatten, &kParse, &kExpect, &kSort,   &kTopK,    &kLookup, &kJoin,
  };
  return kAll;
}

const StageSpec* find_stage(std::string_view name) {
  const auto all = stage_catalog();
  const auto at = std::find_if(all.begin(), all.end(), [&](const StageSpec* spec) { return spec->name == name; });
  return at == all.end() ? nullptr : *at;
}

}  // namespace leat
