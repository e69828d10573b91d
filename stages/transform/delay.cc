// delay: every record some time later than it came, or than it says.
#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/stage/kept.h"
#include "core/window/event_time.h"
#include "core/window/watermark.h"
#include "stages/catalog.h"
#include "stages/expression.h"

namespace leat {
namespace {

class Delay final : public Stage {
 public:
  Delay(Duration by, Duration ahead, window::EventTime time, Room most) : by_(by), ahead_(ahead), time_(std::move(time)), waiting_(most) {}

  Flow process(Batch& batch, Turn& turn) override {
    pour(turn);
    const Slab& slab = batch.slab();
    machine_.now(turn.now);
    batch.keep_if([&](uint32_t i) {
      Instant time = turn.now;
      if (time_ && !time_.of(machine_, {&slab, i}, time)) return turn.fail(i, {time_.code(), time_.message()});
      if (time - turn.now > ahead_)
        return turn.fail(i, {"limit", fmt::format("its time is more than {} ahead (ahead)", text::duration(ahead_))});
      const Instant due = later(time, by_);
      if (due <= turn.now && !blocked_) return true;
      waiting_.put(due, Kept(batch, i));
      return false;
    });
    waiting_.hold(turn);
    return Flow::more;
  }

  std::optional<Instant> deadline() const override { return waiting_.empty() || blocked_ ? std::nullopt : std::optional(waiting_.first()); }
  void tick(Turn& turn) override { room(turn); }
  void room(Turn& turn) override {
    pour(turn);
    waiting_.hold(turn);
  }

  bool lingers() const override { return !waiting_.empty(); }
  void finish(Turn& turn, bool) override { send(turn, Instant::max()); }

 private:
  void pour(Turn& turn) {
    blocked_ = turn.full();
    if (!blocked_) send(turn, turn.now);
  }

  void send(Turn& turn, Instant due) {
    Resend out(turn);
    while (!waiting_.empty() && waiting_.first() <= due) out.add(waiting_.pop());
    out.send();
  }

  const Duration by_, ahead_;
  window::EventTime time_;
  expr::Machine machine_;
  Waiting waiting_;
  bool blocked_ = false;  // by its readers
};

constexpr std::array kOptions{
    Option{.name = "duration",
           .kind = Option::Kind::duration,
           .value = "DURATION",
           .help = "how much later each record leaves",
           .operand = true,
           .required = true},
    Option{.name = "time", .kind = Option::Kind::expr, .value = "EXPR", .help = "later than the time the record says, not than it came"},
    Option{.name = "ahead",
           .kind = Option::Kind::duration,
           .value = "DURATION",
           .help = "a record whose time is further ahead of the clock fails",
           .fallback = "1h"},
    Option{.name = "max_records", .kind = Option::Kind::count, .value = "N", .help = "how many may wait", .fallback = "100000"},
    Option{.name = "max_bytes", .kind = Option::Kind::size, .value = "SIZE", .help = "how much memory they may take", .fallback = "64MiB"},
};

constexpr std::array kPorts{PortSpec{"out", "every record, later"}, PortSpec{"err", "records without a time, or with one too far ahead"}};

// cat; the second record's time is long past
constexpr std::array kExamples{
    Example{"delay 10ms", "{\"a\":1}\n{\"a\":2}\n", "{\"a\":1}\n{\"a\":2}\n"},
    Example{"delay 1h --time .t", "{\"t\":\"2020-02-20T20:20:20Z\"}\n{\"t\":0}\n", "{\"t\":\"2020-02-20T20:20:20Z\"}\n{\"t\":0}\n"},
};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  auto time = compile_option(settings, "time", context);
  if (!time) return time.error();
  const Room most{*settings.count("max_records"), *settings.count("max_bytes")};
  return std::unique_ptr<Stage>(
      std::make_unique<Delay>(*settings.duration("duration"), *settings.duration("ahead"), window::EventTime(std::move(*time)), most));
}

}  // namespace

constexpr StageSpec kDelay{
    .name = "delay",
    .group = "flow",
    .summary = "pass every record some time later",
    .details =
        "A record leaves DURATION after it came, in order. With --time it leaves DURATION after the time it says (seconds since 1970 or "
        "RFC "
        "3339 text): at once if that is past, and in the order of those times among the ones that wait. When max_records or max_bytes "
        "wait, what brings records pauses until half of that is free (what had already been read is kept, so it may hold a few blocks "
        "more than it says). At the end of the input the rest still waits; a signal lets it go at once.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = false,
    .new_bytes = false,
    .missing = StageSpec::Missing::absorbed,
    .make = make,
    .waits = true,
    .lingers = true,
};

}  // namespace leat
