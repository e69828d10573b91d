// A history of the hub as it is said: as a word, PATTERN[,KEY=V]..., or as a table of its file.
// Owner:   pure.   Thread: any.   Blocks: never.   Fails: with one line and a hint.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/hub/broker/history.h"
#include "core/stage/settings.h"

namespace leat {

// What durable subscriptions are not given any more is kept, too, unless one of the histories has it already.
void keep_dead_letters(std::vector<hub::History::Options>& histories);

std::span<const Option> history_options();

// `others`: no subject is of two.
Result<hub::History::Options> history_of(const Settings& said, const std::vector<hub::History::Options>& others);
Result<hub::History::Options> history_of_word(std::string_view word, const std::vector<hub::History::Options>& others);

}  // namespace leat
