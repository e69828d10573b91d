// The validating walk: reads planned fields out of JSON records and refuses every record that is not JSON, in one pass.
// Owner:   a lane; one Reader per plan.
// Thread:  one.   Blocks: never.
// Fails:   read() answers false; reason() names the byte, code() is malformed or limit.
#pragma once

#include <memory>

#include "core/data/format.h"

namespace leat {

// The records may stand in a slab in any way; those that are lines of their own are read fastest, many per index.
// `plan` must outlive the reader.
std::unique_ptr<Reader> json_reader(const FieldPlan& plan);

}  // namespace leat
