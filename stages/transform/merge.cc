// merge: several inputs that are each in order of time as one that is. What one of them brings too early waits for the others to come as
// far; an input that is silent is not waited for, and one that runs ahead is paused.
#include <array>
#include <map>
#include <string>

#include "core/stage/kept.h"
#include "core/window/event_time.h"
#include "core/window/watermark.h"
#include "stages/catalog.h"
#include "stages/expression.h"

namespace leat {
namespace {

constexpr Port kLate = 2;

class Merge final : public Stage {
 public:
  Merge(window::EventTime time, window::Watermark watermark, Room most)
      : time_(std::move(time)), watermark_(std::move(watermark)), most_(most) {}

  Flow process(Batch& batch, Turn& turn) override {
    const Slab& slab = batch.slab();
    machine_.now(turn.now);
    Resend out(turn);
    std::vector<uint32_t> late;
    watermark_.arrive(batch.origin(), turn.now);
    watermark_.wait(turn.now);
    batch.each([&](uint32_t i) {
      Instant time;
      if (!time_.of(machine_, {&slab, i}, time)) {
        turn.fail(i, {time_.code(), time_.message()});
        return;
      }
      if (time < floor()) return late.push_back(i);
      put(time, batch, i);
      if (watermark_.see(batch.origin(), time)) release(out);
      relieve(batch.origin(), out);
    });
    release(out);
    out.send();
    if (!late.empty()) turn.emit(kLate, batch.pick(std::move(late)));
    batch.clear();
    if (early_ > 0)
      turn.count("early", std::exchange(early_, 0),
                 "more wait than max_records or max_bytes: the oldest leave before all inputs have come so far, and what is older is late");
    hold(turn);
    return Flow::more;
  }

  std::optional<Instant> deadline() const override { return line_.empty() ? std::nullopt : watermark_.deadline(); }
  void tick(Turn& turn) override {
    watermark_.wait(turn.now);
    send(turn);
  }
  void ended(uint16_t origin, Turn& turn) override {
    watermark_.end(origin);
    send(turn);
  }
  void finish(Turn& turn, bool) override {
    Resend out(turn);
    while (!line_.empty()) pop(out);
    out.send();
  }

 private:
  // Of equal times the first input's records go first, each in the order they came: the same however their blocks followed each other.
  struct Place {
    Instant time;
    uint16_t origin;
    uint64_t number;
    auto operator<=>(const Place&) const = default;
  };
  struct Input {
    size_t records = 0, bytes = 0;  // that wait
    bool held = false;
  };

  Instant floor() const { return std::max(floor_, watermark_.at()); }

  void put(Instant time, const Batch& batch, uint32_t record) {
    const auto at = line_.emplace(Place{time, batch.origin(), number_++}, Kept(batch, record)).first;
    Input& input = inputs_[batch.origin()];
    ++input.records, input.bytes += at->second.cost();
  }

  void pop(Resend& out) {
    const auto first = line_.begin();
    Input& input = inputs_[first->first.origin];
    --input.records, input.bytes -= first->second.cost();
    out.add(std::move(first->second));
    line_.erase(first);
  }

  // No input can bring any more of what is older than the watermark; of its very moment it can.
  void release(Resend& out) {
    while (!line_.empty() && line_.begin()->first.time < watermark_.at()) pop(out);
  }

  // The input that the others wait for is the one that cannot be paused: where it has too much that waits, within the disorder it may
  // have or at one moment, the oldest leaves.
  void relieve(uint16_t origin, Resend& out) {
    Input& input = inputs_[origin];
    for (; full(input, 1) && !watermark_.ahead(origin); ++early_) {
      floor_ = line_.begin()->first.time;
      pop(out);
    }
  }

  bool full(const Input& input, size_t part) const { return input.records > most_.records / part || input.bytes > most_.bytes / part; }

  void send(Turn& turn) {
    Resend out(turn);
    release(out);
    out.send();
    hold(turn);
  }

  // An input that runs ahead pauses from when it has brought enough until half of that has left.
  void hold(Turn& turn) {
    for (auto& [origin, input] : inputs_) {
      const bool held = watermark_.ahead(origin) && full(input, input.held ? 2 : 1);
      if (held != input.held) turn.hold_from(origin, input.held = held);
    }
  }

  window::EventTime time_;
  window::Watermark watermark_;
  const Room most_;
  expr::Machine machine_;
  std::map<Place, Kept> line_;
  std::map<uint16_t, Input> inputs_;
  Instant floor_ = window::kBegin;  // nothing older may leave in order any more
  uint64_t number_ = 0, early_ = 0;
};

constexpr std::array kOptions{
    Option{.name = "time", .kind = Option::Kind::expr, .value = "EXPR", .help = "the time of a record", .operand = true, .required = true},
    Option{.name = "disorder",
           .kind = Option::Kind::duration,
           .value = "DURATION",
           .help = "how far records of an input may be behind its highest time"},
    Option{.name = "idle",
           .kind = Option::Kind::duration,
           .value = "DURATION",
           .help = "a silent input is not waited for longer",
           .fallback = "10s"},
    Option{
        .name = "max_records", .kind = Option::Kind::count, .value = "N", .help = "how many of one input may wait", .fallback = "100000"},
    Option{.name = "max_bytes", .kind = Option::Kind::size, .value = "SIZE", .help = "how much memory they may take", .fallback = "64MiB"},
};

constexpr std::array kPorts{PortSpec{"out", "the records of all inputs, in order of time"}, PortSpec{"err", "records without a time"},
                            PortSpec{"late", "records that are older than what has left already"}};

// sort -n, by hand: two branches of one input, put together again
constexpr std::array kExamples{
    Example{"merge .t --disorder 5s", "{\"t\":3}\n{\"t\":1}\n{\"t\":2}\n{\"t\":9}\n", "{\"t\":1}\n{\"t\":2}\n{\"t\":3}\n{\"t\":9}\n"},
};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  auto program = compile(*settings.text("time"), context);
  if (!program) return program.error();
  window::Watermark watermark(context.inputs, settings.duration("disorder").value_or(Duration(0)), *settings.duration("idle"));
  const Room most{*settings.count("max_records"), *settings.count("max_bytes")};
  return std::unique_ptr<Stage>(std::make_unique<Merge>(window::EventTime(std::move(*program)), std::move(watermark), most));
}

}  // namespace

constexpr StageSpec kMerge{
    .name = "merge",
    .group = "flow",
    .summary = "put several inputs together in order of time",
    .details =
        "Each input of the chain (--from, several times) is expected in order of time, seconds since 1970 or RFC 3339 text, or out of "
        "order "
        "by --disorder at most. A record leaves when every input has come further than its time; of records with equal times those of the "
        "input that was named first leave first. Files are read side by side, not one after the other. An input that brings nothing for "
        "--idle is not waited for; what it brings later that is older than what has left leaves by the port late, as does whatever else "
        "is.\n\n"
        "An input that is ahead of the others pauses when max_records or max_bytes of it wait, until half of that has left (what had "
        "already "
        "been read is kept, so it may be a few blocks more). Where the input that the others wait for has so many within its disorder, the "
        "oldest leave early: that is said once, and the summary counts them.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = false,
    .new_bytes = false,
    .missing = StageSpec::Missing::absorbed,
    .make = make,
    .lingers = true,
    .together = true,
    .reorders = true,
};

}  // namespace leat
