// throttle: at most one record of each key in any stretch of DURATION, the first. Those in between are not kept for later; debounce keeps
// the last of them.
#include <array>
#include <string>

#include "core/window/recent.h"
#include "stages/catalog.h"
#include "stages/transform/keys.h"

namespace leat {
namespace {

constexpr Port kOverflow = 2;

class Throttle final : public Stage {
 public:
  Throttle(Duration quiet, window::By by, uint64_t most, uint64_t seed) : quiet_(quiet), by_(std::move(by)), most_(most), passed_(seed) {}

  Flow process(Batch& batch, Turn& turn) override {
    const Slab& slab = batch.slab();
    machine_.now(turn.now);
    while (passed_.size() > 0 && turn.now - passed_.at(passed_.oldest()) >= quiet_) passed_.forget(passed_.oldest());
    std::vector<uint32_t> over;
    batch.keep_if([&](uint32_t i) {
      if (!by_.of(machine_, {&slab, i}, key_)) return turn.fail(i, {by_.code(), by_.message()});
      if (first(turn.now)) return true;
      return over.push_back(i), false;
    });
    if (!over.empty()) turn.emit(kOverflow, batch.pick(std::move(over)));
    if (evicted_ > 0)
      turn.count(
          "evicted", std::exchange(evicted_, 0),
          "more keys than max_keys or 128 MiB pass within the duration: the oldest are forgotten, so their next record passes early");
    return Flow::more;
  }

 private:
  // What is still remembered has passed less than the duration ago.
  bool first(Instant now) {
    const window::Key key{key_, passed_.hash(key_)};
    if (passed_.find(key) != window::Recent::kNone) return false;
    for (; passed_.size() > 0 && (passed_.size() >= most_ || passed_.bytes() + key_.size() > kMostKeyBytes); ++evicted_)
      passed_.forget(passed_.oldest());
    passed_.add(key, now);
    return true;
  }

  const Duration quiet_;
  window::By by_;
  const uint64_t most_;
  expr::Machine machine_;
  std::string key_;
  uint64_t evicted_ = 0;  // keys, since the last turn
  window::Recent passed_;
};

constexpr std::array kOptions{
    Option{.name = "duration",
           .kind = Option::Kind::duration,
           .value = "DURATION",
           .help = "how long no other record passes after one",
           .operand = true,
           .required = true},
    Option{.name = "by", .kind = Option::Kind::expr, .value = "EXPR", .help = "for each value of EXPR on its own", .repeat = true},
    Option{.name = "max_keys", .kind = Option::Kind::count, .value = "N", .help = "how many keys are remembered", .fallback = "100000"},
};

constexpr std::array kPorts{PortSpec{"out", "the first record of each stretch"}, PortSpec{"err", "records whose key cannot be worked out"},
                            PortSpec{"overflow", "the others"}};

// The input is over within the hour, so: awk '!seen[$0]++'
constexpr std::array kExamples{
    Example{"throttle 1h --by .k", "{\"k\":1}\n{\"k\":2}\n{\"k\":1}\n", "{\"k\":1}\n{\"k\":2}\n"},
};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  window::By by;
  if (const Done done = add_keys(by, settings, context, false); !done) return done.error();
  return std::unique_ptr<Stage>(
      std::make_unique<Throttle>(*settings.duration("duration"), std::move(by), *settings.count("max_keys"), context.seed));
}

}  // namespace

constexpr StageSpec kThrottle{
    .name = "throttle",
    .group = "flow",
    .summary = "pass one record, then none for a while",
    .details =
        "A record passes if none of its key has passed in the last DURATION, by arrival; one that comes exactly so long after passes. The "
        "others leave by the port overflow, or count as dropped where nobody reads it: they do not make the wait longer. Past max_keys, or "
        "128 MiB of keys, the key that passed longest ago is forgotten, so that its next record passes early: that is said once, and the "
        "summary counts it as evicted.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = false,
    .new_bytes = false,
    .missing = StageSpec::Missing::filtered,
    .make = make,
};

}  // namespace leat
