#include "stages/transform/envelope_field.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/data/json.h"
#include "core/data/moment.h"

namespace leat {

Result<EnvelopeField> EnvelopeField::named(std::string_view name) {
  EnvelopeField field;
  field.name_ = name;
  const auto& texts = Envelope::kTexts;
  if (const auto* text = std::find_if(texts.begin(), texts.end(), [&](const auto& known) { return known.name == name; });
      text != texts.end())
    field.text_ = text->member;
  else if (name.starts_with("meta.") && name.size() > 5)
    field.meta_ = name.substr(5);
  else if (name != "time")
    return Error{Error::Kind::usage, fmt::format("an envelope has no field {}", text::quoted(name)),
                 "id time origin issuer destination subject media_type role scope trace parent, or meta.NAME"};
  return field;
}

bool EnvelopeField::missing(const Envelope& envelope) const {
  if (text_) return (envelope.*text_).empty();
  return meta_.empty() ? envelope.time == 0 : envelope.find(meta_) == nullptr;
}

bool EnvelopeField::put(const Value& value, Envelope& envelope, std::string& wrong) const {
  if (text_) {
    if (value.is_null()) return (envelope.*text_).clear(), true;
    if (value.is_string()) return (envelope.*text_).assign(value.view()), true;
    return refuse(value, "text", wrong);
  }
  if (!meta_.empty()) return put_meta(value, envelope, wrong);
  const auto time = moment(value);
  if (!time) return refuse(value, "seconds since 1970 or RFC 3339 text", wrong);
  envelope.time = time->time_since_epoch().count();
  return true;
}

bool EnvelopeField::put_meta(const Value& value, Envelope& envelope, std::string& wrong) const {
  switch (value.kind()) {
    case Value::Kind::null:
      std::erase_if(envelope.meta, [&](const auto& entry) { return entry.first == meta_; });
      return true;
    case Value::Kind::no:
    case Value::Kind::yes:
      envelope.put(meta_, value.truthy());
      return true;
    case Value::Kind::string:
      envelope.put(meta_, std::string(value.view()));
      return true;
    case Value::Kind::number:
      if (int64_t whole = 0; value.whole(whole))
        envelope.put(meta_, whole);
      else
        envelope.put(meta_, value.number());
      return true;
    default:
      return refuse(value, "text, a number, true, false or null", wrong);
  }
}

bool EnvelopeField::refuse(const Value& value, std::string_view wanted, std::string& wrong) const {
  std::string written;
  json::write(value, written);
  wrong = fmt::format("{}: wants {}, not {}", name_, wanted, text::quoted(written));
  return false;
}

std::optional<Reason> write_field(const EnvelopeField& field, const expr::Program& program, expr::Machine& machine, const expr::Row& row,
                                  Envelope& envelope) {
  using One = expr::Machine::One;
  Value value;
  switch (machine.one(program, row, value)) {
    case One::failed:
      return Reason{machine.code(), fmt::format("{}: {}", field.name(), machine.message())};
    case One::none:
      return Reason{"expression", fmt::format("{}: wants one value, not none", field.name())};
    case One::several:
      return Reason{"expression", fmt::format("{}: wants one value, not several", field.name())};
    case One::value:
      break;
  }
  std::string wrong;
  if (field.put(value, envelope, wrong)) return std::nullopt;
  return Reason{"type", std::move(wrong)};
}

}  // namespace leat
