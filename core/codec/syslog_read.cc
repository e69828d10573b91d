#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/csv_row.h"
#include "core/codec/framing.h"
#include "core/codec/json_text.h"
#include "core/codec/syslog_parts.h"

namespace leat::syslog {
namespace {

class Message {
 public:
  Message(std::string_view text, bool infer, const Clock* clock, std::string& out) : text_(text), infer_(infer), clock_(clock), out_(out) {}

  Reason read() {
    if (const size_t wrong = json::not_utf8(text_); wrong < text_.size()) return fault(wrong, "not UTF-8");
    if (!priority()) return fault(0, "expected <0> to <191>");
    if (!text_.substr(at_).starts_with("1 ")) {
      loose();
    } else if (at_ += 2; !strict()) {
      return std::move(why_);
    }
    out_ += '}';
    return {};
  }

 private:
  Reason fault(size_t at, std::string_view what) const { return {"malformed", fmt::format("not syslog at byte {}: {}", at, what)}; }
  bool fail(std::string_view what) { return why_ = fault(at_, what), false; }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void field(std::string_view name, std::string_view value) {
    ((out_ += ",\"") += name) += "\":";
    json::quote(value, out_);
  }

  bool priority() {
    const size_t end = text_.substr(0, 5).find('>');
    if (text_.empty() || text_[0] != '<' || end == text_.npos) return false;
    const std::string_view digits = text_.substr(1, end - 1);
    const auto value = text::whole(digits);
    if (!value || *value > 191 || (digits.size() > 1 && digits[0] == '0')) return false;
    fmt::format_to(std::back_inserter(out_), "{{\"facility\":\"{}\",\"severity\":\"{}\"", kFacilities[*value / 8], kSeverities[*value % 8]);
    at_ = end + 1;
    return true;
  }

  // RFC 5424 behind its version.
  bool strict() {
    const size_t begin = at_;
    std::string_view word;
    if (!token(word)) return false;
    if (word != "-") {
      if (!text::rfc3339(word)) return at_ = begin, fail("expected a time of RFC 3339 or -");
      field("timestamp", word);
    }
    for (std::string_view name : {"hostname", "appname", "procid", "msgid"}) {
      if (!token(word)) return false;
      if (word == "-") continue;
      name == "procid" ? procid(word) : field(name, word);
    }
    if (peek() != '-' ? !structured_data() : (++at_, false)) return false;
    if (at_ == text_.size()) return true;
    if (peek() != ' ') return fail("expected a space in front of the message");
    message(text_.substr(at_ + 1));
    return true;
  }

  // A word of the header and the space behind it.
  bool token(std::string_view& word) {
    const size_t end = text_.find(' ', at_);
    if (end == text_.npos) return at_ = text_.size(), fail("the header is cut short");
    word = text_.substr(at_, end - at_);
    if (word.empty()) return fail("expected a word or -");
    at_ = end + 1;
    return true;
  }

  void procid(std::string_view word) {
    if (infer_ && csv_kind(word, true) == Column::Kind::number &&
        std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; }))
      (out_ += ",\"procid\":") += word;
    else
      field("procid", word);
  }

  void message(std::string_view words) {
    if (words.starts_with(framing::kMark)) words.remove_prefix(framing::kMark.size());
    field("message", words);
  }

  bool structured_data() {
    if (peek() != '[') return fail("expected structured data or -");
    out_ += ",\"structured_data\":{";
    std::map<std::string_view, bool> ids;
    for (bool first = true; peek() == '['; first = false) {
      ++at_;
      std::string_view id;
      if (!name(id)) return false;
      if (!ids.try_emplace(id).second) return fail("an element of structured data stands twice");
      if (!first) out_ += ',';
      json::quote(id, out_);
      if (!parameters()) return false;
    }
    out_ += '}';
    return true;
  }

  bool name(std::string_view& word) {
    const size_t begin = at_;
    while (at_ < text_.size() && text_[at_] > ' ' && text_[at_] != '\x7F' && text_[at_] != '=' && text_[at_] != ']' && text_[at_] != '"')
      ++at_;
    word = text_.substr(begin, at_ - begin);
    return !word.empty() || fail("expected a name");
  }

  // Up to the bracket that closes their element.
  bool parameters() {
    std::vector<std::pair<std::string_view, std::vector<std::string>>> all;
    std::map<std::string_view, size_t> known;
    while (peek() == ' ') {
      while (peek() == ' ') ++at_;
      if (peek() == ']') break;
      std::string_view key;
      std::string value;
      if (!name(key) || !quoted(value)) return false;
      const auto [at, fresh] = known.try_emplace(key, all.size());
      if (fresh) all.push_back({key, {}});
      all[at->second].second.push_back(std::move(value));
    }
    if (peek() != ']') return fail("expected a space or ']'");
    ++at_;
    char before = '{';
    out_ += ':';
    for (const auto& [key, values] : all) {
      out_ += before, before = ',';
      json::quote(key, out_);
      out_ += ':';
      put(values);
    }
    out_ += all.empty() ? "{}" : "}";
    return true;
  }

  void put(const std::vector<std::string>& values) {
    if (values.size() == 1) return json::quote(values.front(), out_);
    char before = '[';
    for (const std::string& value : values) {
      out_ += before, before = ',';
      json::quote(value, out_);
    }
    out_ += ']';
  }

  // ="VALUE", where a backslash stands in front of a quote, a bracket that closes, or a backslash; any other is itself.
  bool quoted(std::string& value) {
    if (!text_.substr(at_).starts_with("=\"")) return fail("expected =\"");
    for (at_ += 2; peek() != '"'; ++at_) {
      if (at_ == text_.size()) return fail("a value has no end");
      const bool escaped =
          peek() == '\\' && at_ + 1 < text_.size() && std::string_view("\"\\]").find(text_[at_ + 1]) != std::string_view::npos;
      value += text_[at_ += escaped];
    }
    ++at_;
    return true;
  }

  // RFC 3164: whatever can be made out, and the rest is the message.
  void loose() {
    if (peek() == ' ') ++at_;
    if (!loose_time()) return message(text_.substr(at_));
    std::string_view rest = text_.substr(at_);
    const size_t space = rest.find(' ');
    const std::string_view host = rest.substr(0, space);
    if (space != rest.npos && !host.empty() && host.back() != ':' && host.find('[') == host.npos) {
      field("hostname", host);
      rest.remove_prefix(space + 1);
    }
    tag(rest);
    message(rest);
  }

  bool loose_time() {
    const std::string_view rest = text_.substr(at_);
    LooseDate date;
    if (const size_t size = loose_date(rest, date); size > 0) {
      const auto at = date.year != 0 ? resolve(date, {}) : clock_ ? resolve(date, clock_->now()) : std::nullopt;
      if (!at && (clock_ || date.year != 0)) return false;  // no day of any year
      const size_t end = rest.substr(0, size).find_last_not_of(" :") + 1;
      field("timestamp", at ? text::rfc3339(*at) : std::string(rest.substr(0, end)));
      return at_ += size, true;
    }
    const std::string_view word = rest.substr(0, rest.find(' '));
    if (word.size() == rest.size() || !text::rfc3339(word)) return false;
    field("timestamp", word);
    return at_ += word.size() + 1, true;
  }

  // NAME: or NAME[PID]: in front of the message.
  void tag(std::string_view& rest) {
    const size_t end = rest.find_first_of(":[ ");
    if (end == rest.npos || end == 0 || rest[end] == ' ') return;
    std::string_view behind = rest.substr(end), pid;
    if (behind[0] == '[') {
      const size_t close = behind.find(']');
      if (close == behind.npos || behind.substr(0, close).find(' ') != behind.npos) return;
      pid = behind.substr(1, close - 1);
      behind.remove_prefix(close + 1);
    }
    if (!behind.starts_with(':') && pid.empty()) return;
    field("appname", rest.substr(0, end));
    if (!pid.empty()) procid(pid);
    if (behind.starts_with(':')) behind.remove_prefix(1);
    if (behind.starts_with(' ')) behind.remove_prefix(1);
    rest = behind;
  }

  const std::string_view text_;
  const bool infer_;
  const Clock* const clock_;
  std::string& out_;
  size_t at_ = 0;
  Reason why_;
};

}  // namespace

Reason read(std::string_view message, bool infer, const Clock* clock, std::string& out) {
  return Message(message, infer, clock, out).read();
}

}  // namespace leat::syslog
