#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/base/base64.h"
#include "core/base/text.h"
#include "core/codec/envelope_json.h"
#include "core/codec/json_members.h"
#include "core/codec/json_text.h"
#include "core/data/artifact.h"
#include "core/data/media.h"

namespace leat::envelope_json {
namespace {

// Where the reading is and what went wrong first; every reader below leaves what it cannot read as it was.
struct Reading {
  std::string wrong;

  void expect(std::string_view where, std::string_view what) {
    if (wrong.empty()) wrong = fmt::format("{}: {} expected", where, what);
  }
  void unknown(std::string_view where) {
    if (wrong.empty()) wrong = fmt::format("{}: no such field", where);
  }
};

bool quoted(std::string_view value) { return value.front() == '"'; }

void read_text(Reading& in, std::string_view name, std::string_view value, std::string& to) {
  if (!quoted(value)) return in.expect(name, "a string");
  to = json::words(value);
}

void read_base64(Reading& in, std::string_view name, std::string_view value, std::string& to) {
  auto bytes = quoted(value) ? base64::decode(json::words(value)) : std::nullopt;
  if (!bytes) return in.expect(name, "base64");
  to = std::move(*bytes);
}

template <class Number>
void read_whole(Reading& in, std::string_view name, std::string_view value, Number& to) {
  Number number{};
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size())
    return in.expect(name,
                     fmt::format("a whole number from {} to {}", std::numeric_limits<Number>::min(), std::numeric_limits<Number>::max()));
  to = number;
}

void read_time(Reading& in, std::string_view name, std::string_view value, int64_t& to) {
  if (!quoted(value)) return read_whole(in, name, value, to);
  const auto time = text::rfc3339(json::words(value));
  if (!time) return in.expect(name, "an RFC 3339 time from 1678 to 2261");
  to = time->time_since_epoch().count();
}

std::optional<MetaValue> marked_value(std::string_view object) {
  json::Members members(object);
  std::string mark, more;
  std::string_view value, other;
  if (!members.next(mark, value) || !quoted(value) || members.next(more, other)) return std::nullopt;
  const std::string words = json::words(value);
  if (mark == "base64") {
    auto bytes = base64::decode(words);
    return bytes ? std::optional<MetaValue>(Bytes{std::move(*bytes)}) : std::nullopt;
  }
  if (mark != "float") return std::nullopt;
  if (words == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (words == "inf") return std::numeric_limits<double>::infinity();
  if (words == "-inf") return -std::numeric_limits<double>::infinity();
  return std::nullopt;
}

std::optional<MetaValue> meta_value(std::string_view value) {
  switch (value.front()) {
    case '"':
      return json::words(value);
    case 't':
    case 'f':
      return value.front() == 't';
    case '{':
      return marked_value(value);
    case 'n':
    case '[':
      return std::nullopt;
  }
  const char* end = value.data() + value.size();
  if (value.find_first_of(".eE") == std::string_view::npos) {
    int64_t whole = 0;
    if (std::from_chars(value.data(), end, whole).ec != std::errc()) return std::nullopt;
    return whole;
  }
  double number = 0;
  if (std::from_chars(value.data(), end, number).ec != std::errc()) return std::nullopt;
  return number;
}

void read_meta(Reading& in, std::string_view value, Envelope& to) {
  if (value.front() != '{') return in.expect("meta", "an object");
  to.meta.clear();
  json::Members members(value);
  std::string key;
  for (std::string_view item; members.next(key, item);) {
    auto one = meta_value(item);
    if (!one) return in.expect("meta." + key, "text, a number of 64 bits, true, false, {\"base64\": ...} or {\"float\": \"nan\"}");
    if (to.meta.size() == artifact::kMaxMeta && !to.find(key))
      return in.expect("meta", fmt::format("at most {} entries", artifact::kMaxMeta));
    to.put(key, std::move(*one));
  }
}

void read_error(Reading& in, std::string_view value, Envelope& to) {
  if (value.front() != '{') return in.expect("error", "an object");
  to.failure = std::make_unique<Failure>();
  Failure& failure = *to.failure;
  json::Members members(value);
  std::string key;
  for (std::string_view item; members.next(key, item);) {
    const std::string name = "error." + key;
    bool known = true;
    if (key == "offset")
      read_whole(in, name, item, failure.offset);
    else if (key == "attempts")
      read_whole(in, name, item, failure.attempts);
    else if (key == "first")
      read_time(in, name, item, failure.first);
    else if (key == "last")
      read_time(in, name, item, failure.last);
    else
      known = false;
    for (const auto& [text, member] : Failure::kTexts)
      if (text == key) read_text(in, name, item, failure.*member), known = true;
    if (!known) in.unknown(name);
  }
}

void read_approvals(Reading& in, std::string_view value, Envelope& to) {
  if (value.front() != '[') return in.expect("approvals", "an array");
  to.approvals.clear();
  json::Members items(value);
  for (std::string_view item; items.next(item);) {
    if (item.front() != '{') return in.expect("approvals", "an array of objects");
    Approval& approval = to.approvals.emplace_back();
    json::Members members(item);
    std::string key;
    for (std::string_view part; members.next(key, part);) {
      if (key == "kind")
        read_text(in, "approvals.kind", part, approval.kind);
      else if (key == "body")
        read_base64(in, "approvals.body", part, approval.body);
      else
        in.unknown("approvals." + key);
    }
  }
}

void read_unknown(Reading& in, std::string_view value, Envelope& to) {
  std::string bytes;
  read_base64(in, "unknown", value, bytes);
  if (!in.wrong.empty()) return;
  if (!bytes.empty() && !artifact::decode(bytes)) return in.expect("unknown", "an artifact message");
  to.unknown = std::move(bytes);
}

using Field = void (*)(Reading&, std::string_view name, std::string_view value, Envelope&);
constexpr std::array<std::pair<std::string_view, Field>, 11> kFields{{
    {"time", [](Reading& in, std::string_view name, std::string_view value, Envelope& to) { read_time(in, name, value, to.time); }},
    {"meta", [](Reading& in, std::string_view, std::string_view value, Envelope& to) { read_meta(in, value, to); }},
    {"checksum_algorithm",
     [](Reading& in, std::string_view name, std::string_view value, Envelope& to) { read_text(in, name, value, to.checksum_algorithm); }},
    {"checksum",
     [](Reading& in, std::string_view name, std::string_view value, Envelope& to) { read_base64(in, name, value, to.checksum); }},
    {"signature_algorithm",
     [](Reading& in, std::string_view name, std::string_view value, Envelope& to) { read_text(in, name, value, to.signature_algorithm); }},
    {"signature_key",
     [](Reading& in, std::string_view name, std::string_view value, Envelope& to) { read_text(in, name, value, to.signature_key); }},
    {"signature",
     [](Reading& in, std::string_view name, std::string_view value, Envelope& to) { read_base64(in, name, value, to.signature); }},
    {"attempt", [](Reading& in, std::string_view name, std::string_view value, Envelope& to) { read_whole(in, name, value, to.attempt); }},
    {"error", [](Reading& in, std::string_view, std::string_view value, Envelope& to) { read_error(in, value, to); }},
    {"approvals", [](Reading& in, std::string_view, std::string_view value, Envelope& to) { read_approvals(in, value, to); }},
    {"unknown", [](Reading& in, std::string_view, std::string_view value, Envelope& to) { read_unknown(in, value, to); }},
}};
constexpr std::array<std::string_view, 3> kPayloads{"payload", "payload_text", "payload_base64"};

void unknown_name(Reading& in, std::string_view key) {
  std::vector<std::string_view> known(kPayloads.begin(), kPayloads.end());
  for (const auto& [name, field] : kFields) known.push_back(name);
  for (const auto& [name, member] : Envelope::kTexts) known.push_back(name);
  const auto meant = text::nearest(key, known);
  if (in.wrong.empty()) in.wrong = fmt::format("no field {}{}", text::quoted(key), meant ? fmt::format(" (did you mean {}?)", *meant) : "");
}

void read_field(Reading& in, std::string_view key, std::string_view value, Envelope& to) {
  for (const auto& [name, member] : Envelope::kTexts)
    if (name == key) return read_text(in, key, value, to.*member);
  for (const auto& [name, field] : kFields)
    if (name == key) return field(in, key, value, to);
  unknown_name(in, key);
}

// Which of kPayloads, and its value as spelled.
struct Spelled {
  size_t way = 0;
  std::string_view value;  // empty: there is none
};

void read_payload(Reading& in, const Spelled& spelled, Parts& parts) {
  const std::string_view name = kPayloads[spelled.way];
  if (spelled.way == 2) return read_base64(in, name, spelled.value, parts.scratch), void(parts.payload = parts.scratch);
  if (spelled.way == 0 && media_of(parts.envelope.media_type) == Media::json) return void(parts.payload = spelled.value);
  if (!quoted(spelled.value))
    return in.expect(name,
                     fmt::format("a string for {}", spelled.way == 1 ? "it" : "media type " + text::quoted(parts.envelope.media_type)));
  parts.scratch = json::words(spelled.value);
  parts.payload = parts.scratch;
}

}  // namespace

Done read(std::string_view object, Parts& parts) {
  parts.envelope = {};
  parts.payload = {};
  const auto data = [](std::string text) { return Error{Error::Kind::data, std::move(text), {}}; };
  if (const auto fault = json::fault(object)) return data(json::reason(*fault));
  if (const size_t first = object.find_first_not_of(" \t\r\n"); object[first] != '{') return data("an object expected");
  Reading in;
  Spelled spelled;
  json::Members members(object);
  std::string key;
  for (std::string_view value; members.next(key, value) && in.wrong.empty();) {
    const auto way = std::find(kPayloads.begin(), kPayloads.end(), key);
    if (way == kPayloads.end()) {
      read_field(in, key, value, parts.envelope);
      continue;
    }
    const auto which = static_cast<size_t>(way - kPayloads.begin());
    if (!spelled.value.empty() && spelled.way != which) in.expect(key, "only one spelling of the payload");
    spelled = {which, value};
  }
  if (in.wrong.empty() && !spelled.value.empty()) read_payload(in, spelled, parts);
  if (!in.wrong.empty()) return data(in.wrong);
  return {};
}

}  // namespace leat::envelope_json
