// JSON as a record's format: what every stage that makes new records writes, and what the JSON codecs read.
// Owner:   constant data.   Thread: any.   Blocks: never.   Fails: as Format says.
#pragma once

#include "core/data/format.h"

namespace leat {

const Format& json_format();           // on one line each, with a newline behind: ndjson
const Format& json_values_format();    // over any lines: json, json-array
const Format& json_prefixed_format();  // length-prefixed

// Is a record of this format JSON text as it stands?
bool is_json(const Format* format);

}  // namespace leat
