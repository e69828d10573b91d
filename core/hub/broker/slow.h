// Slow: what becomes of the messages that wait for a subscription that takes none.
// Owner:   pure functions on a subscription's queue.   Thread: the hub's loop.   Blocks: never.
// Fails:   cannot; every message that goes is counted in the subscription's gap, which its client is told.
#pragma once

#include "core/hub/broker/subscription.h"

namespace leat::hub {

// One more message is in the gap.
void lose(Subscription& subscription, uint64_t seq, Gap::Reason reason);

void drop_oldest(Subscription& subscription);  // until few are left
void keep_latest(Subscription& subscription);  // of each key, or of each subject where there is no key; then as drop_oldest
void drop_all(Subscription& subscription);

}  // namespace leat::hub
