// set: writes fields of the envelope from what is in the record. The payload stays as it is, to the byte.
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "stages/catalog.h"
#include "stages/expression.h"
#include "stages/transform/envelope_field.h"
#include "stages/transform/relabel.h"

namespace leat {
namespace {

// One NAME=EXPR.
struct Field {
  EnvelopeField to;
  std::shared_ptr<const expr::Program> program;
};

class Set final : public Stage {
 public:
  using Fields = std::vector<Field>;

  explicit Set(std::shared_ptr<const Fields> fields) : fields_(std::move(fields)) {}

  Flow process(Batch& batch, Turn& turn) override {
    machine_.now(turn.now);
    const Slab& slab = batch.slab();
    relabel(batch, turn, [&](uint32_t record, Envelope& envelope) {
      for (const Field& field : *fields_)
        if (const auto why = write_field(field.to, *field.program, machine_, {&slab, record}, envelope)) return turn.fail(record, *why);
      envelope.unsign();
      return true;
    });
    return Flow::more;
  }

  std::unique_ptr<Stage> clone() const override { return std::make_unique<Set>(fields_); }

 private:
  const std::shared_ptr<const Fields> fields_;  // shared by the clones of all lanes
  expr::Machine machine_;
};

constexpr std::array kOptions{
    Option{.name = "field",
           .kind = Option::Kind::named,
           .value = "NAME=EXPR",
           .help = "a field of the envelope and its value",
           .operand = true,
           .required = true,
           .repeat = true},
};

constexpr std::array kPorts{PortSpec{"out", "every record, with its new envelope"},
                            PortSpec{"err", "records whose expression fails or is not what the field takes"}};

// The payload is untouched: cat
constexpr std::array kExamples{
    Example{"set subject=.type meta.size=.n", "{\"type\":\"order\",\"n\":3}\n", "{\"type\":\"order\",\"n\":3}\n"}};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  auto fields = std::make_shared<Set::Fields>();
  for (const auto& value : settings.values("field")) {
    auto to = EnvelopeField::named(value.key);
    if (!to) return to.error();
    auto program = compile(value.text, context);
    if (!program) return program.error();
    fields->push_back({std::move(*to), std::move(*program)});
  }
  if (context.envelopes) *context.envelopes = true;
  return std::unique_ptr<Stage>(std::make_unique<Set>(std::move(fields)));
}

}  // namespace

constexpr StageSpec kSet{
    .name = "set",
    .group = "transform",
    .summary = "write fields of the envelope",
    .details =
        "NAME is a field of the envelope (id time origin issuer destination subject media_type role scope trace parent) or meta.KEY. "
        "Text fields take text, time takes seconds since 1970 or RFC 3339 text, metadata takes text, numbers, true and false and "
        "keeps their type; null empties a text field and takes a key out of the metadata. Every expression reads the record as it "
        "came. The payload is not changed; a signature does not hold any more and is taken off.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = true,
    .new_bytes = false,
    .missing = StageSpec::Missing::filtered,
    .make = make,
};

}  // namespace leat
