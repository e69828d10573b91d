// Progress: one line on a terminal, rewritten once a second: bytes, rate, records and, where the size is known, share and time left.
// Owner:   run_pipeline.   Thread: the loop's.   Blocks: as stderr does.   Fails: cannot.
#pragma once

#include <string>

#include "core/base/clock.h"
#include "pipelines/ledger.h"

namespace leat {

// The line for a run that has lasted `elapsed`; `total` bytes in all, 0 if nobody knows.
std::string progress_line(const Ledger& ledger, uint64_t total, Duration elapsed);

}  // namespace leat
