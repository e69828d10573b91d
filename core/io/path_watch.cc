#include "core/io/path_watch.h"

#include <sys/stat.h>
#include <uv.h>

#include <utility>

#include "core/io/loop.h"

namespace leat {

namespace {
constexpr unsigned kLook = 1000;  // ms
}

struct PathWatch::State {
  std::function<void()> on_change;
  uv_fs_event_t events[2];  // the folder tells of renames and of what grows in it; the file itself, when it is a link to elsewhere
  uv_fs_poll_t poll;
  int open = 0;

  template <class Handle>
  void close(Handle& handle) {
    uv_close(reinterpret_cast<uv_handle_t*>(&handle), [](uv_handle_t* closed) {
      auto* state = static_cast<State*>(closed->data);
      if (--state->open == 0) delete state;
    });
  }
};

PathWatch::PathWatch(Loop& loop, const std::string& path, std::function<void()> on_change)
    : state_(new State{std::move(on_change), {}, {}, 3}) {
  auto* uv = static_cast<uv_loop_t*>(loop.native());
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  bool well = true;
  for (size_t i = 0; i < 2; ++i) {
    uv_fs_event_init(uv, &state_->events[i]);
    state_->events[i].data = state_;
    well &= uv_fs_event_start(
                &state_->events[i], [](uv_fs_event_t* handle, const char*, int, int) { static_cast<State*>(handle->data)->on_change(); },
                (i == 0 ? folder : path).c_str(), 0) == 0;
  }
  struct stat info;
  well &= ::lstat(path.c_str(), &info) != 0 || !S_ISLNK(info.st_mode);  // a link's next file would not be watched
  uv_fs_poll_init(uv, &state_->poll);
  state_->poll.data = state_;
  if (!well)
    uv_fs_poll_start(
        &state_->poll,
        [](uv_fs_poll_t* handle, int, const uv_stat_t*, const uv_stat_t*) { static_cast<State*>(handle->data)->on_change(); }, path.c_str(),
        kLook);
}

PathWatch::~PathWatch() {
  for (uv_fs_event_t& event : state_->events) state_->close(event);
  state_->close(state_->poll);
}

}  // namespace leat
