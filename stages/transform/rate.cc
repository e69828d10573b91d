// rate: so many records in so long, and no more. What is too much waits its turn, goes elsewhere or fails.
#include <array>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "core/stage/kept.h"
#include "stages/catalog.h"
#include "stages/transform/bucket.h"

namespace leat {
namespace {

constexpr Port kOverflow = 2;
constexpr double kDeepest = 1e9;        // tokens in a bucket
constexpr double kLongestBurst = 5e18;  // nanoseconds until it is full again, so that their sum with any clock fits 64 bits

enum class Excess : uint8_t { wait, drop, dlq };

class Pace final : public Stage {
 public:
  Pace(std::string name, const Bucket& bucket, Excess excess, Room most)
      : name_(std::move(name)), bucket_(bucket), excess_(excess), waiting_(most) {}

  Flow process(Batch& batch, Turn& turn) override {
    pour(turn);
    std::vector<uint32_t> over;
    batch.keep_if([&](uint32_t i) {
      if (excess_ != Excess::wait && !granted(turn.now)) {
        if (excess_ == Excess::dlq) return turn.fail(i, {"rate", fmt::format("more than {}", name_)});
        return over.push_back(i), false;
      }
      if (waiting_.empty() && !turn.full() && (excess_ != Excess::wait || granted(turn.now))) return true;
      wait(batch, i, turn);
      return false;
    });
    if (!over.empty()) turn.emit(kOverflow, batch.pick(std::move(over)));
    waiting_.hold(turn);
    return Flow::more;
  }

  std::optional<Instant> deadline() const override {
    if (waiting_.empty() || blocked_) return std::nullopt;
    return due();
  }
  void tick(Turn& turn) override { room(turn); }
  void room(Turn& turn) override {
    if (blocked_) ready_ = turn.now;  // time without a reader is not made up for
    pour(turn);
    waiting_.hold(turn);
  }

  bool lingers() const override { return !waiting_.empty(); }
  void finish(Turn& turn, bool) override {
    Resend out(turn);
    while (!waiting_.empty()) out.add(waiting_.pop());
    out.send();
  }

 private:
  bool granted(Instant now) {
    if (bucket_.next() > now) return false;
    bucket_.take(now);
    return true;
  }

  void wait(const Batch& batch, uint32_t record, Turn& turn) {
    if (waiting_.empty()) ready_ = turn.now, blocked_ = turn.full();
    waiting_.put(turn.now, Kept(batch, record));
  }

  // When the first may go: as planned, however late the clock looks, so that the rate is reached. Of what was granted before, at once.
  Instant due() const { return excess_ == Excess::wait ? std::max(ready_, bucket_.next()) : ready_; }

  void pour(Turn& turn) {
    blocked_ = !waiting_.empty() && turn.full();
    if (blocked_) return;
    Resend out(turn);
    while (!waiting_.empty() && due() <= turn.now) {
      if (excess_ == Excess::wait) bucket_.take(due());
      out.add(waiting_.pop());
    }
    out.send();
  }

  const std::string name_;
  Bucket bucket_;
  const Excess excess_;
  Waiting waiting_;
  Instant ready_{};       // since when the first that waits could have gone
  bool blocked_ = false;  // by its readers
};

constexpr std::array kOptions{
    Option{.name = "rate",
           .kind = Option::Kind::text,
           .value = "N/TIME",
           .help = "how many records in how long: 100/s, 0.5/s, 10/m, 1/250ms",
           .operand = true,
           .required = true},
    Option{.name = "burst",
           .kind = Option::Kind::count,
           .value = "N",
           .help = "how many may go at once after a pause; by default 1 where records wait, else the N of the rate"},
    Option{.name = "on_excess",
           .kind = Option::Kind::choice,
           .value = "POLICY",
           .help = "what happens to a record that is too much",
           .fallback = "wait",
           .choices = "wait|drop|dlq"},
    Option{.name = "max_records", .kind = Option::Kind::count, .value = "N", .help = "how many may wait", .fallback = "10000"},
    Option{.name = "max_bytes", .kind = Option::Kind::size, .value = "SIZE", .help = "how much memory they may take", .fallback = "64MiB"},
};

constexpr std::array kPorts{PortSpec{"out", "records at the rate, in order"}, PortSpec{"err", "under dlq: what is too much"},
                            PortSpec{"overflow", "under drop: what is too much"}};

// cat, and head -n 2: three records come at once, and the bucket holds two
constexpr std::array kExamples{
    Example{"rate 1000/s", "{\"a\":1}\n{\"a\":2}\n", "{\"a\":1}\n{\"a\":2}\n"},
    Example{"rate 1/h --burst 2 --on-excess drop", "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", "{\"a\":1}\n{\"a\":2}\n"},
};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext&) {
  const std::string name = *settings.text("rate");
  const auto rate = rate_of(name);
  if (!rate) return rate.error();
  const std::string policy = *settings.text("on_excess");
  const Excess excess = policy == "drop" ? Excess::drop : policy == "dlq" ? Excess::dlq : Excess::wait;
  const auto share = static_cast<uint64_t>(std::clamp(rate->count, 1.0, kDeepest));
  const uint64_t burst = settings.count("burst").value_or(excess == Excess::wait ? 1 : share);
  if (static_cast<double>(burst) > kDeepest ||
      static_cast<double>(rate->period.count()) / rate->count * static_cast<double>(burst) > kLongestBurst)
    return Error{Error::Kind::usage, fmt::format("a burst of {} is too much at {}", burst, name), {}};
  const Room most{*settings.count("max_records"), *settings.count("max_bytes")};
  return std::unique_ptr<Stage>(std::make_unique<Pace>(name, Bucket(*rate, burst), excess, most));
}

}  // namespace

constexpr StageSpec kRate{
    .name = "rate",
    .group = "flow",
    .summary = "pass records no faster than a rate",
    .details =
        "Records pass while there are tokens: one each, made at the rate, and no more kept than --burst. Under `wait` no record is lost: "
        "what is too much leaves in order, evenly, as tokens are made; when max_records or max_bytes wait, what brings records pauses "
        "until half of that is free (what had already been read is kept, so it may hold a few blocks more than it says). At the end of "
        "the input the rest still leaves at the rate; a signal lets it go at once. `drop` sends what is too much to the port overflow, or "
        "counts it as dropped where nobody reads it; `dlq` makes dead letters of it.\n\n"
        "The time is that of arrival. While the readers have no room nothing leaves, and what they missed is not made up for.",
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
