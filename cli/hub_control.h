// HubControl: what is asked of a hub that runs: its numbers, its clients, to show one the door, to forget a durable subscription, to drain;
// and a token for its file. Owner:   the caller.   Thread: main.   Blocks: until the hub has answered. Fails:   by the Answer: 1 what the
// hub refuses, 74 without a hub.
#pragma once

#include <span>

#include "cli/command.h"

namespace leat {

std::span<const Option> hub_control_options();
std::span<const Option> hub_metrics_options();
std::span<const Option> hub_kick_options();
std::span<const Option> hub_forget_options();

Answer hub_stats_command(const Invocation& call);
Answer hub_clients_command(const Invocation& call);
Answer hub_metrics_command(const Invocation& call);
Answer hub_kick_command(const Invocation& call);
Answer hub_forget_command(const Invocation& call);
Answer hub_drain_command(const Invocation& call);
Answer hub_token_command(const Invocation& call);

}  // namespace leat
