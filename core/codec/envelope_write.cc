#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "core/base/base64.h"
#include "core/base/text.h"
#include "core/codec/envelope_json.h"
#include "core/codec/json_text.h"
#include "core/data/media.h"

namespace leat::envelope_json {
namespace {

// One object: puts the commas.
class Object {
 public:
  explicit Object(std::string& out) : out_(out) { out_ += '{'; }
  ~Object() { out_ += '}'; }
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  std::string& key(std::string_view name) {
    if (out_.back() != '{') out_ += ',';
    json::quote(name, out_);
    out_ += ':';
    return out_;
  }
  void text(std::string_view name, std::string_view words) {
    if (!words.empty()) json::quote(words, key(name));
  }
  void base64(std::string_view name, std::string_view bytes) {
    key(name) += '"';
    base64::encode(bytes, out_);
    out_ += '"';
  }
  void time(std::string_view name, int64_t ns) {
    if (ns == 0) return;
    const std::string words = text::rfc3339(Instant(Duration(ns)));
    if (text::rfc3339(words))
      json::quote(words, key(name));
    else
      number(name, ns);
  }
  template <class Number>
  void number(std::string_view name, Number value) {
    fmt::format_to(std::back_inserter(key(name)), "{}", value);
  }

 private:
  std::string& out_;
};

void write_float(double number, std::string& out) {
  if (!std::isfinite(number)) {
    Object(out).text("float", std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf");
    return;
  }
  const std::string digits = fmt::format("{}", number);
  out += digits;
  if (digits.find_first_of(".e") == std::string::npos) out += ".0";  // or it would come back as an int
}

void write_value(const MetaValue& value, std::string& out) {
  if (const auto* words = std::get_if<std::string>(&value)) json::quote(*words, out);
  if (const auto* whole = std::get_if<int64_t>(&value)) fmt::format_to(std::back_inserter(out), "{}", *whole);
  if (const auto* number = std::get_if<double>(&value)) write_float(*number, out);
  if (const auto* truth = std::get_if<bool>(&value)) out += *truth ? "true" : "false";
  if (const auto* blob = std::get_if<Bytes>(&value)) Object(out).base64("base64", blob->data);
}

void write_error(const Failure& failure, std::string& out) {
  Object error(out);
  for (const auto& [name, member] : Failure::kTexts) error.text(name, failure.*member);
  error.number("offset", failure.offset);
  error.number("attempts", failure.attempts);
  error.time("first", failure.first);
  error.time("last", failure.last);
}

void write_approvals(const Envelope& envelope, std::string& out) {
  char before = '[';
  for (const Approval& approval : envelope.approvals) {
    out += before;
    Object one(out);
    one.text("kind", approval.kind);
    one.base64("body", approval.body);
    before = ',';
  }
  out += ']';
}

// Somebody has the word of a checksum or a signature for these bytes, and as JSON they would come back as others.
bool vouched_otherwise(const Envelope& envelope, std::string_view payload) {
  static constexpr std::string_view kSpace = " \t";
  if (envelope.checksum.empty() && envelope.signature.empty()) return false;
  return payload.find_first_of("\n\r") != std::string_view::npos || kSpace.find(payload.front()) != std::string_view::npos ||
         kSpace.find(payload.back()) != std::string_view::npos;
}

void write_payload(const Envelope& envelope, std::string_view payload, Spell spell, Object& object) {
  const Media media = media_of(envelope.media_type);
  if (spell == Spell::readable && media == Media::json && !json::fault(payload) && !vouched_otherwise(envelope, payload)) {
    std::string& out = object.key("payload");
    if (payload.find_first_of("\n\r") == std::string_view::npos)
      out += payload;
    else
      json::compact(payload, out);
  } else if (!text::utf8(payload)) {
    object.base64("payload_base64", payload);
  } else {
    json::quote(payload, object.key(spell == Spell::readable && media == Media::text ? "payload" : "payload_text"));
  }
}

}  // namespace

void write(const Envelope& envelope, std::string_view payload, Spell spell, std::string& out) {
  Object object(out);
  object.time("time", envelope.time);
  for (const auto& [name, member] : Envelope::kTexts) object.text(name, envelope.*member);
  if (!envelope.meta.empty()) {
    Object meta(object.key("meta"));
    for (const auto& [key, value] : envelope.meta) write_value(value, meta.key(key));
  }
  object.text("checksum_algorithm", envelope.checksum_algorithm);
  if (!envelope.checksum.empty()) object.base64("checksum", envelope.checksum);
  object.text("signature_algorithm", envelope.signature_algorithm);
  object.text("signature_key", envelope.signature_key);
  if (!envelope.signature.empty()) object.base64("signature", envelope.signature);
  if (envelope.attempt != 0) object.number("attempt", envelope.attempt);
  if (envelope.failure) write_error(*envelope.failure, object.key("error"));
  if (!envelope.approvals.empty()) write_approvals(envelope, object.key("approvals"));
  if (!envelope.unknown.empty()) object.base64("unknown", envelope.unknown);
  if (!payload.empty()) write_payload(envelope, payload, spell, object);
}

}  // namespace leat::envelope_json
