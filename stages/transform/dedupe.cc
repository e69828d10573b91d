// dedupe: lets the first record of each key pass and drops the later ones. What it remembers is bounded: the key seen
// longest ago is forgotten first, so a duplicate may pass again rather than memory grow.
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/window/canonical.h"
#include "core/window/recent.h"
#include "stages/catalog.h"
#include "stages/expression.h"

namespace leat {
namespace {

constexpr uint64_t kMostBytes = 128u << 20;  // of keys, so that few and very long ones are bounded as well

class Dedupe final : public Stage {
 public:
  Dedupe(std::shared_ptr<const expr::Program> key, std::optional<Duration> ttl, uint64_t most, bool refresh, uint64_t seed)
      : program_(std::move(key)), ttl_(ttl), most_(most), refresh_(refresh), seen_(seed) {}

  Flow process(Batch& batch, Turn& turn) override {
    machine_.now(turn.now);
    if (ttl_)
      while (seen_.size() > 0 && turn.now - seen_.at(seen_.oldest()) > *ttl_) seen_.forget(seen_.oldest());
    read(batch, turn);
    const size_t ahead = seen_.size() > kCached ? kAhead : keys_.size();
    size_t next = 0;
    batch.keep_if([&](uint32_t) {
      for (size_t step = 0; step < 3; ++step)
        if (const size_t soon = next + ahead * (3 - step); soon < keys_.size()) seen_.ahead(keys_[soon].hash, static_cast<int>(step));
      return first(key(next++), turn.now);
    });
    if (evicted_ > 0)
      turn.count("evicted", std::exchange(evicted_, 0),
                 "more keys than max_keys or 128 MiB remember: the oldest are forgotten, so duplicates may pass");
    return Flow::more;
  }

 private:
  static constexpr size_t kAhead = 8;          // records looked up between asking for one piece of memory and the next
  static constexpr size_t kCached = 8 * 1024;  // keys that need no asking

  // The keys of all records first: where many are remembered, what a key is looked up in is seldom in the cache, and asked for ahead
  // of time it costs a third.
  void read(Batch& batch, Turn& turn) {
    texts_.clear(), keys_.clear();
    const auto add = [&](const Value& value) { return window::canonical(value, texts_), texts_ += '\n', true; };
    batch.keep_if([&](uint32_t record) {
      const size_t begin = texts_.size();
      if (!machine_.each(*program_, {&batch.slab(), record}, add)) {
        texts_.resize(begin);
        return turn.fail(record, {machine_.code(), machine_.message()});
      }
      keys_.push_back({begin, texts_.size(), seen_.hash(std::string_view(texts_).substr(begin))});
      return true;
    });
  }

  window::Key key(size_t i) const {
    return {std::string_view(texts_).substr(keys_[i].begin, keys_[i].end - keys_[i].begin), keys_[i].hash};
  }

  bool first(const window::Key& key, Instant now) {
    if (const uint32_t known = seen_.find(key); known != window::Recent::kNone) {
      if (refresh_) seen_.renew(known, now);
      return false;
    }
    for (; seen_.size() > 0 && (seen_.size() >= most_ || seen_.bytes() + key.text.size() > kMostBytes); ++evicted_)
      seen_.forget(seen_.oldest());
    seen_.add(key, now);
    return true;
  }

  const std::shared_ptr<const expr::Program> program_;
  const std::optional<Duration> ttl_;
  const uint64_t most_;
  const bool refresh_;
  expr::Machine machine_;
  struct Read {
    size_t begin, end;
    uint64_t hash;
  };
  std::string texts_;       // the keys of the batch at hand: all values that are equal have one text
  std::vector<Read> keys_;  // where each lies in them
  uint64_t evicted_ = 0;    // keys, since the last turn
  window::Recent seen_;
};

constexpr std::array kOptions{
    Option{.name = "key",
           .kind = Option::Kind::expr,
           .value = "EXPR",
           .help = "what makes two records the same",
           .fallback = ".",
           .operand = true},
    Option{.name = "ttl",
           .kind = Option::Kind::duration,
           .value = "DURATION",
           .help = "how long a key is remembered after it was first seen; without it for good"},
    // So many that a day's file is deduplicated for good without a word about it, and that memory stays below what --mem allows records.
    Option{.name = "max_keys", .kind = Option::Kind::count, .value = "N", .help = "how many keys are remembered", .fallback = "1000000"},
    Option{.name = "refresh", .kind = Option::Kind::flag, .value = "", .help = "a duplicate makes its key remembered anew"},
};

constexpr std::array kPorts{PortSpec{"out", "the first record of each key"}, PortSpec{"err", "records whose key cannot be worked out"}};

// awk '!seen[$0]++', and the same by the field alone
constexpr std::array kExamples{
    Example{"dedupe .id", "{\"id\":1,\"n\":1}\n{\"id\":2}\n{\"id\":1,\"n\":2}\n", "{\"id\":1,\"n\":1}\n{\"id\":2}\n"},
    Example{"--in lines dedupe", "a\nb\na\n", "a\nb\n"},
};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  auto program = compile(*settings.text("key"), context);
  if (!program) return program.error();
  return std::unique_ptr<Stage>(std::make_unique<Dedupe>(std::move(*program), settings.duration("ttl"), *settings.count("max_keys"),
                                                         settings.flag("refresh"), context.seed));
}

}  // namespace

constexpr StageSpec kDedupe{
    .name = "dedupe",
    .group = "flow",
    .summary = "pass the first record of each key",
    .details =
        "The key is what the expression answers: keys that are == are one, however they are spelt (1 and 1.0). Past max_keys, or 128 MiB "
        "of keys, the key seen longest ago is forgotten, so memory stays bounded and an old duplicate may pass again: that is said once, "
        "and the summary counts it as evicted. A million keys as long as a UUID take 130 MiB, and ten million short ones, if max_keys "
        "allows them, 1 GiB.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = false,
    .new_bytes = false,
    .missing = StageSpec::Missing::filtered,
    .make = make,
};

}  // namespace leat
