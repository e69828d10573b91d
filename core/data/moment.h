// Moment: what a value says as a point in time.
// Owner:   pure function.   Thread: any.   Blocks: never.
// Fails:   nothing is answered for a value that names no point in time between 1678 and 2261.
#pragma once

#include <optional>

#include "core/base/clock.h"
#include "core/data/value.h"

namespace leat {

// A number of seconds since 1970, with a fraction or not, or RFC 3339 text with any offset.
std::optional<Instant> moment(const Value& value);

}  // namespace leat
