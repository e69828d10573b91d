// TestCompare: what came against what was expected.
// Owner:   pure functions.   Thread: one.   Blocks: never.
// Fails:   by what they answer: how the two differ.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/codec/caught.h"
#include "pipelines/ledger.h"
#include "pipelines/test_file.h"

namespace leat {

// Everything an expectation says, but for its file.
std::vector<std::string> compare(const TestExpectation& expected, const Caught::Part& came);
std::optional<std::string> compare_figure(const TestFigure& figure, const Ledger& ledger);
// The first line that is not the same, as two lines: want and got.
std::string first_difference(std::string_view want, std::string_view got);

}  // namespace leat
