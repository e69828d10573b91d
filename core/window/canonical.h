// Canonical: the one spelling of all equal values, so that bytes can be compared and hashed instead of values:
// 1.0 and 1, "\u0041" and "A", {"b":1,"a":2} and {"a":2,"b":1}.
// Owner:   pure function.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <string>

#include "core/data/value.h"

namespace leat::window {

void canonical(const Value& value, std::string& out);  // appends

}  // namespace leat::window
