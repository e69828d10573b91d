// background: one slow job on the loop's pool of threads: an fsync, nothing that computes.
// Owner:   the loop has both jobs until they have run.   Thread: loop's only; `work` runs elsewhere, `then` on the loop thread.
// Blocks:  never; a loop that is destroyed waits for it.   Fails: cannot.
#pragma once

#include <functional>

namespace leat {

class Loop;

void background(Loop& loop, std::function<void()> work, std::function<void()> then);

}  // namespace leat
