// The validating walk: reads planned fields out of JSON records and refuses every record that is not JSON, in one pass.
// Owner:   a lane; one Reader per plan.
// Thread:  one.   Blocks: never.
// Fails:   read() answers false; reason() names the byte, code() is malformed or limit.
#pragma once

#include <memory>
#include <vector>

#include "core/data/format.h"

namespace leat {

// The records may stand in a slab in any way; those that are lines of their own are read fastest, many per index.
// `plan` must outlive the reader.
// `places`, if given, says where the JSON of each record lies; else the record is all JSON.
std::unique_ptr<Reader> json_reader(const FieldPlan& plan, const std::vector<Span>* places = nullptr);

}  // namespace leat
