// debounce: of records of one key that follow each other closely only the last, once nothing has followed it for a while.
#include <array>
#include <string>

#include "core/stage/kept.h"
#include "core/window/recent.h"
#include "core/window/watermark.h"
#include "stages/catalog.h"
#include "stages/transform/keys.h"

namespace leat {
namespace {

class Debounce final : public Stage {
 public:
  Debounce(Duration quiet, window::By by, Room most, uint64_t seed) : quiet_(quiet), by_(std::move(by)), most_(most), waiting_(seed) {}

  Flow process(Batch& batch, Turn& turn) override {
    Resend out(turn);
    const Slab& slab = batch.slab();
    machine_.now(turn.now);
    release(turn.now, out);
    uint32_t replaced = 0;
    batch.each([&](uint32_t i) {
      if (by_.of(machine_, {&slab, i}, key_))
        replaced += keep(batch, i, turn.now, out);
      else
        turn.fail(i, {by_.code(), by_.message()});
    });
    batch.clear();
    out.send();
    if (replaced > 0) turn.drop(replaced, "replaced");
    if (evicted_ > 0)
      turn.count("evicted", std::exchange(evicted_, 0),
                 "more keys wait than max_keys, max_bytes or 128 MiB of keys: the oldest leave early");
    return Flow::more;
  }

  std::optional<Instant> deadline() const override {
    return waiting_.size() > 0 ? std::optional(later(waiting_.at(waiting_.oldest()), quiet_)) : std::nullopt;
  }

  void tick(Turn& turn) override {
    Resend out(turn);
    release(turn.now, out);
    out.send();
  }

  void finish(Turn& turn, bool) override {
    Resend out(turn);
    while (waiting_.size() > 0) release_oldest(out);
    out.send();
  }

 private:
  // Answers how many records this one takes the place of: one or none.
  uint32_t keep(const Batch& batch, uint32_t record, Instant now, Resend& out) {
    const window::Key key{key_, waiting_.hash(key_)};
    uint32_t row = waiting_.find(key);
    const bool known = row != window::Recent::kNone;
    if (known) {
      bytes_ -= last_[row].cost();
      last_[row].let_go();
      waiting_.renew(row, now);
    } else {
      row = waiting_.add(key, now);
      last_.grow(waiting_.end());
    }
    last_[row] = Kept(batch, record);
    bytes_ += last_[row].cost();
    for (; waiting_.size() > 1 && full(); ++evicted_) release_oldest(out);
    return known ? 1 : 0;
  }

  bool full() const { return waiting_.size() > most_.records || bytes_ > most_.bytes || waiting_.bytes() > kMostKeyBytes; }

  void release(Instant now, Resend& out) {
    while (waiting_.size() > 0 && now - waiting_.at(waiting_.oldest()) >= quiet_) release_oldest(out);
  }

  void release_oldest(Resend& out) {
    const uint32_t row = waiting_.oldest();
    bytes_ -= last_[row].cost();
    out.add(std::exchange(last_[row], {}));
    waiting_.forget(row);
  }

  const Duration quiet_;
  window::By by_;
  const Room most_;
  expr::Machine machine_;
  std::string key_;
  uint64_t evicted_ = 0;  // keys, since the last turn
  window::Recent waiting_;
  Chunks<Kept> last_;  // by row
  size_t bytes_ = 0;   // of them
};

constexpr std::array kOptions{
    Option{.name = "duration",
           .kind = Option::Kind::duration,
           .value = "DURATION",
           .help = "how long nothing may follow a record",
           .operand = true,
           .required = true},
    Option{.name = "by", .kind = Option::Kind::expr, .value = "EXPR", .help = "for each value of EXPR on its own", .repeat = true},
    Option{.name = "max_keys", .kind = Option::Kind::count, .value = "N", .help = "how many keys may wait", .fallback = "100000"},
    Option{.name = "max_bytes",
           .kind = Option::Kind::size,
           .value = "SIZE",
           .help = "how much memory their records may take",
           .fallback = "64MiB"},
};

constexpr std::array kPorts{PortSpec{"out", "the last record of each key before it went quiet"},
                            PortSpec{"err", "records whose key cannot be worked out"}};

// tail -n 1, and by hand: at the end of the input what waits leaves, the key first that went quiet first
constexpr std::array kExamples{
    Example{"debounce 1h", "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", "{\"a\":3}\n"},
    Example{"debounce 1h --by .k", "{\"k\":1,\"a\":1}\n{\"k\":2,\"a\":2}\n{\"k\":1,\"a\":3}\n", "{\"k\":2,\"a\":2}\n{\"k\":1,\"a\":3}\n"},
};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  window::By by;
  if (const Done done = add_keys(by, settings, context, false); !done) return done.error();
  const Room most{*settings.count("max_keys"), *settings.count("max_bytes")};
  return std::unique_ptr<Stage>(std::make_unique<Debounce>(*settings.duration("duration"), std::move(by), most, context.seed));
}

}  // namespace

constexpr StageSpec kDebounce{
    .name = "debounce",
    .group = "flow",
    .summary = "pass the last record once nothing follows it",
    .details =
        "A record waits for DURATION, by arrival; one of the same key that comes meanwhile takes its place and waits as long again, and "
        "the "
        "one it replaces counts as dropped. At the end of the input, or at a signal, what waits leaves at once. Past max_keys, max_bytes, "
        "or "
        "128 MiB of keys, the record that has waited longest leaves early, so that nothing is lost: that is said once, and the summary "
        "counts it as evicted.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = false,
    .new_bytes = false,
    .missing = StageSpec::Missing::absorbed,
    .make = make,
    .lingers = true,
};

}  // namespace leat
