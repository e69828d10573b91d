// GenerateSource: records out of an expression: generate:EXPR [--count N] [--rate N/s].
// Owner:   the runner.   Thread: as core/stage/end.h says; its timer on the loop thread.   Blocks: never.
// Fails:   open cannot; a record for which the expression fails leaves by err, as what the expression was given.
//
// The expression is given {"n": 0, "random": R}, then {"n": 1, ...}: R at least 0 and below 1, the same in every run under --seed. Each of
// its outputs is a record. A rate is kept by the clock: after a pause of more than a second what it missed is not made up for.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/expr/program.h"
#include "core/io/loop.h"
#include "core/stage/end.h"

namespace leat {

class GenerateSource final : public Source {
 public:
  struct Options {
    std::optional<uint64_t> count;  // of evaluations
    std::optional<Duration> every;  // one
    uint64_t seed = 0;
    const Clock* clock = nullptr;  // what `now` answers
    const std::vector<std::pair<std::string, std::string>>* environment = nullptr;
  };
  static Result<std::unique_ptr<Source>> make(const std::string& expression, const Options& options);
  static std::optional<Duration> every(std::string_view rate);  // 100/s 5/m 3/10s

  const std::string& name() const override { return name_; }
  Done open(SourceHost& host) override;
  Pull pull(Pool& pool, SlabRef& slab, uint64_t& end) override;
  void frame(Slab&) const override {}
  void stop() override;

 private:
  using Steady = std::chrono::steady_clock;
  explicit GenerateSource(const std::string& expression, const Options& options)
      : name_("generate:" + expression), options_(options), random_(options.seed) {}
  uint64_t due();
  void give(Slab& slab, const Slab& inputs);
  SlabRef make_inputs(Pool& pool, uint64_t count);
  void wait();

  const std::string name_;
  const Options options_;
  SourceHost* host_ = nullptr;
  FieldPlan plan_;
  std::shared_ptr<const expr::Program> program_;  // as compile() gives it
  std::unique_ptr<Reader> reader_;
  expr::Machine machine_;
  SplitMix random_;
  std::unique_ptr<Timer> timer_;
  Steady::time_point next_{};  // when the next is due, of a rate
  std::string text_;
  uint64_t made_ = 0, position_ = 0;
  std::atomic<bool> stopped_{false};
};

}  // namespace leat
