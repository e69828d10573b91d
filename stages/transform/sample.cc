// sample: passes some of the records. The same seed on the same input passes the same records, whatever blocks they came in.
#include <algorithm>
#include <array>
#include <deque>
#include <map>

#include <fmt/format.h>

#include "core/base/fnv1a.h"
#include "core/base/random.h"
#include "core/base/text.h"
#include "core/stage/kept.h"
#include "core/window/watermark.h"
#include "stages/catalog.h"
#include "stages/transform/one_key.h"

namespace leat {
namespace {

// Uniform in [0, 1).
double share_of(uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; }

class Sample final : public Stage {
 public:
  // `every` 0: by chance, or by the hash of a key if there is one.
  Sample(double share, uint64_t every, std::shared_ptr<const expr::Program> key, uint64_t seed)
      : share_(share), every_(every), key_(std::move(key)), random_(seed) {}

  Flow process(Batch& batch, Turn& turn) override {
    const Slab& slab = batch.slab();
    key_.now(turn.now);
    batch.keep_if([&](uint32_t i) {
      if (every_ > 0) return count_++ % every_ == 0;
      if (!key_) return share_of(random_.next()) < share_;
      const auto key = key_.of({&slab, i}, turn);
      return key && share_of(SplitMix(fnv1a(*key)).next()) < share_;  // FNV alone mixes the upper bits too little
    });
    return Flow::more;
  }

 private:
  const double share_;
  const uint64_t every_;
  uint64_t count_ = 0;
  OneKey key_;
  SplitMix random_;
};

// K records of all, each as likely as the other, without knowing how many there will be.
// Source: Vitter, "Random sampling with a reservoir", 1985, algorithm R.
class Reservoir final : public Stage {
 public:
  Reservoir(uint64_t size, std::optional<Duration> interval, size_t most, uint64_t seed)
      : size_(size), interval_(interval), most_(most), random_(seed) {}

  Flow process(Batch& batch, Turn& turn) override {
    tick(turn);
    Drawn& drawn = inputs_[batch.origin()];
    if (!start_) start_ = turn.now;
    batch.each([&](uint32_t i) { draw(drawn, batch, i, turn); });
    batch.clear();
    return Flow::more;
  }

  std::optional<Instant> deadline() const override {
    return interval_ && start_ ? std::optional(later(*start_, *interval_)) : std::nullopt;
  }

  void tick(Turn& turn) override {
    if (!deadline() || *deadline() > turn.now) return;
    finish(turn, false);
    start_.reset();
  }

  void ended(uint16_t origin, Turn& turn) override {
    if (const auto at = inputs_.find(origin); at != inputs_.end()) let_go(at->second, turn);
  }

  void finish(Turn& turn, bool) override {
    for (auto& [origin, drawn] : inputs_) let_go(drawn, turn);
  }

 private:
  struct Drawn {
    uint64_t seen = 0;
    std::deque<std::pair<uint64_t, Kept>> kept;  // each with its number; no copy of all when it grows
  };

  void draw(Drawn& drawn, const Batch& batch, uint32_t record, Turn& turn) {
    const uint64_t place = drawn.seen < size_ ? drawn.kept.size() : below(drawn.seen + 1);
    if (place >= size_) return ++drawn.seen, void();
    const size_t old = place < drawn.kept.size() ? drawn.kept[place].second.cost() : 0;
    Kept kept(batch, record);
    const size_t cost = kept.cost();
    if (bytes_ - old + cost > most_) {
      kept.let_go();
      turn.fail(record, {"limit", fmt::format("{} bytes are drawn already (max-bytes)", most_)});
      return;
    }
    if (old > 0)
      drawn.kept[place].second.let_go();
    else
      drawn.kept.emplace_back();
    drawn.kept[place] = {drawn.seen++, std::move(kept)};
    bytes_ += cost - old;
  }

  // Uniform in [0, n).
  uint64_t below(uint64_t n) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<uint64_t>(static_cast<Wide>(random_.next()) * n >> 64);
  }

  void let_go(Drawn& drawn, Turn& turn) {
    std::sort(drawn.kept.begin(), drawn.kept.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    Resend out(turn);
    for (auto& [number, record] : drawn.kept) {
      bytes_ -= record.cost();
      out.add(std::move(record));
    }
    out.send();
    drawn = {};
  }

  const uint64_t size_;
  const std::optional<Duration> interval_;
  const size_t most_;
  SplitMix random_;
  std::map<uint16_t, Drawn> inputs_;  // by origin
  std::optional<Instant> start_;      // of the interval at hand
  size_t bytes_ = 0;                  // of all that is kept
};

constexpr std::array kOptions{
    Option{
        .name = "share", .kind = Option::Kind::number, .value = "P", .help = "how likely each record passes, from 0 to 1", .operand = true},
    Option{.name = "by", .kind = Option::Kind::expr, .value = "EXPR", .help = "by the key's hash: all records of a key pass, or none"},
    Option{.name = "every", .kind = Option::Kind::count, .value = "N", .help = "instead: the first record and then each Nth"},
    Option{.name = "reservoir", .kind = Option::Kind::count, .value = "K", .help = "instead: K records of each input, drawn from all"},
    Option{.name = "interval", .kind = Option::Kind::duration, .value = "DURATION", .help = "K records of each such time, by arrival"},
    Option{.name = "max_bytes",
           .kind = Option::Kind::size,
           .value = "SIZE",
           .help = "how much memory a reservoir may take",
           .fallback = "64MiB"},
};

constexpr std::array kPorts{PortSpec{"out", "the records drawn"},
                            PortSpec{"err", "records that have not exactly one key; those that are too long for the reservoir"}};

// awk 'NR % 3 == 1'; and cat: of three records three are drawn
constexpr std::array kExamples{
    Example{"--in lines sample --every 3", "a\nb\nc\nd\ne\n", "a\nd\n"},
    Example{"--in lines sample --reservoir 3", "a\nb\nc\n", "a\nb\nc\n"},
};

Error wrong(std::string text, std::string hint = {}) { return {Error::Kind::usage, std::move(text), std::move(hint)}; }

Result<std::unique_ptr<Stage>> make_reservoir(uint64_t size, const Settings& settings, const MakeContext& context) {
  if (settings.find("by")) return wrong("sample --reservoir draws records, not keys", "--by goes with a share");
  return std::unique_ptr<Stage>(
      std::make_unique<Reservoir>(size, settings.duration("interval"), *settings.count("max_bytes"), context.seed));
}

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  const auto share = settings.number("share");
  const auto every = settings.count("every"), reservoir = settings.count("reservoir");
  if (share.has_value() + every.has_value() + reservoir.has_value() != 1)
    return wrong("sample wants one of a share from 0 to 1, --every N and --reservoir K");
  if (settings.find("interval") && !reservoir) return wrong("sample --interval goes with --reservoir K");
  if (reservoir) return make_reservoir(*reservoir, settings, context);
  if (share && (*share < 0 || *share > 1)) return wrong("sample wants a share from 0 to 1", "one in ten is 0.1");
  if (every && settings.find("by")) return wrong("sample --every counts records, not keys", "--by goes with a share");
  auto key = compile_option(settings, "by", context);
  if (!key) return key.error();
  return std::unique_ptr<Stage>(std::make_unique<Sample>(share.value_or(0), every.value_or(0), std::move(*key), context.seed));
}

}  // namespace

constexpr StageSpec kSample{
    .name = "sample",
    .group = "flow",
    .summary = "pass some of the records",
    .details =
        "By chance, each record on its own (--seed makes the draw the same in each run), or one in N by count. With --by a record passes "
        "by its key: that share of all keys, always the same ones, in every run and on every machine; the key is text as it is, or the "
        "shortest JSON text of any other value.\n\n"
        "With --reservoir K records are drawn of all that each input brings, any as likely as the other, and leave in their order when the "
        "input ends; with --interval as often, counted from the first record after the last draw. A record that would make more than "
        "max_bytes of them fails with code limit.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = false,
    .new_bytes = false,
    .missing = StageSpec::Missing::filtered,
    .make = make,
};

}  // namespace leat
