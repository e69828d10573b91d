// Data: the folder in which a hub keeps its histories: opened, and its logs given to them.
// Owner:   pure but for the disk.   Thread: the hub's loop.   Blocks: for the disk, as long as the logs take to be read through.
// Fails:   a folder that cannot be made or read, or is another hub's just now. What is damaged in it is told by `note`, and the hub
//          begins with what there is.
#pragma once

#include <memory>
#include <string>

#include "core/hub/broker/broker.h"
#include "core/hub/log/disk.h"
#include "core/io/loop.h"

namespace leat::hub {

// The hub's number, of this folder for ever: the one it holds, else `fresh`, which it holds from now on.
Result<uint64_t> open_data(log::Disk& disk, const std::string& folder, uint64_t fresh);

// Gives each history of the broker, before anybody comes, its keeper.
Done keep_histories(Loop& loop, Broker& broker, const std::shared_ptr<log::Disk>& disk, const std::string& folder, uint64_t seed,
                    const Broker::Note& note);

}  // namespace leat::hub
