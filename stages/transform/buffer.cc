// buffer: room for records between what brings them and what is slow to take them. While there is no hurry they pass straight through.
#include <algorithm>
#include <array>

#include "core/stage/backlog.h"
#include "stages/catalog.h"

namespace leat {
namespace {

constexpr Port kOverflow = 2;

class Buffer final : public Stage {
 public:
  Buffer(Room most, WhenFull when_full) : most_(most), when_full_(when_full) {}

  Flow process(Batch& batch, Turn& turn) override {
    if (waiting_.empty() && !turn.full()) return Flow::more;
    pour(turn);
    const Room room{most_.records - std::min(most_.records, waiting_.records()), most_.bytes - std::min(most_.bytes, waiting_.bytes())};
    auto over = admit(batch, when_full_, room, turn, "the buffer is full: its readers are too slow");
    if (!over.empty()) turn.emit(kOverflow, batch.pick(std::move(over)));
    if (batch.empty()) return Flow::more;  // kept, its receipt would wait here for nothing
    waiting_.put(batch.share(), turn);
    batch.clear();
    if (when_full_ == WhenFull::drop_oldest)
      for (Batch& dropped : waiting_.drop_oldest(most_.bytes, most_.records)) turn.emit(kOverflow, std::move(dropped));
    pour(turn);
    hold(turn);
    return Flow::more;
  }

  void room(Turn& turn) override {
    pour(turn);
    hold(turn);
  }

  // A reader that has no room takes what comes all the same: after this nobody will wake the buffer for its sake. So does a
  // stage below whose clock needs to know that an input's records have all been there.
  void ended(uint16_t, Turn& turn) override { empty(turn); }
  void finish(Turn& turn, bool) override { empty(turn); }

 private:
  void pour(Turn& turn) {
    while (!waiting_.empty() && !turn.full()) turn.emit(kOut, waiting_.pop());
  }

  void empty(Turn& turn) {
    while (!waiting_.empty()) turn.emit(kOut, waiting_.pop());
    hold(turn);
  }

  // Under `block` alone: whoever brings records pauses from full until half of it is free again.
  void hold(Turn& turn) {
    if (when_full_ != WhenFull::block) return;
    const size_t part = holds_ ? 2 : 1;
    const bool full = waiting_.records() >= (most_.records + part - 1) / part || waiting_.bytes() >= (most_.bytes + part - 1) / part;
    if (full != holds_) turn.hold(holds_ = full);
  }

  const Room most_;
  const WhenFull when_full_;
  Backlog waiting_;
  bool holds_ = false;
};

constexpr std::array kOptions{
    Option{
        .name = "size", .kind = Option::Kind::count, .value = "N", .help = "how many records may wait", .operand = true, .required = true},
    Option{.name = "bytes", .kind = Option::Kind::size, .value = "SIZE", .help = "how many bytes of them", .fallback = "64MiB"},
    Option{.name = "when_full",
           .kind = Option::Kind::choice,
           .value = "POLICY",
           .help = "what happens to a record for which there is no room",
           .fallback = "block",
           .choices = "block|drop-oldest|drop-newest|dlq"},
};

constexpr std::array kPorts{PortSpec{"out", "every record, in order"}, PortSpec{"err", "under dlq: what there was no room for"},
                            PortSpec{"overflow", "under drop-oldest and drop-newest: what there was no room for"}};

// cat; the reader here is never slow
constexpr std::array kExamples{Example{"buffer 1000 --when-full drop-oldest", "{\"a\":1}\n{\"a\":2}\n", "{\"a\":1}\n{\"a\":2}\n"}};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext&) {
  const Room most{*settings.count("size"), *settings.count("bytes")};
  return std::unique_ptr<Stage>(std::make_unique<Buffer>(most, when_full_of(*settings.text("when_full"))));
}

}  // namespace

constexpr StageSpec kBuffer{
    .name = "buffer",
    .group = "flow",
    .summary = "let records wait for a slow reader",
    .details =
        "Records pass straight through while what reads them has room, and wait here while it has none, so that a slow sink pauses "
        "neither the sources nor its siblings. When the buffer is full too, `block` pauses what brings records (what had already been "
        "read is kept, so it may hold a few blocks more than it says) until half of it is free; `drop-oldest` and `drop-newest` send "
        "records to the port overflow, or count them as dropped where nobody reads it; `dlq` makes dead letters of them. At the end of "
        "the input what waits is handed on.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = false,
    .new_bytes = false,
    .missing = StageSpec::Missing::absorbed,
    .make = make,
    .waits = true,
};

}  // namespace leat
