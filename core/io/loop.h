// Loop: the libuv loop, and the only door to it. core/io is the only folder that includes <uv.h>.
// Owner:   cli; outlives the run and every Watch.
// Thread:  made and run on one thread; post() and wake() from any, the rest on the loop's own thread only.
// Blocks:  run() until stop(); nothing else.
// Fails:   a descriptor epoll refuses makes watch() answer null.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "core/base/clock.h"

namespace leat {

// Watch: tells when a descriptor can be read or written, or its other side is gone.
class Watch {
 public:
  enum class Event : uint8_t { ready, broken };  // broken: an error or a hang-up; the watch has stopped itself
  virtual ~Watch() = default;
  virtual void want(bool read, bool write) = 0;  // neither: only whether the other side is gone
  virtual void stop() = 0;
};

// Timer: one alarm in real time, set again at will. Must be gone before its loop.
class Timer {
 public:
  virtual ~Timer() = default;
  virtual void start(Duration wait) = 0;  // instead of what was set before
  virtual void stop() = 0;
};

class Loop {
 public:
  using Job = std::function<void()>;
  enum class Alarm : uint8_t {
    real,
    by_hand,  // time is somebody else's, who looks at armed() and rings
  };

  explicit Loop(const Clock& clock, Alarm alarm = Alarm::real);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void run();
  // What can be done without waiting for anything outside, unless it is told to wait for one thing; false: there was nothing.
  bool turn(bool waits = false);
  void stop();
  bool here() const;  // is this the loop's thread

  void post(Job job);                     // runs on the loop thread, in order; any thread
  void work(std::function<bool()> step);  // called between events for as long as it answers true; wake() starts it again
  void wake();                            // any thread

  void on_time(Job job);
  void arm(std::optional<Instant> when);  // ONE timer, for on_time; nothing: off
  // By hand: for when it is set, and its going off.
  const std::optional<Instant>& armed() const;
  void ring();

  void pulse(Duration every, Job job);  // again and again, for what people look at; zero: off

  void on_signal(int number, Job job);
  void forget_signals();

  // The descriptor stays the caller's and must outlive the watch. `shared`: its open file description belongs to others
  // too, so the O_NONBLOCK that libuv sets on it is cleared again at once.
  std::unique_ptr<Watch> watch(int fd, bool shared, std::function<void(Watch::Event)> on_event);
  std::unique_ptr<Timer> timer(Job job);
  void* native() const;  // the uv_loop_t, for the other files of core/io

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace leat
