// window: what can be said about many records at once, stretch of time by stretch of time and key by key. The shapes, the aggregates
// and the watermark are core/window's; this file reads records into them and makes records of their answers.
#include <array>
#include <string>

#include <fmt/format.h>

#include "core/base/meter.h"
#include "core/base/random.h"
#include "core/base/text.h"
#include "core/data/envelopes.h"
#include "core/data/json.h"
#include "core/expr/emit.h"
#include "core/stage/gather.h"
#include "core/window/reading.h"
#include "core/window/windows.h"
#include "stages/catalog.h"
#include "stages/expression.h"
#include "stages/transform/window_shape.h"

namespace leat {
namespace {

using window::Answer;
using window::Mark;

constexpr Port kLate = 2;
constexpr size_t kPortion = 4096;  // answers per tick, so that a window of very many keys does not hold everything else up

// What a window stage is made of, before it has seen a record.
struct Parts {
  std::shared_ptr<const expr::Program> time;  // null: arrival time
  window::By by;
  std::shared_ptr<const expr::EmitProgram> emit;
  std::vector<std::pair<std::string, MetaValue>> about;  // what the envelope of every answer says
};

struct Most {
  uint64_t keys;
  int64_t bytes;
};

class Window final : public Stage, private window::Answers {
 public:
  Window(Parts parts, window::Watermark watermark, uint64_t seed, uint64_t ids, const Most& most, const window_shape::Shape& shape)
      : emit_(std::move(parts.emit)),
        reading_(std::move(parts.time), std::move(parts.by), emit_->aggregates()),
        about_(std::move(parts.about)),
        watermark_(std::move(watermark)),
        seed_(seed),
        most_(most),
        random_(ids),
        windows_(shape(reading_.aggregates())) {}

  Flow process(Batch& batch, Turn& turn) override {
    begin(turn);
    const Slab& slab = batch.slab();
    enveloped_ |= !slab.envelopes.empty();
    std::vector<uint32_t> late;
    if (reading_.timed()) {
      watermark_.arrive(batch.origin(), turn.now);
      watermark_.wait(turn.now);
    }
    advance(SIZE_MAX);
    batch.each([&](uint32_t i) {
      if (!reading_.read({&slab, i})) {
        turn.fail(i, {reading_.code(), reading_.message()});
        return;
      }
      if (reading_.timed() && watermark_.see(batch.origin(), reading_.time())) advance(SIZE_MAX);
      enter(i, batch.receipt(), late, turn);
    });
    end();
    if (!late.empty()) turn.emit(kLate, batch.pick(std::move(late)));
    batch.clear();
    return Flow::more;
  }

  std::optional<Instant> deadline() const override {
    const auto due = windows_->due();
    if (!reading_.timed()) return due == window::kBegin ? now_ : due;
    if (due && *due <= watermark_.at()) return now_;  // the rest of a portion
    return windows_->groups() > 0 ? watermark_.deadline() : std::nullopt;
  }

  void tick(Turn& turn) override {
    begin(turn);
    if (reading_.timed()) watermark_.wait(turn.now);
    advance(kPortion);
    end();
  }

  void ended(uint16_t origin, Turn& turn) override {
    if (!reading_.timed()) return;
    begin(turn);
    watermark_.end(origin);
    advance(SIZE_MAX);
    end();
  }

  void finish(Turn& turn, bool drained) override {
    begin(turn);
    advance(SIZE_MAX);
    windows_->close(!drained, *this);
    end();
  }

 private:
  void begin(Turn& turn) {
    turn_ = &turn;
    metered_ = meter::taken;
    out_.emplace(turn, kOut);
    now_ = turn.now;
    reading_.now(turn.now);
    machine_.now(turn.now);
  }
  void end() {
    out_->send();
    out_.reset();
    batch_ = 0;
    turn_ = nullptr;
    reading_.let_go();
    held_ = held();
  }

  // Bytes in groups, and the little that the machine keeps. Within a call only.
  int64_t held() const { return held_ + (meter::taken - metered_); }

  void advance(size_t portion) { windows_->advance(reading_.timed() ? watermark_.at() : now_, *this, portion); }

  void enter(uint32_t record, const Receipt& receipt, std::vector<uint32_t>& late, Turn& turn) {
    if (held() > most_.bytes) {
      turn.fail(record, {"limit", fmt::format("{} bytes are held already (max-bytes)", most_.bytes)});
      return;
    }
    switch (windows_->enter({reading_.key(), window::hash(reading_.key(), seed_)}, reading_.time(), receipt)) {
      case window::Windows::Entry::late:
        late.push_back(record);
        return;
      case window::Windows::Entry::full:
        turn.fail(record, {"limit", fmt::format("{} groups are open already (max-keys)", most_.keys)});
        return;
      case window::Windows::Entry::kept:
        break;
    }
    reading_.add_to(windows_->states(), {reading_.time().time_since_epoch().count(), ++arrivals_});
    windows_->entered(*this);
  }

  // An answer becomes a record.
  void take(const Answer& answer) override {
    write_bounds(answer);
    reading_.by().write(answer.key, text_);
    const double seconds = std::chrono::duration<double>(answer.end - answer.start).count();
    const window::Aggregate::State* state = answer.states;
    for (const window::Aggregate& aggregate : reading_.aggregates()) results_.push_back(aggregate.answer(*state++, seconds));
    const bool done = write_fields(answer);
    results_.clear(), fields_ = {};
    if (answer.mark == Mark::early) text_ += ",\"update\":\"early\"";
    if (answer.mark == Mark::late) text_ += ",\"update\":\"late\"";
    if (answer.mark == Mark::partial) text_ += ",\"partial\":true";
    text_ += '}';
    if (!done) return spoil(answer);
    enveloped_ ? out_->add(text_, envelope(answer)) : out_->add(text_);
    if (batch_ != answer.batch || out_->owes_nothing()) answer.owed->share_into(out_->owed());
    batch_ = answer.batch;
  }

  Envelope envelope(const Answer& answer) {
    Envelope made;
    made.id = uuid7(now_, random_);
    made.time = now_.time_since_epoch().count();
    made.media_type = "application/json";
    made.meta = about_;
    made.put("window_start", text::rfc3339(answer.start));
    made.put("window_end", text::rfc3339(answer.end));
    if (reading_.by().empty()) return made;
    std::string key;
    json::write(reading_.by().value(answer.key), key);
    made.put("window_key", std::move(key));
    return made;
  }

  void write_bounds(const Answer& answer) {
    if (bounds_.empty() || answer.start != start_ || answer.end != end_) {
      start_ = answer.start, end_ = answer.end;
      bounds_ = fmt::format(R"({{"start":"{}","end":"{}")", text::rfc3339(start_), text::rfc3339(end_));
    }
    text_ = bounds_;
  }

  bool write_fields(const Answer& answer) {
    const auto seconds = [](Instant time) { return Value::real(std::chrono::duration<double>(time.time_since_epoch()).count()); };
    if (!emit_->make(machine_, reading_.by().value(answer.key), seconds(answer.start), seconds(answer.end), results_, fields_))
      return false;
    for (const Entry& field : fields_.entries()) {
      text_ += ',';
      json::write(field.key, text_);
      text_ += ':';
      json::write(field.item, text_);
    }
    return true;
  }

  // The emit expression failed (a division by zero, say). The answer goes to `err` as far as it is known.
  void spoil(const Answer& answer) {
    SlabRef slab = turn_->slab();
    slab->add(text_);
    slab->contiguous = true;
    if (enveloped_) slab->envelopes.push_back(envelope(answer));
    Receipts owed;
    answer.owed->share_into(owed);
    turn_->fail_made(Batch(std::move(slab), owed.join(), 0), {machine_.code(), machine_.message()});
  }

  const std::shared_ptr<const expr::EmitProgram> emit_;
  window::Reading reading_;
  const std::vector<std::pair<std::string, MetaValue>> about_;
  window::Watermark watermark_;
  const uint64_t seed_;
  const Most most_;
  SplitMix random_;
  const std::unique_ptr<window::Windows> windows_;
  expr::Machine machine_;
  Instant now_{};
  int64_t held_ = 0, metered_ = 0;
  uint64_t arrivals_ = 0;
  bool enveloped_ = false;  // records come with envelopes, so answers go with them

  // Of the call and the answer at hand.
  Turn* turn_ = nullptr;
  std::optional<Gather> out_;
  uint64_t batch_ = 0;
  std::vector<Value> results_;
  Value fields_;
  std::string text_, bounds_;
  Instant start_{}, end_{};
};

using Kind = Option::Kind;

constexpr std::array kOptions{
    Option{.name = "size", .kind = Kind::duration, .value = "DURATION", .help = "how long a window is", .operand = true},
    Option{.name = "every",
           .kind = Kind::duration,
           .value = "DURATION",
           .help = "how far apart windows begin; less than the size: they overlap"},
    Option{.name = "session", .kind = Kind::duration, .value = "GAP", .help = "a window is what follows each other in less than GAP"},
    Option{.name = "count", .kind = Kind::count, .value = "N", .help = "a window is N records"},
    Option{.name = "global", .kind = Kind::flag, .value = {}, .help = "a window is all there is"},
    Option{.name = "by", .kind = Kind::keys, .value = "[NAME=]EXPR", .help = "a window for each value of EXPR", .repeat = true},
    Option{.name = "time", .kind = Kind::expr, .value = "EXPR", .help = "the time of a record; without it, when it arrives"},
    Option{.name = "disorder", .kind = Kind::duration, .value = "DURATION", .help = "how far records may be behind the highest time"},
    Option{.name = "lateness", .kind = Kind::duration, .value = "DURATION", .help = "how long a window that is over still takes records"},
    Option{
        .name = "idle", .kind = Kind::duration, .value = "DURATION", .help = "a silent input is not waited for longer", .fallback = "10s"},
    Option{.name = "emit", .kind = Kind::expr, .value = "OBJECT", .help = "the fields of an answer", .required = true},
    Option{.name = "update", .kind = Kind::duration, .value = "DURATION", .help = "also answer early, as often, for what has changed"},
    Option{.name = "update_count", .kind = Kind::count, .value = "N", .help = "also answer early at every Nth record"},
    Option{.name = "max_keys", .kind = Kind::count, .value = "N", .help = "groups held at once", .fallback = "100000"},
    Option{.name = "max_bytes", .kind = Kind::size, .value = "SIZE", .help = "bytes held at once, keys and values", .fallback = "256MiB"},
};

constexpr std::array kPorts{
    PortSpec{"out", "the answers", false, RecordKind::window},
    PortSpec{"err", "records that cannot be read, timed, keyed or summed, or are one key too many; answers whose emit expression fails"},
    PortSpec{"late", "records behind the watermark whose windows have gone"},
};

// By hand; the counts are those of jq -s 'group_by(.t / 60 | floor)[] | length'
constexpr std::array kExamples{
    Example{"window 1m --time .t --emit '{n: count}'", "{\"t\":0}\n{\"t\":59.5}\n{\"t\":60}\n",
            "{\"start\":\"1970-01-01T00:00:00Z\",\"end\":\"1970-01-01T00:01:00Z\",\"n\":2}\n"
            "{\"start\":\"1970-01-01T00:01:00Z\",\"end\":\"1970-01-01T00:02:00Z\",\"n\":1}\n"},
    Example{"window --global --time .t --by .k --emit '{most: max(.v), mean: avg(.v)}'",
            "{\"t\":1,\"k\":\"b\",\"v\":1}\n{\"t\":2,\"k\":\"a\",\"v\":2}\n{\"t\":2,\"k\":\"b\",\"v\":4}\n",
            "{\"start\":\"1970-01-01T00:00:02Z\",\"end\":\"1970-01-01T00:00:02Z\",\"k\":\"a\",\"most\":2,\"mean\":2}\n"
            "{\"start\":\"1970-01-01T00:00:01Z\",\"end\":\"1970-01-01T00:00:02Z\",\"k\":\"b\",\"most\":4,\"mean\":2.5}\n"},
};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  if (const Done done = window_shape::check(settings); !done) return done.error();
  const expr::CompileOptions options = compile_options(context);
  Parts parts;
  auto time = compile_option(settings, "time", context);
  if (!time) return time.error();
  parts.time = std::move(*time);
  for (const auto& value : settings.values("by"))
    if (const Done done = parts.by.add(value.key, value.text, *context.fields, options); !done) return done.error();
  auto emit = expr::EmitProgram::compile(*settings.text("emit"), *context.fields, options);
  if (!emit) return emit.error();
  parts.emit = std::move(*emit);
  parts.about = window_shape::about(settings);
  if ((parts.by.reads_envelope() || parts.emit->reads_envelope()) && context.envelopes) *context.envelopes = true;
  window::Watermark watermark(context.inputs, settings.duration("disorder").value_or(Duration(0)), *settings.duration("idle"));
  const Most most{*settings.count("max_keys"), static_cast<int64_t>(*settings.count("max_bytes"))};
  return std::unique_ptr<Stage>(std::make_unique<Window>(std::move(parts), std::move(watermark), context.seed, context.seed_for_ids(), most,
                                                         window_shape::of(settings)));
}

}  // namespace

constexpr StageSpec kWindow{
    .name = "window",
    .group = "window",
    .summary = "say something about many records at once, by time and key",
    .details =
        "A window is [start, end). Windows of a size lie at multiples of --every (or of the size) since 1970; a session goes from its "
        "first "
        "record to GAP after its last; --count and --global windows go from the time of their first record to that of their last. A record "
        "belongs to one group for each window it is in: its value of --by, all together if there is none.\n\n"
        "An answer is {start, end, the fields of --by, the fields of --emit}, with times as RFC 3339 text, in order of end, then key. "
        "--emit is an object in which count, sum, avg, var, min, max, first, last, rate, p50 to p99, quantile, distinct, topk and collect "
        "are over the records of the group, and $key, $start and $end (in seconds) are its own. Aggregates leave null out, and count "
        "leaves "
        "false out; of no value they are null. Sums of whole numbers are exact in 64 bits. var is that of a sample. first, last and "
        "collect "
        "go by time. Percentiles are of rank ceil(share * n), exact up to 64 numbers and within 0.8 % beyond. distinct is exact up to 256 "
        "values and has a standard error of 1.6 % beyond. topk gives {value, count}, with the error a count may have if there were very "
        "many values; it and collect hold 10000 values at most. A record with something else than a number to sum fails.\n\n"
        "With --time, time is what the records say: seconds since 1970 or RFC 3339 text. Each input's watermark is its highest time less "
        "--disorder; the stage's is the lowest of its inputs', without those that are silent for --idle, and a window is over when the "
        "watermark passes its end. At the end of the input all windows are, so a file gives the answers it would have given live. A record "
        "whose windows are over is late and leaves by its port, unless --lateness still allows it: then its group answers again, with "
        "\"update\": \"late\". With --update or --update-count groups also answer before the end, with \"update\": \"early\". A window cut "
        "short by a signal answers with \"partial\": true.\n\n"
        "Where envelopes are asked for, that of an answer says in its metadata what window it is of: window_type (tumbling, hopping, "
        "session, count or global), window_start, window_end, window_size, window_slide, window_gap, and window_key as JSON text.\n\n"
        "A record that would be one group more than --max-keys fails with code limit, and so does one that comes while more than "
        "--max-bytes are held. Each step of overlapping windows counts.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = false,
    .new_bytes = true,
    .missing = StageSpec::Missing::absorbed,
    .make = make,
};

}  // namespace leat
