#include "stages/catalog.h"

#include <algorithm>

namespace leat {

std::span<const StageSpec* const> stage_catalog() {
  static constexpr const StageSpec* kAll[] = {
      &kFilter,  &kMap,      &kSet,   &kStamp,   &kDedupe, &kSample,    &kTake,   &kSkip, &kBatch,  &kBuffer,
      &kUnbatch, &kExec,     &kHttp,  &kFlatten, &kParse,  &kExpect,    &kRedact, &kSeal, &kOpen,   &kSign,
      &kVerify,  &kChecksum, &kRoute, &kSwitch,  &kSplit,  &kPartition, &kMerge,  &kJoin, &kLookup, &kThrottle,
      &kRate,    &kDebounce, &kDelay, &kMonitor, &kLog,    &kAbsent,    &kSort,   &kTopK, &kWindow,
  };
  return kAll;
}

const StageSpec* find_stage(std::string_view name) {
  const auto all = stage_catalog();
  const auto at = std::find_if(all.begin(), all.end(), [&](const StageSpec* spec) { return spec->name == name; });
  return at == all.end() ? nullptr : *at;
}

}  // namespace leat
