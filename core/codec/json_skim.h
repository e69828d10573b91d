// The trusting walk: reads planned fields out of JSON records and looks no further than the last of them. What it hands out it
// has checked; what nobody reads it has not, and of a key that stands twice the first counts.
// Owner:   a lane; one Reader per plan.
// Thread:  one.   Blocks: never.
// Fails:   a record it cannot make sense of is given to the validating walk, and fails or passes as that says.
#pragma once

#include <memory>

#include "core/data/format.h"

namespace leat {

// `plan` must outlive the reader. A plan that wants whole records, or more than 64 keys of one object, gets the validating walk.
std::unique_ptr<Reader> json_skimmer(const FieldPlan& plan);

}  // namespace leat
