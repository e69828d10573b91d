// FakeStages: specs with every kind of option, for tests of what is made from the tables.
// Owner:   constant data.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <span>

#include "core/stage/stage.h"

namespace leat::fake {

std::span<const StageSpec* const> catalog();
const StageSpec* stage(std::string_view name);

}  // namespace leat::fake
