// Order: the language's one order over all values: null, false, true, numbers, strings, arrays, objects.
// Owner:   pure functions.   Thread: as the values.   Blocks: never.   Fails: cannot.
#pragma once

#include <vector>

#include "core/data/value.h"

namespace leat {

// Negative, zero or positive. nan stands before every number, itself included, so it equals nothing.
int compare(const Value& a, const Value& b);
bool equal(const Value& a, const Value& b);
// The entries of an object by key.
std::vector<const Entry*> sorted(const Value& object);

}  // namespace leat
