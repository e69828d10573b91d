#include "core/expr/envelope_node.h"

#include <array>

#include "core/base/base64.h"
#include "core/base/text.h"
#include "core/data/json.h"
#include "core/expr/run.h"

namespace leat::expr {
namespace {

constexpr std::array<std::string_view, 7> kNames{"artifact", "meta", "subject", "time", "id", "origin", "error"};

// Envelopes hold what arrived; the language's text is UTF-8.
Value words(std::string_view bytes) {
  std::string repaired;
  if (text::utf8(bytes)) return Value::text(bytes);
  json::repair(bytes, repaired);
  return Value::text(repaired);
}

Value time_text(int64_t ns) { return ns == 0 ? Value() : Value::text(text::rfc3339(Instant(Duration(ns)))); }

Value binary(std::string_view bytes) {
  if (bytes.empty()) return {};
  std::string out;
  base64::encode(bytes, out);
  return Value::text(out);
}

Value meta_value(const MetaValue& value) {
  if (const auto* word = std::get_if<std::string>(&value)) return words(*word);
  if (const auto* whole = std::get_if<int64_t>(&value)) return Value::integer(*whole);
  if (const auto* real = std::get_if<double>(&value)) return Value::real(*real);
  if (const auto* truth = std::get_if<bool>(&value)) return Value(*truth);
  return binary(std::get<Bytes>(value).data);
}

Value meta(const Envelope& envelope) {
  Value out = Value::object(envelope.meta.size());
  for (const auto& [key, value] : envelope.meta) out.put(words(key), meta_value(value));
  return out;
}

Value failure(const Envelope& envelope) {
  if (!envelope.failure) return {};
  const Failure& from = *envelope.failure;
  Value out = Value::object(9);
  const auto put = [&](std::string_view key, Value value) { out.put(Value::borrow(key), std::move(value)); };
  put("code", words(from.code)), put("message", words(from.message)), put("stage", words(from.stage)), put("port", words(from.port));
  put("source", words(from.source)), put("offset", Value::integer(static_cast<int64_t>(from.offset)));
  put("attempts", Value::integer(from.attempts)), put("first", time_text(from.first)), put("last", time_text(from.last));
  return out;
}

Value approvals(const Envelope& from) {
  Value out = Value::array(from.approvals.size());
  for (const Approval& approval : from.approvals) {
    Value one = Value::object(2);
    one.put(Value::borrow("kind"), words(approval.kind)), one.put(Value::borrow("body"), binary(approval.body));
    out.push(std::move(one));
  }
  return out;
}

Value artifact(const Envelope& from) {
  Value out = Value::object(20);
  const auto put = [&](std::string_view key, Value value) { out.put(Value::borrow(key), std::move(value)); };
  put("id", words(from.id)), put("time", time_text(from.time)), put("origin", words(from.origin)), put("issuer", words(from.issuer));
  put("destination", words(from.destination)), put("subject", words(from.subject)), put("media_type", words(from.media_type));
  put("role", words(from.role)), put("scope", words(from.scope)), put("meta", meta(from));
  put("checksum_algorithm", words(from.checksum_algorithm)), put("checksum", binary(from.checksum));
  put("signature_algorithm", words(from.signature_algorithm)), put("signature_key", words(from.signature_key)),
      put("signature", binary(from.signature));
  put("trace", words(from.trace)), put("parent", words(from.parent)), put("attempt", Value::integer(from.attempt)),
      put("error", failure(from)), put("approvals", approvals(from));
  return out;
}

}  // namespace

std::optional<EnvelopeField> envelope_field(std::string_view variable) {
  for (size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == variable) return static_cast<EnvelopeField>(i);
  return std::nullopt;
}

Got EnvelopeNode::eval(Env& env, Value&&, Value& out) const {
  static const Envelope kNone;
  const Row* row = env.run.row;
  const Envelope& from = row && row->record < row->slab->envelopes.size() ? row->slab->envelopes[row->record] : kNone;
  switch (field_) {
    case EnvelopeField::artifact:
      out = artifact(from);
      break;
    case EnvelopeField::meta:
      out = meta(from);
      break;
    case EnvelopeField::subject:
      out = words(from.subject);
      break;
    case EnvelopeField::time:
      out = time_text(from.time);
      break;
    case EnvelopeField::id:
      out = words(from.id);
      break;
    case EnvelopeField::origin:
      out = words(from.origin);
      break;
    case EnvelopeField::error:
      out = failure(from);
      break;
  }
  return env.run.within(out) ? Got::value : Got::fail;
}

}  // namespace leat::expr
