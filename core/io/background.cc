#include "core/io/background.h"

#include <uv.h>

#include <memory>
#include <utility>

#include "core/io/loop.h"

namespace leat {

namespace {
struct Work {
  uv_work_t request;
  std::function<void()> work, then;
};
}  // namespace

void background(Loop& loop, std::function<void()> work, std::function<void()> then) {
  auto made = std::make_unique<Work>(Work{{}, std::move(work), std::move(then)});
  made->request.data = made.get();
  const auto run = [](uv_work_t* request) { static_cast<Work*>(request->data)->work(); };
  const auto after = [](uv_work_t* request, int) {
    const std::unique_ptr<Work> owner(static_cast<Work*>(request->data));
    owner->then();
  };
  Work* const kept = made.release();
  uv_queue_work(static_cast<uv_loop_t*>(loop.native()), &kept->request, run, after);  // fails only without a callback
}

}  // namespace leat
