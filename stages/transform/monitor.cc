// monitor: how many records pass, and how fast, told every so often. The records themselves pass untouched.
#include <array>
#include <string>

#include <fmt/format.h>

#include "core/base/random.h"
#include "core/base/text.h"
#include "core/window/watermark.h"
#include "stages/catalog.h"
#include "stages/transform/report.h"

namespace leat {
namespace {

constexpr Port kReports = 2;

class Monitor final : public Stage {
 public:
  Monitor(Duration every, uint64_t ids) : every_(every), ids_(ids) {}

  Flow process(Batch& batch, Turn& turn) override {
    if (begun_)
      tick(turn);
    else
      begun_ = true, start_ = turn.now;
    const Slab& slab = batch.slab();
    enveloped_ |= !slab.envelopes.empty();
    records_ += batch.size();
    batch.each([&](uint32_t i) { bytes_ += slab.record(i).size(); });
    return Flow::more;
  }

  std::optional<Instant> deadline() const override { return begun_ ? std::optional(later(start_, every_)) : std::nullopt; }

  // A clock that comes late tells of all the time since, in one report.
  void tick(Turn& turn) override {
    if (const auto passed = (turn.now - start_) / every_; passed > 0) tell(start_ + passed * every_, turn);
  }

  void finish(Turn& turn, bool) override {
    if (!begun_) return;
    tick(turn);
    last_ = true;
    tell(turn.now, turn);
  }

 private:
  void tell(Instant end, Turn& turn) {
    total_ += records_;
    const double seconds = std::chrono::duration<double>(end - start_).count();
    const double rate = seconds > 0 ? static_cast<double>(records_) / seconds : 0;
    if (turn.wants(kReports))
      report(end, rate, seconds > 0, turn);
    else
      turn.note(fmt::format("{} records, {}, {:.6g} a second; {} in all", records_, text::size(bytes_), rate, total_));
    records_ = bytes_ = 0;
    start_ = end;
  }

  void report(Instant end, double rate, bool timed, Turn& turn) {
    Report out(turn, kReports, enveloped_, ids_);
    out.add(fmt::format(R"({{"start":"{}","end":"{}","records":{},"bytes":{},"rate":{},"total":{}{}}})", text::rfc3339(start_),
                        text::rfc3339(end), records_, bytes_, timed ? fmt::format("{}", rate) : "null", total_,
                        last_ ? ",\"final\":true" : ""));
    out.send();
  }

  const Duration every_;
  SplitMix ids_;
  bool begun_ = false, last_ = false;
  bool enveloped_ = false;                        // records come with envelopes, so reports go with them
  Instant start_{};                               // of what is counted now
  uint64_t records_ = 0, bytes_ = 0, total_ = 0;  // since then; before it, in all
};

constexpr std::array kOptions{
    Option{.name = "every",
           .kind = Option::Kind::duration,
           .value = "DURATION",
           .help = "how often to tell",
           .fallback = "1s",
           .operand = true},
};

constexpr std::array kPorts{PortSpec{"out", "every record, untouched"}, PortSpec{"err", "nothing"},
                            PortSpec{"reports", "what was counted, one record a time", true}};

// wc: three lines, of 21 bytes without their ends
constexpr std::array kExamples{
    Example{"monitor 1h --to drop: --from stage:monitor.reports map '{records, bytes, total, final}'", "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n",
            "{\"records\":3,\"bytes\":21,\"total\":3,\"final\":true}\n"},
};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  return std::unique_ptr<Stage>(std::make_unique<Monitor>(*settings.duration("every"), context.seed_for_ids()));
}

}  // namespace

constexpr StageSpec kMonitor{
    .name = "monitor",
    .group = "flow",
    .summary = "tell how many records pass, and how fast",
    .details =
        "From the first record on, whenever DURATION is over, the port reports has a record {start, end, records, bytes, rate, total}: "
        "what "
        "passed from start to end, by arrival, with records a second, and how many passed so far. The last one, at the end of the input, "
        "also says \"final\": true; the time it is about may be shorter. Bytes are those of the records without what stands between them. "
        "Where nobody reads the port, each report is a line on stderr. The records pass as they came.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = false,
    .new_bytes = false,
    .missing = StageSpec::Missing::filtered,
    .make = make,
};

}  // namespace leat
