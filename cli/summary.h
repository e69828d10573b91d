// summary: the ledger of a run as people read it, and as JSON.
// Owner:   pure functions.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <string>

#include "core/base/clock.h"
#include "pipelines/ledger.h"

namespace leat {

std::string summary_text(const Ledger& ledger, Duration elapsed);
std::string summary_json(const Ledger& ledger, Duration elapsed);  // one line

}  // namespace leat
