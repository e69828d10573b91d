#include "core/codec/logfmt.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/as_json.h"
#include "core/codec/csv_row.h"
#include "core/codec/field_trie.h"
#include "core/codec/framing.h"
#include "core/codec/json_format.h"
#include "core/codec/json_members.h"
#include "core/codec/json_text.h"
#include "core/codec/line_framer.h"
#include "core/codec/runs.h"
#include "core/data/json.h"

namespace leat {
namespace {

using Kind = Column::Kind;
using Form = Column::Form;

bool plain(char c) { return static_cast<unsigned char>(c) > ' ' && c != '\x7F'; }
bool key_byte(char c) { return plain(c) && c != '=' && c != '"'; }

// The pairs of a line, one after another.
class Pairs {
 public:
  Pairs(std::string_view line, bool infer) : line_(line), infer_(infer) {}

  uint32_t key_begin = 0, key_size = 0;
  Column value;  // begin counts in the line

  // False: no more, or fault() says why not.
  bool next() {
    while (at_ < line_.size() && !plain(line_[at_])) ++at_;
    if (at_ == line_.size()) return false;
    key_begin = at_;
    while (at_ < line_.size() && key_byte(line_[at_])) ++at_;
    key_size = at_ - key_begin;
    if (key_size == 0) return fail("expected a key");
    if (at_ == line_.size() || !plain(line_[at_])) return value = {key_begin, 0, Kind::yes, Form::plain}, true;
    if (line_[at_] != '=') return fail("expected '=' behind the key");
    ++at_;
    return at_ < line_.size() && line_[at_] == '"' ? quoted() : bare();
  }

  const char* fault() const { return fault_; }
  uint32_t at() const { return at_; }

 private:
  bool fail(const char* what) { return fault_ = what, false; }

  bool bare() {
    const uint32_t begin = at_;
    while (at_ < line_.size() && plain(line_[at_])) ++at_;
    value = {begin, at_ - begin, csv_kind(line_.substr(begin, at_ - begin), infer_), Form::plain};
    return true;
  }

  bool quoted() {
    const uint32_t begin = ++at_;
    bool escapes = false, control = false;
    for (; at_ < line_.size() && line_[at_] != '"'; ++at_) {
      control |= static_cast<unsigned char>(line_[at_]) < ' ';
      if (line_[at_] == '\\') escapes = true, ++at_;
    }
    if (at_ >= line_.size()) return at_ = begin - 1, fail("the quoted value that begins here has no end");
    value = {begin, at_ - begin, Kind::string, escapes ? Form::escaped : Form::plain};
    ++at_;
    if (at_ < line_.size() && plain(line_[at_])) return fail("expected a space behind the closing quote");
    // What has escapes must be JSON between its quotes, for so it is read.
    const auto wrong = escapes ? json::fault(line_.substr(begin - 1, at_ - begin + 1)) : std::nullopt;
    if (!wrong) return true;
    at_ = begin - 1 + static_cast<uint32_t>(wrong->at);
    return fail(control ? "a control character beside escapes" : "no such escape");
  }

  const std::string_view line_;
  const bool infer_;
  uint32_t at_ = 0;
  const char* fault_ = nullptr;
};

class LogfmtReader final : public Reader {
 public:
  LogfmtReader(const FieldPlan& plan, bool infer) : trie_(plan), width_(plan.width()), infer_(infer) {}

  bool read(const Slab& slab, uint32_t record, Column* row) override {
    const Span span = slab.records[record];
    const std::string_view line = slab.record(record);
    if (const size_t at = json::not_utf8(line); at < line.size()) return fail(at, "not UTF-8");
    std::fill_n(row, width_, Column{});
    Pairs pairs(line, infer_);
    while (pairs.next()) {
      const auto* node = trie_.root().find(line.data() + pairs.key_begin, pairs.key_size);
      if (!node) continue;
      Column value = pairs.value;
      value.begin += span.begin;
      if (node->slot != FieldTrie::kNone) row[node->slot] = value;
      for (const uint32_t slot : node->below) row[slot] = {value.begin, static_cast<uint32_t>(value.kind), Kind::wrong, Form::plain};
    }
    if (pairs.fault()) return fail(pairs.at(), pairs.fault());
    if (const uint32_t slot = trie_.root().slot; slot != FieldTrie::kNone)
      row[slot] = {span.begin, span.end - span.begin, Kind::object, Form::foreign};
    return true;
  }

 private:
  bool fail(size_t at, std::string_view what) {
    reason_ = fmt::format("not logfmt at byte {}: {}", at, what);
    return false;
  }

  const FieldTrie trie_;
  const uint32_t width_;
  const bool infer_;
};

class LogfmtFormat final : public Format {
 public:
  explicit LogfmtFormat(bool infer) : infer_(infer) {}
  std::string_view name() const override { return "logfmt"; }
  std::unique_ptr<Reader> reader(const FieldPlan& plan) const override { return std::make_unique<LogfmtReader>(plan, infer_); }

  void to_json(std::string_view record, std::string& out) const override {
    char before = '{';
    for (Pairs pairs(record, infer_); pairs.next(); before = ',') {
      out += before;
      json::quote(record.substr(pairs.key_begin, pairs.key_size), out);
      out += ':';
      const std::string_view text = record.substr(pairs.value.begin, pairs.value.size);
      if (pairs.value.form == Form::escaped)
        ((out += '"') += text) += '"';
      else if (pairs.value.kind == Kind::string)
        json::quote(text, out);
      else
        out += text.empty() ? "true" : text;
    }
    out += before == '{' ? "{}" : "}";
  }

 private:
  const bool infer_;
};

const Format& logfmt_format(bool infer) {
  static const LogfmtFormat typed(true), text(false);
  return infer ? typed : text;
}

class LogfmtEncoder final : public Encoder {
 public:
  bool as_is(const Slab& slab) const override { return begun_ && slab.contiguous && ours(slab); }

  void encode(const Batch& batch, std::string& out, const Fail& fail) override {
    const size_t begin = out.size();
    encode_batch(batch, out, fail);
    if (!std::exchange(begun_, begun_ || out.size() > begin)) framing::keep_front(out, begin);
  }

 private:
  void encode_batch(const Batch& batch, std::string& out, const Fail& fail) {
    const Slab& slab = batch.slab();
    if (ours(slab)) {
      Runs runs(slab, '\n', out);
      batch.each([&](uint32_t record) { runs.add(slab.records[record]); });
      return;
    }
    json_.begin(batch);
    const bool raw = is_json(slab.format);
    batch.each([&](uint32_t record) {
      const std::string* made = nullptr;
      if (raw ? !json_.check(slab, record, fail) : !(made = json_.text(slab, record, fail))) return;
      const size_t begin = out.size();
      if (std::string reason = write(raw ? slab.record(record) : std::string_view(*made), out); !reason.empty()) {
        out.resize(begin);
        fail(record, {"encode", std::move(reason)});
      }
    });
  }

  static bool ours(const Slab& slab) { return slab.format == &logfmt_format(true) || slab.format == &logfmt_format(false); }

  std::string write(std::string_view object, std::string& out) {
    if (object[object.find_first_not_of(" \t\r\n")] != '{') return "only an object can be a line of logfmt";
    std::string_view value;
    bool first = true;
    for (json::Members members(object); members.next(key_, value); first = false) {
      if (key_.empty() || !std::all_of(key_.begin(), key_.end(), key_byte))
        return fmt::format("{} cannot be a key of logfmt", text::quoted(key_));
      if (!first) out += ' ';
      (out += key_) += '=';
      cell(value, out);
    }
    // An empty object would be a blank line, which is no record.
    if (first) return "an object without fields cannot be a line of logfmt";
    out += '\n';
    return {};
  }

  void cell(std::string_view value, std::string& out) {
    if (value == "null") return;
    if (value.front() != '"' && value.front() != '{' && value.front() != '[') {
      out += value;
      return;
    }
    characters_.clear();
    if (value.front() == '"')
      json::unescape(value.substr(1, value.size() - 2), characters_);
    else
      json::compact(value, characters_);
    const bool stands_bare = !characters_.empty() && csv_kind(characters_, true) == Kind::string &&
                             std::all_of(characters_.begin(), characters_.end(), [](char c) { return key_byte(c) && c != '\\'; });
    if (stands_bare)
      out += characters_;
    else
      json::quote(characters_, out);
  }

  bool begun_ = false;  // something is written
  AsJson json_;
  std::string key_, characters_;
};

}  // namespace

std::unique_ptr<Framer> logfmt_framer(const CodecOptions& options) {
  return line_framer({'\n', false, &logfmt_format(options.infer)}, options.max_record);
}
std::unique_ptr<Encoder> logfmt_encoder(const CodecOptions&) { return std::make_unique<LogfmtEncoder>(); }

}  // namespace leat
