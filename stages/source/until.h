// UntilSource: another source, ended by count, by silence or by the clock: --until count=9, idle=5s, for=1m.
// Owner:   the runner; owns the source it wraps.   Thread: as core/stage/end.h says; its timers on the loop thread.
// Blocks:  as the wrapped source.   Fails: as the wrapped source.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "core/io/loop.h"
#include "core/stage/end.h"

namespace leat {

class UntilSource final : public Source {
 public:
  struct Limits {
    std::optional<uint64_t> count;  // records
    std::optional<Duration> idle, whole;
  };
  UntilSource(std::unique_ptr<Source> source, const Limits& limits)
      : source_(std::move(source)), limits_(limits), left_(limits.count.value_or(0)) {}

  const std::string& name() const override { return source_->name(); }
  Done open(SourceHost& host) override;
  Pull pull(Pool& pool, SlabRef& slab, uint64_t& end) override;
  void frame(Slab& slab) const override;
  void stop() override { source_->stop(); }
  uint64_t cut_off() const override { return source_->cut_off(); }
  void committed(uint64_t position, bool resting) override { source_->committed(position, resting); }
  const Error* error() const override { return source_->error(); }
  bool in_turn() const override { return source_->in_turn(); }
  bool unpacks() const override { return source_->unpacks(); }
  uint64_t total() const override { return limits_.count ? 0 : source_->total(); }

 private:
  void cut(Slab& slab, uint64_t& end);

  const std::unique_ptr<Source> source_;
  const Limits limits_;
  uint64_t left_;
  std::unique_ptr<Timer> silence_, whole_;
  std::atomic<std::chrono::steady_clock::time_point> last_{};  // when something came
};

}  // namespace leat
