// A history of the hub as a word: PATTERN[,KEY=V]...
// Owner:   pure.   Thread: any.   Blocks: never.   Fails: with one line and a hint.
#pragma once

#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/hub/broker/history.h"

namespace leat {

// `others`: no subject is of two.
Result<hub::History::Options> history_of_word(std::string_view word, const std::vector<hub::History::Options>& others);

}  // namespace leat
