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
  State(const Clock& real, Alarm how) : clock(real), alarm(how) {}

  const Clock& clock;
  const Alarm alarm;
  std::optional<Instant> armed;
  bool ringing = false;  // on_time is being called by its timer
  uv_loop_t loop;
  uv_async_t async;
  uv_idle_t idle;
  uv_timer_t timer, pulse;
  std::vector<uv_signal_t*> signals;
  std::vector<std::unique_ptr<Job>> signal_jobs;
  std::thread::id thread = std::this_thread::get_id();
  std::function<bool()> step;
  Job on_time, on_pulse;
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
  if (!step) return;
  uv_idle_start(&idle, [](uv_idle_t* handle) {
    auto* state = static_cast<State*>(handle->data);
    // One step per turn of the loop, so that signals, timers and a dead reader are seen between any two blocks.
    // A step may cause its own wake (a sink it flushed opens a gate), so it is asked for again behind the step.
    state->awake = false;
    if (!state->step() && !state->awake) uv_idle_stop(handle);
  });
}

Loop::Loop(const Clock& clock, Alarm alarm) : state_(std::make_unique<State>(clock, alarm)) {
  State& s = *state_;
  uv_loop_init(&s.loop);
  s.async.data = s.idle.data = s.timer.data = s.pulse.data = &s;
  uv_async_init(&s.loop, &s.async, [](uv_async_t* handle) {
    auto* state = static_cast<State*>(handle->data);
    if (state->awake) state->start_work();
    state->run_jobs();
  });
  uv_idle_init(&s.loop, &s.idle);
  uv_timer_init(&s.loop, &s.timer);
  uv_timer_init(&s.loop, &s.pulse);
}

Loop::~Loop() {
  State& s = *state_;
  forget_signals();
  {
    std::lock_guard lock(s.mutex);
    std::vector<Job>().swap(s.jobs);  // what they own may be watches of this loop
  }
  for (auto* handle : {reinterpret_cast<uv_handle_t*>(&s.async), reinterpret_cast<uv_handle_t*>(&s.idle),
                       reinterpret_cast<uv_handle_t*>(&s.timer), reinterpret_cast<uv_handle_t*>(&s.pulse)})
    uv_close(handle, nullptr);
  // Runs the close callbacks, those of watches included. A stop() that no run() has seen ends the first call at once.
  while (uv_run(&s.loop, UV_RUN_DEFAULT) != 0) {
  }
  uv_loop_close(&s.loop);
}

void Loop::run() {
  uv_run(&state_->loop, UV_RUN_DEFAULT);  // the async handle keeps it alive until stop()
}

// The async handle's wake-up is seen by the poll that comes before the idle handle's next step, so one turn may have found nothing
// although there is something by its end.
bool Loop::turn(bool waits) {
  State& s = *state_;
  uv_run(&s.loop, waits ? UV_RUN_ONCE : UV_RUN_NOWAIT);
  std::lock_guard lock(s.mutex);
  return !s.jobs.empty() || s.awake || uv_is_active(reinterpret_cast<uv_handle_t*>(&s.idle));
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
  const bool was = state_->awake.exchange(true);
  if (here()) return state_->start_work();
  if (!was) uv_async_send(&state_->async);
}

void Loop::on_time(Job job) { state_->on_time = std::move(job); }

void Loop::arm(std::optional<Instant> when) {
  State& s = *state_;
  s.armed = when;
  if (s.alarm == Alarm::by_hand) return;
  if (!when) {
    uv_timer_stop(&s.timer);
    return;
  }
  // Rounded up: a timer that fires early would find nothing due and be armed again at once. libuv's own now is the start
  // of this turn of the loop, so it is brought up to date first.
  const auto wait = *when - s.clock.now();
  const auto ms = wait <= Duration::zero() ? 0 : std::chrono::ceil<std::chrono::milliseconds>(wait).count();
  uv_update_time(&s.loop);
  // Armed for at once by its own call, libuv would call it again and nothing else ever.
  const auto least = s.ringing ? 1 : 0;
  const auto ring = [](uv_timer_t* handle) {
    State& state = *static_cast<State*>(handle->data);
    state.ringing = true;
    state.on_time();
    state.ringing = false;
  };
  uv_timer_start(&s.timer, ring, static_cast<uint64_t>(std::max<int64_t>(ms, least)), 0);
}

const std::optional<Instant>& Loop::armed() const { return state_->armed; }

void Loop::ring() {
  state_->armed.reset();
  state_->on_time();
}

void Loop::pulse(Duration every, Job job) {
  State& s = *state_;
  s.on_pulse = std::move(job);
  if (every <= Duration::zero()) {
    uv_timer_stop(&s.pulse);
    return;
  }
  const auto ms = static_cast<uint64_t>(std::chrono::ceil<std::chrono::milliseconds>(every).count());
  uv_timer_start(
      &s.pulse, [](uv_timer_t* handle) { static_cast<State*>(handle->data)->on_pulse(); }, ms, ms);
}

void Loop::on_signal(int number, Job job) {
  State& s = *state_;
  s.signal_jobs.push_back(std::make_unique<Job>(std::move(job)));
  auto* handle = new uv_signal_t;
  uv_signal_init(&s.loop, handle);
  handle->data = s.signal_jobs.back().get();
  uv_signal_start(
      handle, [](uv_signal_t* signal, int) { (*static_cast<Job*>(signal->data))(); }, number);
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
      const auto call = self->on_event_;  // the event may destroy its watch
      call(status < 0 ? Event::broken : Event::ready);
    });
  }

  void stop() override { uv_poll_stop(poll_); }

 private:
  PollWatch(uv_poll_t* poll, std::function<void(Event)> on_event) : poll_(poll), on_event_(std::move(on_event)) { poll_->data = this; }

  uv_poll_t* poll_;  // outlives this until libuv has closed it
  std::function<void(Event)> on_event_;
};

class UvTimer final : public Timer {
 public:
  UvTimer(uv_loop_t* loop, Loop::Job job) : timer_(new uv_timer_t), job_(std::move(job)) {
    uv_timer_init(loop, timer_);
    timer_->data = this;
  }

  ~UvTimer() override {
    uv_close(reinterpret_cast<uv_handle_t*>(timer_), [](uv_handle_t* closed) { delete reinterpret_cast<uv_timer_t*>(closed); });
  }

  void start(Duration wait) override {
    uv_update_time(timer_->loop);
    const auto ms = wait <= Duration::zero() ? 0 : std::chrono::ceil<std::chrono::milliseconds>(wait).count();
    uv_timer_start(
        timer_, [](uv_timer_t* timer) { static_cast<UvTimer*>(timer->data)->job_(); }, static_cast<uint64_t>(ms), 0);
  }

  void stop() override { uv_timer_stop(timer_); }

 private:
  uv_timer_t* timer_;  // outlives this until libuv has closed it
  Loop::Job job_;
};

}  // namespace

void* Loop::native() const { return &state_->loop; }

std::unique_ptr<Timer> Loop::timer(Job job) { return std::make_unique<UvTimer>(&state_->loop, std::move(job)); }

std::unique_ptr<Watch> Loop::watch(int fd, bool shared, std::function<void(Watch::Event)> on_event) {
  const int flags = fcntl(fd, F_GETFL);
  auto watch = PollWatch::make(&state_->loop, fd, std::move(on_event));
  if (shared && flags >= 0) fcntl(fd, F_SETFL, flags);
  return watch;
}

}  // namespace leat
