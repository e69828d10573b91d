// buffer: room for records between what brings them and what is slow to take them. While there is no hurry they pass straight through.
#include <array>

#include "core/stage/backlog.h"
#include "stages/catalog.h"

namespace leat {
namespace {

constexpr Port kOverflow = 2;

struct Bound {
  size_t records, bytes;
};

class Buffer final : public Stage {
 public:
  Buffer(Bound most, WhenFull when_full) : most_(most), when_full_(when_full) {}

  Flow process(Batch& batch, Turn& turn) override {
    if (waiting_.empty() && !turn.full()) return Flow::more;
    if (!turn.full()) pour(turn);
    admit(batch, turn);
    waiting_.put(batch.share(), turn);
    batch.clear();
    if (when_full_ == WhenFull::drop_oldest)
      for (Batch& dropped : waiting_.drop_oldest(most_.bytes, most_.records)) turn.emit(kOverflow, std::move(dropped));
    if (!turn.full()) pour(turn);
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

  // What there is no room for goes no further, under the policies that say so.
  void admit(Batch& batch, Turn& turn) {
    if (when_full_ != WhenFull::drop_newest && when_full_ != WhenFull::dlq) return;
    size_t records = waiting_.records(), bytes = waiting_.bytes();
    std::vector<uint32_t> over;
    batch.keep_if([&](uint32_t i) {
      const size_t size = batch.slab().record(i).size() + 1;
      if (over.empty() && records < most_.records && bytes + size <= most_.bytes) return ++records, bytes += size, true;
      if (when_full_ == WhenFull::dlq) return turn.fail(i, {"full", "the buffer is full: its readers are too slow"});
      return over.push_back(i), false;
    });
    if (!over.empty()) turn.emit(kOverflow, batch.pick(std::move(over)));
  }

  // Under `block` alone: whoever brings records pauses from full until half of it is free again.
  void hold(Turn& turn) {
    if (when_full_ != WhenFull::block) return;
    const size_t part = holds_ ? 2 : 1;
    const bool full = waiting_.records() >= (most_.records + part - 1) / part || waiting_.bytes() >= (most_.bytes + part - 1) / part;
    if (full != holds_) turn.hold(holds_ = full);
  }

  const Bound most_;
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
  const Bound most{*settings.count("size"), *settings.count("bytes")};
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
