#include "core/io/loop.h"

#include <fcntl.h>
#include <uv.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace leat {

struct Loop::State {
  explicit State(const Clock& real) : clock(real) {}

  const Clock& clock;
  uv_loop_t loop;
  uv_async_t async;
  uv_idle_t idle;
  uv_timer_t timer, pulse;
  std::vector<uv_signal_t*> signals;
  std::vector<std::unique_ptr<Job>> signal_jobs;
  std::thread::id thread = std::this_thread::get_id();
  std::function<bool()> step;
  Job on_time, on_pulse;
  bool woken = false;  // since the last step began
  std::atomic<bool> awake{false};
  std::mutex mutex;
  std::vector<Job> jobs;

  void run_jobs();
  void start_work();
};

void Loop::State::run_jobs() {
  std::vector<Job> due;
  {
    std::lock_guard lock(mutex);
    due.swap(jobs);
  }
  for (Job& job : due) job();
}

void Loop::State::start_work() {
  woken = true;
  if (!step) return;
  uv_idle_start(&idle, [](uv_idle_t* handle) {
    auto* state = static_cast<State*>(handle->data);
    // One step per turn of the loop, so that signals, timers and a dead reader are seen between any two blocks.
    // A wake that comes while the step runs, from a sink that opens a gate, must not be stopped with it.
    state->woken = false;
    if (!state->step() && !state->woken) uv_idle_stop(handle);
  });
}

Loop::Loop(const Clock& clock) : state_(std::make_unique<State>(clock)) {
  State& s = *state_;
  uv_loop_init(&s.loop);
  s.async.data = s.idle.data = s.timer.data = s.pulse.data = &s;
  uv_async_init(&s.loop, &s.async, [](uv_async_t* handle) {
    auto* state = static_cast<State*>(handle->data);
    if (state->awake.exchange(false)) state->start_work();
    state->run_jobs();
  });
  uv_idle_init(&s.loop, &s.idle);
  uv_timer_init(&s.loop, &s.timer);
  uv_timer_init(&s.loop, &s.pulse);
}

Loop::~Loop() {
  State& s = *state_;
  forget_signals();
  uv_close(reinterpret_cast<uv_handle_t*>(&s.async), nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&s.idle), nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&s.timer), nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&s.pulse), nullptr);
  uv_run(&s.loop, UV_RUN_DEFAULT);  // runs the close callbacks, those of watches included
  uv_loop_close(&s.loop);
}

void Loop::run() {
  state_->thread = std::this_thread::get_id();
  uv_run(&state_->loop, UV_RUN_DEFAULT);  // the async handle keeps it alive until stop()
}

void Loop::stop() { uv_stop(&state_->loop); }

bool Loop::here() const { return std::this_thread::get_id() == state_->thread; }

void Loop::post(Job job) {
  {
    std::lock_guard lock(state_->mutex);
    state_->jobs.push_back(std::move(job));
  }
  uv_async_send(&state_->async);
}

void Loop::work(std::function<bool()> step) {
  state_->step = std::move(step);
  state_->start_work();
}

void Loop::wake() {
  if (here()) return state_->start_work();
  if (!state_->awake.exchange(true)) uv_async_send(&state_->async);
}

void Loop::on_time(Job job) { state_->on_time = std::move(job); }

void Loop::arm(std::optional<Instant> when) {
  State& s = *state_;
  if (!when) {
    uv_timer_stop(&s.timer);
    return;
  }
  // Rounded up: a timer that fires early would find nothing due and be armed again at once. libuv's own now is the start
  // of this turn of the loop, so it is brought up to date first.
  const auto wait = *when - s.clock.now();
  const auto ms = wait <= Duration::zero() ? 0 : std::chrono::ceil<std::chrono::milliseconds>(wait).count();
  uv_update_time(&s.loop);
  uv_timer_start(&s.timer, [](uv_timer_t* handle) { static_cast<State*>(handle->data)->on_time(); }, static_cast<uint64_t>(ms), 0);
}

void Loop::pulse(Duration every, Job job) {
  State& s = *state_;
  s.on_pulse = std::move(job);
  if (every <= Duration::zero()) {
    uv_timer_stop(&s.pulse);
    return;
  }
  const auto ms = static_cast<uint64_t>(std::chrono::ceil<std::chrono::milliseconds>(every).count());
  uv_timer_start(&s.pulse, [](uv_timer_t* handle) { static_cast<State*>(handle->data)->on_pulse(); }, ms, ms);
}

void Loop::on_signal(int number, Job job) {
  State& s = *state_;
  s.signal_jobs.push_back(std::make_unique<Job>(std::move(job)));
  auto* handle = new uv_signal_t;
  uv_signal_init(&s.loop, handle);
  handle->data = s.signal_jobs.back().get();
  uv_signal_start(handle, [](uv_signal_t* signal, int) { (*static_cast<Job*>(signal->data))(); }, number);
  s.signals.push_back(handle);
}

void Loop::forget_signals() {
  for (uv_signal_t* handle : state_->signals)
    uv_close(reinterpret_cast<uv_handle_t*>(handle), [](uv_handle_t* closed) { delete reinterpret_cast<uv_signal_t*>(closed); });
  state_->signals.clear();
}

namespace {

class PollWatch final : public Watch {
 public:
  static std::unique_ptr<PollWatch> make(uv_loop_t* loop, int fd, std::function<void(Event)> on_event) {
    auto* poll = new uv_poll_t;
    if (uv_poll_init(loop, poll, fd) != 0) {
      delete poll;
      return nullptr;
    }
    return std::unique_ptr<PollWatch>(new PollWatch(poll, std::move(on_event)));
  }

  ~PollWatch() override {
    poll_->data = nullptr;
    uv_poll_stop(poll_);
    uv_close(reinterpret_cast<uv_handle_t*>(poll_), [](uv_handle_t* closed) { delete reinterpret_cast<uv_poll_t*>(closed); });
  }

  void want(bool read, bool write) override {
    const int events = (read ? UV_READABLE : 0) | (write ? UV_WRITABLE : 0);
    uv_poll_start(poll_, events ? events : UV_DISCONNECT, [](uv_poll_t* handle, int status, int) {
      auto* self = static_cast<PollWatch*>(handle->data);
      if (!self) return;
      if (status < 0) uv_poll_stop(handle);
      self->on_event_(status < 0 ? Event::broken : Event::ready);
    });
  }

  void stop() override { uv_poll_stop(poll_); }

 private:
  PollWatch(uv_poll_t* poll, std::function<void(Event)> on_event) : poll_(poll), on_event_(std::move(on_event)) { poll_->data = this; }

  uv_poll_t* poll_;  // outlives this until libuv has closed it
  std::function<void(Event)> on_event_;
};

}  // namespace

std::unique_ptr<Watch> Loop::watch(int fd, bool shared, std::function<void(Watch::Event)> on_event) {
  const int flags = fcntl(fd, F_GETFL);
  auto watch = PollWatch::make(&state_->loop, fd, std::move(on_event));
  if (shared && flags >= 0) fcntl(fd, F_SETFL, flags);
  return watch;
}

}  // namespace leat
