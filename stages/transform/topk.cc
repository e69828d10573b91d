// topk: the records with the highest values, of each group, at the end of the input or of every interval. Only those that may still be
// among them are held.
#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/base/chunks.h"
#include "core/data/order.h"
#include "core/stage/kept.h"
#include "core/window/groups.h"
#include "stages/catalog.h"
#include "stages/transform/key.h"

namespace leat {
namespace {

struct Plan {
  uint64_t count;
  std::shared_ptr<const expr::Program> value;
  KeyOf by;
  bool lowest;
  std::optional<Duration> every;
  uint64_t keys, bytes;  // held at most
};

class TopK final : public Stage {
 public:
  TopK(Plan plan, uint64_t seed) : plan_(std::move(plan)), seed_(seed) {}

  Flow process(Batch& batch, Turn& turn) override {
    machine_.now(turn.now);
    if (deadline() && *deadline() <= turn.now) answer(turn);
    if (plan_.every && groups_.size() == 0) end_ = end_after(turn.now, *plan_.every);
    batch.each([&](uint32_t record) { enter(batch, record, turn); });
    batch.clear();
    return Flow::more;
  }

  std::optional<Instant> deadline() const override { return plan_.every && groups_.size() > 0 ? std::optional(end_) : std::nullopt; }
  void tick(Turn& turn) override {
    if (deadline() && *deadline() <= turn.now) answer(turn);
  }
  void finish(Turn& turn, bool) override { answer(turn); }

 private:
  struct Entry {
    Value value;
    Kept record;
    uint64_t number = 0;  // of its arrival
  };
  using Group = std::vector<Entry>;  // a heap, the one to go next on top

  // Intervals lie at multiples of their length since 1970, as windows do.
  static Instant end_after(Instant now, Duration every) {
    Duration into = now.time_since_epoch() % every;
    if (into < Duration(0)) into += every;
    return later(now - into, every);
  }

  bool better(const Entry& a, const Entry& b) const {
    const int order = plan_.lowest ? compare(a.value, b.value) : compare(b.value, a.value);
    return order != 0 ? order < 0 : a.number < b.number;
  }
  auto by_rank() const {
    return [this](const Entry& a, const Entry& b) { return better(a, b); };
  }

  void enter(const Batch& batch, uint32_t record, Turn& turn) {
    const expr::Row row{&batch.slab(), record};
    Entry entry;
    if (!read_value(row, entry.value) || !plan_.by.read(machine_, row, key_)) {
      turn.fail(record, {machine_.code(), machine_.message()});
      return;
    }
    if (entry.value.is_null()) return;
    entry.number = ++arrivals_;
    const window::Key key{key_, window::hash(key_, seed_)};
    uint32_t at = groups_.find(key);
    const bool full = at != window::Keys::kNone && entries_[at].size() == plan_.count;
    if (full && !better(entry, entries_[at].front())) return;
    entry.value.own();
    entry.record = Kept(batch, record);
    const size_t cost = cost_of(entry) + (at == window::Keys::kNone ? key_.size() + sizeof(Group) : 0);
    const size_t room = full ? cost_of(entries_[at].front()) : 0;
    if (!fits(at == window::Keys::kNone, cost, room)) return entry.record.let_go(), refuse(record, turn);
    if (at == window::Keys::kNone) {
      at = groups_.add(key);
      entries_.grow(groups_.end());
    }
    if (full) drop_worst(entries_[at]);
    bytes_ += cost;
    entries_[at].push_back(std::move(entry));
    std::push_heap(entries_[at].begin(), entries_[at].end(), by_rank());
  }

  bool read_value(const expr::Row& row, Value& value) {
    switch (machine_.one(*plan_.value, row, value)) {
      case expr::Machine::One::value:
        return true;
      case expr::Machine::One::none:
        return value = Value(), true;
      case expr::Machine::One::several:
        return machine_.refuse("one value is wanted, not several");
      case expr::Machine::One::failed:
        break;
    }
    return false;
  }

  static size_t cost_of(const Entry& entry) { return sizeof(Entry) + entry.record.cost() + size_t{16} * entry.value.weight(); }

  bool fits(bool new_group, size_t cost, size_t room) const {
    return (!new_group || groups_.size() < plan_.keys) && bytes_ - room + cost <= plan_.bytes;
  }

  void refuse(uint32_t record, Turn& turn) const {
    turn.fail(record, {"limit", fmt::format("{} groups of {} bytes are held already (max-keys, max-bytes)", groups_.size(), bytes_)});
  }

  void drop_worst(Group& group) {
    std::pop_heap(group.begin(), group.end(), by_rank());
    bytes_ -= cost_of(group.back());
    group.back().record.let_go();
    group.pop_back();
  }

  void answer(Turn& turn) {
    Resend out(turn);
    for (const uint32_t at : groups_.sorted()) {
      std::sort_heap(entries_[at].begin(), entries_[at].end(), by_rank());
      for (Entry& entry : entries_[at]) out.add(std::move(entry.record));
    }
    groups_ = window::Keys();
    entries_ = Chunks<Group>();
    bytes_ = 0;
    out.send();
  }

  const Plan plan_;
  const uint64_t seed_;
  expr::Machine machine_;
  std::string key_;  // of the record at hand

  window::Keys groups_;
  Chunks<Group> entries_;  // by the row of its group
  Instant end_{};          // of the interval at hand
  size_t bytes_ = 0;
  uint64_t arrivals_ = 0;
};

constexpr std::array kOptions{
    Option{.name = "count",
           .kind = Option::Kind::count,
           .value = "N",
           .help = "how many records, of each group",
           .operand = true,
           .required = true},
    Option{.name = "value", .kind = Option::Kind::expr, .value = "EXPR", .help = "what is compared", .operand = true, .required = true},
    Option{.name = "by", .kind = Option::Kind::expr, .value = "EXPR", .help = "a group for each value of EXPR", .repeat = true},
    Option{.name = "lowest", .kind = Option::Kind::flag, .value = "", .help = "the records with the lowest values instead"},
    Option{.name = "every", .kind = Option::Kind::duration, .value = "DURATION", .help = "of each interval, not of the whole input"},
    Option{.name = "max_keys", .kind = Option::Kind::count, .value = "N", .help = "groups held at once", .fallback = "100000"},
    Option{.name = "max_bytes", .kind = Option::Kind::size, .value = "SIZE", .help = "bytes held at once", .fallback = "256MiB"},
};

constexpr std::array kPorts{PortSpec{"out", "the records, the highest of a group first"},
                            PortSpec{"err", "records whose value or group cannot be worked out, or for which there is no room"}};

// jq -sc 'sort_by(-.ms)[:2][]' and mlr --json top -n 1 -f ms -g h -a
constexpr std::array kExamples{
    Example{"topk 2 .ms", "{\"ms\":3}\n{\"ms\":10,\"n\":1}\n{\"ms\":10,\"n\":2}\n{\"x\":0}\n",
            "{\"ms\":10,\"n\":1}\n{\"ms\":10,\"n\":2}\n"},
    Example{"topk 1 .ms --by .h", "{\"h\":\"b\",\"ms\":3}\n{\"h\":\"a\",\"ms\":10}\n{\"h\":\"b\",\"ms\":4}\n",
            "{\"h\":\"a\",\"ms\":10}\n{\"h\":\"b\",\"ms\":4}\n"},
};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  auto value = compile(*settings.text("value"), context);
  if (!value) return value.error();
  auto by = KeyOf::compile(texts_of(settings, "by"), context);
  if (!by) return by.error();
  Plan plan{*settings.count("count"),    std::move(*value),           std::move(*by), settings.flag("lowest"), settings.duration("every"),
            *settings.count("max_keys"), *settings.count("max_bytes")};
  return std::unique_ptr<Stage>(std::make_unique<TopK>(std::move(plan), context.seed));
}

}  // namespace

constexpr StageSpec kTopK{
    .name = "topk",
    .group = "flow",
    .summary = "pass the records with the highest values",
    .details =
        "At the end of the input, or with --every at the end of each interval of arrival time that brought any (intervals lie at "
        "multiples of their length since 1970), the records with the N highest values leave as they came, the highest first, group by "
        "group in the order of the groups. Values are compared as jq orders them; of equal ones the record that came first ranks "
        "first. A record without a value, or whose value is null, has no rank and is left out.\n\n"
        "Only what may still be among the highest is held. A record that would begin one group more than max_keys, or for which "
        "max_bytes has no room, fails.\n\n"
        "The values seen most often are another question: window --emit '{top: topk(.path)}'.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = false,
    .new_bytes = false,
    .missing = StageSpec::Missing::absorbed,
    .make = make,
};

}  // namespace leat
