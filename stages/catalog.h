// Catalog: every stage a user can name, in the order help lists them.
// Owner:   constant data.   Thread: any.   Blocks: never.   Fails: an unknown name answers null.
#pragma once

#include <span>
#include <string_view>

#include "core/stage/stage.h"

namespace leat {

// Each is defined at the end of its own file.
extern const StageSpec kDedupe, kFilter, kMap, kSample, kTake, kSkip, kBatch, kBuffer, kUnbatch, kRoute, kSet, kWindow;
extern const StageSpec kAbsent, kChecksum, kDebounce, kDelay, kExec, kExpect, kFlatten, kHttp, kJoin, kLog, kLookup, kMerge, kMonitor,
    kOpen, kParse, kPartition, kRate, kRedact, kSeal, kSign, kSort, kSplit, kStamp, kSwitch, kThrottle, kTopK, kVerify;

std::span<const StageSpec* const> stage_catalog();
const StageSpec* find_stage(std::string_view name);

}  // namespace leat
