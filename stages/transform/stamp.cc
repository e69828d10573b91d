// stamp: fills what the envelope lacks, and leaves what it has. Where set writes what the record says, stamp also writes what no record
// can say: an id, when it came, its number, its place in a trace.
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/base/random.h"
#include "core/base/text.h"
#include "core/data/envelopes.h"
#include "core/data/traceparent.h"
#include "stages/catalog.h"
#include "stages/expression.h"
#include "stages/transform/envelope_field.h"
#include "stages/transform/relabel.h"

namespace leat {
namespace {

constexpr std::string_view kNumber = "seq", kParentSpan = "parent_span";

// One word. Without an expression the stamp itself knows what to write.
struct Field {
  enum class What : uint8_t { expression, id, time, trace, number };
  What what;
  EnvelopeField to;
  std::shared_ptr<const expr::Program> program;
};

class Stamp final : public Stage {
 public:
  Stamp(std::vector<Field> fields, bool overwrite, uint64_t seed) : fields_(std::move(fields)), overwrite_(overwrite), random_(seed) {}

  Flow process(Batch& batch, Turn& turn) override {
    machine_.now(turn.now);
    const Slab& slab = batch.slab();
    relabel(batch, turn, [&](uint32_t record, Envelope& envelope) {
      ++number_;
      bool wrote = false;
      for (const Field& field : fields_) {
        if (!overwrite_ && field.what != Field::What::trace && !field.to.missing(envelope)) continue;
        if (field.what != Field::What::expression)
          wrote |= write(field.what, turn.now, envelope);
        else if (const auto why = write_field(field.to, *field.program, machine_, {&slab, record}, envelope))
          return turn.fail(record, *why);
        else
          wrote = true;
      }
      if (wrote) envelope.unsign();
      return true;
    });
    return Flow::more;
  }

 private:
  bool write(Field::What what, Instant now, Envelope& envelope) {
    switch (what) {
      case Field::What::id:
        envelope.id = uuid7(now, random_);
        return true;
      case Field::What::time:
        envelope.time = now.time_since_epoch().count();
        return true;
      case Field::What::number:
        envelope.put(kNumber, number_);
        return true;
      case Field::What::trace:
        return trace(envelope);
      case Field::What::expression:
        break;
    }
    return false;
  }

  // A trace that comes in goes on here with a span of this run. What is no trace is not ours to mend, unless we were told to.
  bool trace(Envelope& envelope) {
    const auto came = overwrite_ ? std::nullopt : TraceParent::read(envelope.trace);
    if (!came && !envelope.trace.empty() && !overwrite_) return false;
    envelope.trace = (came ? came->next(random_) : TraceParent::fresh(random_)).text();
    if (came) envelope.put(kParentSpan, came->span_text());
    return true;
  }

  const std::vector<Field> fields_;
  const bool overwrite_;
  SplitMix random_;
  expr::Machine machine_;
  int64_t number_ = 0;  // of the record at hand, from 1
};

constexpr std::array kOptions{
    Option{.name = "field",
           .kind = Option::Kind::keys,
           .value = "NAME|NAME=EXPR",
           .help = "id, time, trace or seq, or a field of the envelope and its value",
           .operand = true,
           .repeat = true},
    Option{.name = "overwrite", .kind = Option::Kind::flag, .value = "", .help = "write them also where the envelope has them"},
};

constexpr std::array kPorts{PortSpec{"out", "every record, with a fuller envelope"},
                            PortSpec{"err", "records whose expression fails or is not what the field takes"}};

// sed -n 2p; cat
constexpr std::array kExamples{
    Example{"stamp seq 'meta.host=\"web\"' then filter '$meta.seq == 2 and $meta.host == \"web\"'", "{\"a\":1}\n{\"a\":7}\n",
            "{\"a\":7}\n"},
    Example{"stamp id time trace then filter '$artifact.trace | test(\"^00-[0-9a-f]{32}-[0-9a-f]{16}-01$\")'", "{\"a\":1}\n",
            "{\"a\":1}\n"},
};

Result<Field> field_of(const Setting::Value& value, const MakeContext& context) {
  using What = Field::What;
  static constexpr std::pair<std::string_view, What> kOwn[] = {
      {"id", What::id}, {"time", What::time}, {"trace", What::trace}, {kNumber, What::number}};
  if (value.key.empty()) {
    for (const auto& [name, what] : kOwn)
      if (name == value.text) return Field{what, *EnvelopeField::named(what == What::number ? "meta.seq" : name), nullptr};
    return Error{Error::Kind::usage, fmt::format("stamp has no value of its own for {}", text::quoted(value.text)),
                 "id, time, trace and seq it knows; of others say NAME=EXPR"};
  }
  auto to = EnvelopeField::named(value.key);
  if (!to) return to.error();
  auto program = compile(value.text, context);
  if (!program) return program.error();
  return Field{What::expression, std::move(*to), std::move(*program)};
}

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  std::vector<Setting::Value> words = settings.values("field");
  if (words.empty()) words = {{{}, "id", {}}, {{}, "time", {}}};
  std::vector<Field> fields;
  for (const Setting::Value& word : words) {
    auto field = field_of(word, context);
    if (!field) return field.error();
    fields.push_back(std::move(*field));
  }
  if (context.envelopes) *context.envelopes = true;
  return std::unique_ptr<Stage>(std::make_unique<Stamp>(std::move(fields), settings.flag("overwrite"), context.seed_for_ids()));
}

}  // namespace

constexpr StageSpec kStamp{
    .name = "stamp",
    .group = "transform",
    .summary = "fill what the envelope lacks",
    .details =
        "A field that the envelope has is kept, unless --overwrite says otherwise. Alone, id is a new UUID (version 7), time when the "
        "record "
        "came, seq its number from 1 on, as meta.seq, counting every record that comes. NAME=EXPR is as set has it, and the expression is "
        "asked only where it is wanted. Without a word it is stamp id time. Where it writes, a signature does not hold any more and is "
        "taken off; the payload is not changed.\n\n"
        "trace is a W3C traceparent. Where there is none a trace begins, sampled. A good one goes on: the same trace with a span of its "
        "own, in meta.parent_span the span it came with, so that each stamp trace is one hop. Text that is no traceparent is left as it "
        "came, and no call sends it on; --overwrite begins a trace in its place, and in place of a good one. Records that stages make of "
        "one have its trace, and http sends it to the server. With --seed the traces are the same in each run; ids hold the time. Whatever "
        "a source reads without an envelope has got an id and a time there already: to write others says --overwrite.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = false,
    .new_bytes = false,
    .missing = StageSpec::Missing::filtered,
    .make = make,
};

}  // namespace leat
