#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/framing.h"
#include "core/codec/json_members.h"
#include "core/codec/json_text.h"
#include "core/codec/syslog_parts.h"
#include "core/data/moment.h"

namespace leat::syslog {
namespace {

bool visible(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

// The names of the header, in their order, with what the RFC says of their length.
struct Name {
  std::string_view field;
  size_t most;
};
constexpr Name kHeader[] = {{"hostname", 255}, {"appname", 48}, {"procid", 128}, {"msgid", 32}};

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  std::string write(std::string_view object) {
    if (object[object.find_first_not_of(" \t\r\n")] != '{') return "only an object can be a message of syslog";
    std::string_view value;
    for (json::Members members(object); members.next(key_, value);)
      if (std::string why = take(value); !why.empty()) return why;
    fmt::format_to(std::back_inserter(out_), "<{}>1 {}", facility_ * 8 + severity_, timestamp_.empty() ? "-" : timestamp_);
    for (const std::string& word : header_) (out_ += ' ') += word.empty() ? "-" : word;
    (out_ += ' ') += data_.empty() ? "-" : data_;
    if (!message_) return {};
    out_ += ' ';
    if (message_->starts_with(framing::kMark)) out_ += framing::kMark;  // reading takes one away
    out_ += *message_;
    return {};
  }

 private:
  std::string fail(std::string_view what) const { return fmt::format("{}: {}", key_, what); }

  static bool string(std::string_view value) { return value.front() == '"'; }
  static bool nested(std::string_view value) { return value.front() == '{' || value.front() == '['; }
  // What a value says as text: a string its characters, any other its JSON.
  static std::string words(std::string_view value) {
    if (string(value)) return json::words(value);
    std::string text;
    json::compact(value, text);
    return text;
  }

  std::string take(std::string_view value) {
    if (key_ == "message") return value == "null" ? message_.reset() : void(message_ = words(value)), "";
    if (value == "null") return {};
    if (key_ == "facility") return choose(kFacilities, value, facility_);
    if (key_ == "severity") return choose(kSeverities, value, severity_);
    if (key_ == "timestamp") return time(value);
    if (key_ == "structured_data") return structured_data(value);
    for (size_t i = 0; i < std::size(kHeader); ++i)
      if (key_ == kHeader[i].field) return header(value, kHeader[i].most, header_[i]);
    return fmt::format("syslog has no field {}", text::quoted(key_));
  }

  // Of a fixed list, by its name or its number.
  template <size_t N>
  std::string choose(const std::array<std::string_view, N>& known, std::string_view value, size_t& chosen) {
    const std::string word = words(value);
    const auto at = std::find(known.begin(), known.end(), word);
    const auto number = string(value) ? std::nullopt : text::whole(word);
    if (at == known.end() && !(number && *number < N)) return fail(fmt::format("there is no {} {}", key_, text::quoted(word)));
    chosen = at != known.end() ? static_cast<size_t>(at - known.begin()) : *number;
    return {};
  }

  std::string header(std::string_view value, size_t most, std::string& word) {
    word = nested(value) ? "" : words(value);
    if (!visible(word)) return fail("wants a word of visible ASCII");
    if (word.size() > most) return fail(fmt::format("longer than {} bytes", most));
    if (word == "-") return fail("- says that there is none");
    return {};
  }

  // As it is written, but for digits behind the microsecond, which the RFC does not allow.
  std::string time(std::string_view value) {
    timestamp_ = words(value);
    auto at = string(value) ? text::rfc3339(timestamp_) : std::nullopt;
    const bool number = !string(value) && json::number(timestamp_);
    if (number) at = moment(Value::literal(timestamp_));
    if (!at) return fail("wants a time of RFC 3339, or a number of seconds");
    if (number) timestamp_ = text::rfc3339(*at);
    const size_t point = timestamp_.find('.');
    if (point == timestamp_.npos) return {};
    const size_t end = timestamp_.find_first_not_of("0123456789", point + 1);
    if (end - point > 7) timestamp_.erase(point + 7, end - point - 7);
    return {};
  }

  std::string structured_data(std::string_view value) {
    data_.clear();
    if (value.front() != '{') return fail("wants {ELEMENT: {NAME: VALUE}}");
    std::string id, name;
    std::string_view element, parameter, item;
    for (json::Members elements(value); elements.next(id, element);) {
      if (!sd_name(id) || element.front() != '{') return fail("wants {ELEMENT: {NAME: VALUE}}");
      (data_ += '[') += id;
      for (json::Members parameters(element); parameters.next(name, parameter);) {
        if (!sd_name(name) || parameter.front() == '{') return fail("wants {ELEMENT: {NAME: VALUE}}");
        if (parameter.front() != '[') {
          put(name, parameter);
          continue;
        }
        for (json::Members items(parameter); items.next(item);) put(name, item);
      }
      data_ += ']';
    }
    return {};
  }

  static bool sd_name(std::string_view name) { return visible(name) && name.size() <= 32 && name.find_first_of("=]\"") == name.npos; }

  void put(std::string_view name, std::string_view value) {
    ((data_ += ' ') += name) += "=\"";
    for (const char c : words(value)) {
      if (c == '"' || c == '\\' || c == ']') data_ += '\\';
      data_ += c;
    }
    data_ += '"';
  }

  std::string& out_;
  std::string key_;
  size_t facility_ = 1, severity_ = 5;  // user.notice, as a message without a priority counts
  std::string timestamp_, header_[std::size(kHeader)], data_;
  std::optional<std::string> message_;
};

}  // namespace

std::string write(std::string_view object, std::string& out) { return Writer(out).write(object); }

}  // namespace leat::syslog
