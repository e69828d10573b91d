// key_file: the keys that a stage was given the files of.
// Owner:   pure functions.   Thread: one, before the run.   Blocks: for the disk.
// Fails:   for a file that is not there or holds no such key, with its name and nothing of what is in it.
#pragma once

#include <string_view>
#include <vector>

#include "core/crypto/key.h"
#include "core/stage/stage.h"

namespace leat {

// Of every file of the option. `good` says which kinds the stage can use, `wanted` their names.
using GoodKey = bool (*)(crypto::Key::Kind);
Result<std::vector<crypto::Key>> public_keys(const Settings& settings, std::string_view option, const MakeContext& context, GoodKey good,
                                             std::string_view wanted);
Result<std::vector<crypto::Key>> private_keys(const Settings& settings, std::string_view option, const MakeContext& context, GoodKey good,
                                              std::string_view wanted);

}  // namespace leat
