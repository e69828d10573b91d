// HubShow: a report of a hub, which is JSON, as lines and columns for a person, whatever it has to tell.
// Owner:   pure.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <string>

#include "core/data/value.h"

namespace leat {

// Of an object a line for each name and value, and below them a table for each list in it. Of a list a table, in which what a row holds of
// lists and objects stands below it, a line for each item and object.
std::string as_lines(const Value& report);

}  // namespace leat
