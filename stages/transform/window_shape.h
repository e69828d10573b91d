// Window shape: what the options of a window stage say together.
// Owner:   pure functions of the settings.   Thread: any.   Blocks: never.
// Fails:   check() for options that do not go together; each by itself has been looked at by whoever read them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/data/envelope.h"
#include "core/stage/settings.h"
#include "core/window/windows.h"

namespace leat::window_shape {

Done check(const Settings& settings);

using Shape = std::function<std::unique_ptr<window::Windows>(const std::vector<window::Aggregate>&)>;
Shape of(const Settings& settings);

// What the envelope of every answer says about its window, beside the window's own bounds and key.
std::vector<std::pair<std::string, MetaValue>> about(const Settings& settings);

}  // namespace leat::window_shape
