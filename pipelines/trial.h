// Trial: makes of a pipeline one that does the same work and leaves no trace: what it would write is encoded, packed and thrown away,
// no checkpoint is read or kept, and no hook is told.
// Owner:   pure function on a spec.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/clock.h"
#include "pipelines/spec.h"

namespace leat {

// How much of its input it reads, of each source; an end of its own that comes sooner still counts.
struct TrialBounds {
  std::optional<uint64_t> records;
  std::optional<Duration> time;
};

void make_trial(PipelineSpec& spec, const TrialBounds& bounds);

}  // namespace leat
