// HubRequest: questions to whoever is subscribed to a subject, asked one after another, and their answers.
// Owner:   the caller.   Thread: main.   Blocks: until all are answered, or one is not.
// Fails:   exit status 1 and a line where nobody is there or nobody answers in time; 74 without a hub.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "core/base/clock.h"
#include "stages/hub_place.h"

namespace leat {

struct HubRequest {
  HubPlace place;
  std::string subject;
  std::vector<std::string> payloads;
  Duration timeout{};  // of each
};

Answer ask(const HubRequest& request);

}  // namespace leat
