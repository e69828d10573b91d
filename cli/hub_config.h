// HubConfig: what a hub is told, by the words of its command and by its file (--config), as one; the words win.
// Owner:   a value.   Thread: main.   Blocks: on the file, and on what ${file:} in it names.
// Fails:   plan_of: by `refused`, with every mistake there is: 78 the file, 66 one that cannot be read, 2 the words.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "core/hub/broker/access.h"
#include "core/hub/broker/history.h"

namespace leat {

// A user of this machine by its name.
using FindUser = std::function<std::optional<uint32_t>(const std::string& name)>;

struct HubPlan {
  Settings settings;                              // of the command's options, those of the file behind the words
  std::vector<hub::History::Options> histories;   // of one of the two: the file's are left where the words have some
  std::vector<std::vector<std::string>> written;  // ... as they were written
  std::vector<hub::Principal> principals;
  std::optional<Answer> refused = {};
};
HubPlan plan_of(const Settings& words, const Outside& outside, const FindUser& find_user);

// What of a plan only another start can change and differs from that it runs by: "data, heartbeat"; empty: nothing.
std::string waits_for_start(const HubPlan& runs, const HubPlan& read);

}  // namespace leat
