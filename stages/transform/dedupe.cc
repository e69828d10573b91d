// dedupe: lets the first record of each key pass and drops the later ones. What it remembers is bounded: the key seen
// longest ago is forgotten first, so a duplicate may pass again rather than memory grow.
#include <array>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/window/canonical.h"
#include "stages/catalog.h"
#include "stages/transform/expression.h"

namespace leat {
namespace {

constexpr uint64_t kMostBytes = 128u << 20;  // of keys, so that few and very long ones are bounded as well

class Dedupe final : public Stage {
 public:
  Dedupe(std::shared_ptr<const expr::Program> key, std::optional<Duration> ttl, uint64_t most, bool refresh)
      : program_(std::move(key)), ttl_(ttl), most_(most), refresh_(refresh) {}

  Flow process(Batch& batch, Turn& turn) override {
    machine_.now(turn.now);
    forget_before(turn.now);
    batch.keep_if([&](uint32_t record) {
      key_.clear();
      const auto add = [&](const Value& value) { return window::canonical(value, key_), key_ += '\n', true; };
      if (!machine_.each(*program_, {&batch.slab(), record}, add)) return turn.fail(record, {machine_.code(), machine_.message()});
      return first(turn.now);
    });
    if (evicted_ > 0)
      turn.count("evicted", std::exchange(evicted_, 0),
                 "more keys than max_keys or 128 MiB remember: the oldest are forgotten, so duplicates may pass");
    return Flow::more;
  }

 private:
  struct Seen {
    std::string key;
    Instant at;
  };

  void forget_before(Instant now) {
    if (!ttl_) return;
    while (!order_.empty() && now - order_.front().at > *ttl_) forget();
  }

  void forget() {
    bytes_ -= order_.front().key.size();
    seen_.erase(order_.front().key);
    order_.pop_front();
  }

  bool first(Instant now) {
    if (const auto known = seen_.find(key_); known != seen_.end()) {
      if (refresh_) {
        known->second->at = now;
        order_.splice(order_.end(), order_, known->second);
      }
      return false;
    }
    while (!order_.empty() && (seen_.size() >= most_ || bytes_ + key_.size() > kMostBytes)) forget(), ++evicted_;
    bytes_ += key_.size();
    order_.push_back({key_, now});
    seen_.emplace(order_.back().key, std::prev(order_.end()));
    return true;
  }

  const std::shared_ptr<const expr::Program> program_;
  const std::optional<Duration> ttl_;
  const uint64_t most_;
  const bool refresh_;
  expr::Machine machine_;
  std::string key_;                                                       // of the record at hand: all values that are equal have one text
  uint64_t evicted_ = 0;                                                  // keys, since the last turn
  uint64_t bytes_ = 0;                                                    // of the keys in order_
  std::list<Seen> order_;                                                 // seen longest ago first
  std::unordered_map<std::string_view, std::list<Seen>::iterator> seen_;  // keys live in order_
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
  return std::unique_ptr<Stage>(
      std::make_unique<Dedupe>(std::move(*program), settings.duration("ttl"), *settings.count("max_keys"), settings.flag("refresh")));
}

}  // namespace

constexpr StageSpec kDedupe{
    .name = "dedupe",
    .group = "flow",
    .summary = "pass the first record of each key",
    .details =
        "The key is what the expression answers: keys that are == are one, however they are spelt (1 and 1.0). Past max_keys, or 128 MiB "
        "of keys, the key seen longest ago is forgotten, so memory stays bounded and an old duplicate may pass again: that is said once, "
        "and the summary counts it as evicted. A million keys as long as a UUID take 170 MiB.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = false,
    .new_bytes = false,
    .missing = StageSpec::Missing::filtered,
    .make = make,
};

}  // namespace leat
