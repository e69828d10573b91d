// Level: how much a line for people matters.
// Owner:   a value.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <cstdint>

namespace leat {

enum class Level : uint8_t { note, warning, error };  // --quiet keeps notes off

}  // namespace leat
