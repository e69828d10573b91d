// JSON as a record's format: what ndjson, json and json-array read, and what every stage that makes new records writes.
// Owner:   constant data.   Thread: any.   Blocks: never.   Fails: as Format says.
#pragma once

#include "core/data/format.h"

namespace leat {

const Format& json_format();

}  // namespace leat
