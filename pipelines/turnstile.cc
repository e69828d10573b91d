#include "pipelines/turnstile.h"

namespace leat {

bool Turnstile::enter(uint64_t number) {
  std::unique_lock lock(mutex_);
  moved_.wait(lock, [&] { return aborted_ || (next_ == number && !held_); });
  if (aborted_) return false;  // another may still hold the turn
  return held_ = true;
}

void Turnstile::run_jobs(std::unique_lock<std::mutex>& lock) {
  while (!jobs_.empty()) {
    std::vector<Job> due;
    due.swap(jobs_);
    lock.unlock();
    for (Job& job : due) job();
    due.clear();  // what the jobs own is let go outside the lock
    lock.lock();
  }
}

void Turnstile::leave() {
  std::unique_lock lock(mutex_);
  run_jobs(lock);
  ++next_;
  held_ = false;
  moved_.notify_all();
}

void Turnstile::post(Job job) {
  std::unique_lock lock(mutex_);
  jobs_.push_back(std::move(job));
  if (held_) return;
  held_ = true;
  run_jobs(lock);
  held_ = false;
  moved_.notify_all();
}

void Turnstile::abort() {
  std::lock_guard lock(mutex_);
  aborted_ = true;
  moved_.notify_all();
}

uint64_t Turnstile::next() const {
  std::lock_guard lock(mutex_);
  return next_;
}

}  // namespace leat
