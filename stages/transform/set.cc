// set: writes fields of the envelope from what is in the record. The payload stays as it is, to the byte.
#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/data/json.h"
#include "core/data/moment.h"
#include "stages/catalog.h"
#include "stages/expression.h"

namespace leat {
namespace {

// One NAME=EXPR. Exactly one of text, meta and neither (the time) is what it writes to.
struct Field {
  std::shared_ptr<const expr::Program> program;
  std::string name;  // as the user wrote it
  std::string Envelope::*text = nullptr;
  std::string meta;  // the key
};

class Set final : public Stage {
 public:
  using Fields = std::vector<Field>;

  explicit Set(std::shared_ptr<const Fields> fields) : fields_(std::move(fields)) {}

  Flow process(Batch& batch, Turn& turn) override {
    // Another branch may hold the same slab and must not see what this one writes. The payloads are copied with it, which
    // costs little beside the envelopes; columns that have been read stay good.
    SlabRef copy = turn.slab();
    copy_records(batch.slab(), *copy);
    machine_.now(turn.now);
    const Slab& slab = batch.slab();
    batch.keep_if([&](uint32_t i) {
      Envelope envelope = i < slab.envelopes.size() ? slab.envelopes[i] : Envelope();
      for (const Field& field : *fields_)
        if (!write(field, {&slab, i}, envelope)) return turn.fail(i, {code_, message_});
      envelope.unsign();
      copy->envelopes[i] = std::move(envelope);
      return true;
    });
    batch.move_to(std::move(copy));
    return Flow::more;
  }

  std::unique_ptr<Stage> clone() const override { return std::make_unique<Set>(fields_); }

 private:
  static void copy_records(const Slab& from, Slab& to) {
    to.append(from.text());
    to.records = from.records;
    to.columns = from.columns;
    to.looked = from.looked;
    to.width = from.width;
    to.offsets = from.offsets;
    to.packed = from.packed;
    to.offset = from.offset;
    to.resemble(from);
    to.contiguous = from.contiguous;
    to.envelopes.resize(from.records.size());
  }

  // Every expression reads the record as it came, whatever the others write.
  bool write(const Field& field, const expr::Row& row, Envelope& envelope) {
    int outputs = 0;
    bool fits = true;
    const bool ran = machine_.each(*field.program, row, [&](const Value& value) {
      if (++outputs == 1) fits = put(field, value, envelope);
      return outputs == 1;
    });
    if (!ran) {
      code_ = machine_.code();
      message_ = fmt::format("{}: {}", field.name, machine_.message());
    } else if (outputs != 1) {
      code_ = "expression";
      message_ = fmt::format("{}: wants one value, not {}", field.name, outputs == 0 ? "none" : "several");
    }
    return ran && outputs == 1 && fits;
  }

  bool put(const Field& field, const Value& value, Envelope& envelope) {
    if (field.text) {
      if (value.is_null()) return (envelope.*field.text).clear(), true;
      if (value.is_string()) return (envelope.*field.text).assign(value.view()), true;
      return refuse(field, value, "text");
    }
    if (!field.meta.empty()) return put_meta(field, value, envelope);
    const auto time = moment(value);
    if (!time) return refuse(field, value, "seconds since 1970 or RFC 3339 text");
    envelope.time = time->time_since_epoch().count();
    return true;
  }

  bool put_meta(const Field& field, const Value& value, Envelope& envelope) {
    switch (value.kind()) {
      case Value::Kind::null:
        std::erase_if(envelope.meta, [&](const auto& entry) { return entry.first == field.meta; });
        return true;
      case Value::Kind::no:
      case Value::Kind::yes:
        envelope.put(field.meta, value.truthy());
        return true;
      case Value::Kind::string:
        envelope.put(field.meta, std::string(value.view()));
        return true;
      case Value::Kind::number:
        if (int64_t whole = 0; value.whole(whole))
          envelope.put(field.meta, whole);
        else
          envelope.put(field.meta, value.number());
        return true;
      default:
        return refuse(field, value, "text, a number, true, false or null");
    }
  }

  bool refuse(const Field& field, const Value& value, std::string_view wanted) {
    std::string written;
    json::write(value, written);
    code_ = "type";
    message_ = fmt::format("{}: wants {}, not {}", field.name, wanted, text::quoted(written));
    return false;
  }

  const std::shared_ptr<const Fields> fields_;  // shared by the clones of all lanes
  expr::Machine machine_;
  std::string_view code_;  // why the last write failed
  std::string message_;
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
    Field field;
    field.name = value.key;
    const auto text =
        std::find_if(Envelope::kTexts.begin(), Envelope::kTexts.end(), [&](const auto& known) { return known.name == value.key; });
    if (text != Envelope::kTexts.end())
      field.text = text->member;
    else if (value.key.starts_with("meta.") && value.key.size() > 5)
      field.meta = value.key.substr(5);
    else if (value.key != "time")
      return Error{Error::Kind::usage, fmt::format("an envelope has no field {}", text::quoted(value.key)),
                   "id time origin issuer destination subject media_type role scope trace parent, or meta.NAME"};
    auto program = compile(value.text, context);
    if (!program) return program.error();
    field.program = std::move(*program);
    fields->push_back(std::move(field));
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
