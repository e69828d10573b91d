// SchemaRefs: whether a JSON Schema can be followed to its end: one that refers to itself without going down into the record cannot.
// Owner:   pure function.   Thread: any.   Blocks: never.   Fails: cannot; what is wrong is what it answers.
#pragma once

#include <optional>
#include <string>

#include "core/data/value.h"

namespace leat::expr {

// Nothing: it can.
std::optional<std::string> endless_refs(const Value& document);

}  // namespace leat::expr
