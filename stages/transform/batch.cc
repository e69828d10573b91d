// batch: several records as one, a JSON array, for whoever is better off with fewer and larger ones. The array goes out when it is
// full, when its first member has waited long enough, or when there will be no more members; never empty.
#include <array>
#include <string>

#include "core/base/random.h"
#include "core/base/text.h"
#include "core/data/artifact.h"
#include "core/data/envelopes.h"
#include "core/stage/gather.h"
#include "stages/catalog.h"

namespace leat {
namespace {

constexpr size_t kMostMembers = 16u << 20;  // bytes of envelopes: small records may have large ones

class Collect final : public Stage {
 public:
  Collect(uint64_t size, uint64_t bytes, std::optional<Duration> latency, uint64_t seed)
      : size_(size), bytes_(bytes), latency_(latency), random_(seed) {}

  Flow process(Batch& batch, Turn& turn) override {
    Gather out(turn, kOut);
    if (deadline() && *deadline() <= turn.now) close("latency", out, turn.now);
    const Slab& slab = batch.slab();
    batch.each([&](uint32_t i) {
      const size_t before = array_.size();
      append(slab, i, out, turn.now);
      if (!slab.envelopes.empty() && !keep(slab.envelopes[i], i, turn)) return array_.resize(count_ == 0 ? 0 : before);
      last_ = turn.now;
      if (count_++ == 0) first_ = turn.now;
      kept_.keep(batch.receipt());
      if (count_ == size_)
        close("size", out, turn.now);
      else if (array_.size() + 1 >= bytes_ || members_.size() >= kMostMembers)
        close("bytes", out, turn.now);
    });
    batch.clear();
    out.send();
    return Flow::more;
  }

  std::optional<Instant> deadline() const override {
    return count_ > 0 && latency_ ? std::optional(later(first_, *latency_)) : std::nullopt;
  }

  void tick(Turn& turn) override {
    if (deadline() && *deadline() <= turn.now) close_and_send("latency", turn);
  }

  void finish(Turn& turn, bool) override { close_and_send("close", turn); }

 private:
  bool keep(const Envelope& envelope, uint32_t record, Turn& turn) {
    const Done done = artifact::encode(envelope, {}, members_);
    if (!done) return turn.fail(record, {"encode", done.error().text});
    return enveloped_ = true;
  }

  // A member that would make the array too long begins the next one.
  void append(const Slab& slab, uint32_t record, Gather& out, Instant now) {
    const size_t before = array_.size();
    array_ += count_ == 0 ? '[' : ',';
    slab.format->to_json(slab.record(record), array_);
    if (count_ == 0 || array_.size() + 1 <= bytes_) return;
    member_.assign(array_, before + 1);
    array_.resize(before);
    close("bytes", out, now);
    (array_ = '[') += member_;
  }

  void close(std::string_view reason, Gather& out, Instant now) {
    array_ += ']';
    if (enveloped_)
      out.add(array_, envelope(reason, now));
    else
      out.add(array_);
    out.owed().take(std::move(kept_));
    array_.clear();
    members_.clear();
    enveloped_ = false;
    count_ = 0;
  }

  Envelope envelope(std::string_view reason, Instant now) {
    Envelope made;
    made.id = uuid7(now, random_);
    made.time = now.time_since_epoch().count();
    made.media_type = "application/json";
    made.put("batch_size", static_cast<int64_t>(count_));
    made.put("batch_reason", std::string(reason));
    made.put("batch_first", text::rfc3339(first_));
    made.put("batch_last", text::rfc3339(last_));
    made.put("batch_members", Bytes{members_});
    made.put_checksum(array_);  // while it holds, the members are those of the array
    return made;
  }

  void close_and_send(std::string_view reason, Turn& turn) {
    if (count_ == 0) return;
    Gather out(turn, kOut);
    close(reason, out, turn.now);
    out.send();
  }

  const uint64_t size_, bytes_;
  const std::optional<Duration> latency_;
  SplitMix random_;

  std::string array_;    // the members so far, without the closing bracket
  std::string members_;  // their envelopes
  std::string member_;
  uint64_t count_ = 0;
  bool enveloped_ = false;
  Instant first_{}, last_{};
  Receipts kept_;
};

constexpr std::array kOptions{
    Option{.name = "size", .kind = Option::Kind::count, .value = "N", .help = "how many records make an array", .operand = true},
    Option{.name = "latency",
           .kind = Option::Kind::duration,
           .value = "DURATION",
           .help = "how long the first of an array waits for others at most"},
    Option{.name = "bytes",
           .kind = Option::Kind::size,
           .value = "SIZE",
           .help = "how long an array may become; a longer record goes alone",
           .fallback = "16MiB"},
};

constexpr std::array kPorts{PortSpec{"out", "the arrays", false, RecordKind::batch}, PortSpec{"err", "records that do not read"}};

// jq -nc '[inputs] | _nwise(2)'
constexpr std::array kExamples{Example{"batch 2", "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", "[{\"a\":1},{\"a\":2}]\n[{\"a\":3}]\n"}};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  if (!settings.find("size") && !settings.find("latency") && !settings.find("bytes"))
    return Error{Error::Kind::usage, "batch wants to know when an array is full", "batch 100, or --latency 1s, or --bytes 1MiB"};
  context.fields->slot({});  // members are read, so that an array is JSON
  return std::unique_ptr<Stage>(std::make_unique<Collect>(settings.count("size").value_or(UINT64_MAX), *settings.count("bytes"),
                                                          settings.duration("latency"), context.seed_for_ids()));
}

}  // namespace

constexpr StageSpec kBatch{
    .name = "batch",
    .group = "flow",
    .summary = "join records into arrays by number, time or length",
    .details =
        "An array goes out when it has N members, when another one would make it longer than SIZE, when its first member has waited "
        "for DURATION, and at the end of the input. The limits work together; the first one that is reached counts. Without "
        "--latency an array waits until it is full.\n\n"
        "Where envelopes are asked for, that of an array says in its metadata how many members it has (batch_size), why it went out "
        "(batch_reason: size, bytes, latency or close) and when its first and last member came (batch_first, batch_last), and it "
        "holds theirs (batch_members), which unbatch gives back to them as long as the array is what it was.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = false,
    .new_bytes = true,
    .missing = StageSpec::Missing::absorbed,
    .make = make,
};

}  // namespace leat
