#include "core/codec/json_reader.h"

#include <algorithm>
#include <cassert>
#include <cctype>
#include <cstring>
#include <memory>
#include <new>

#include <simdjson.h>

#include "core/codec/field_trie.h"
#include "core/codec/json_text.h"

namespace leat {
namespace {

using Kind = Column::Kind;
using Node = FieldTrie::Node;

// One index serves many short records: the call costs as much as walking a third of one.
constexpr uint32_t kStretch = 16 * 1024;

static_assert(Slab::kPadding >= simdjson::SIMDJSON_PADDING);

// Where the tokens of a stretch of bytes begin: braces, commas, colons outside of strings, opening quotes, first bytes of
// bare words. Vouches for UTF-8, for closed strings and against control characters in them.
class Index {
 public:
  bool build(const char* bytes, uint32_t size) {
    if (size > capacity_ || !parser_) resize(std::max(size, kStretch));
    if (parser_->stage1(reinterpret_cast<const uint8_t*>(bytes), size, simdjson::stage1_mode::regular) != simdjson::SUCCESS) return false;
    // A walk that reads past the last token meets the same byte twice, which no grammar allows; the third end is its look ahead.
    std::fill_n(parser_->structural_indexes.get() + parser_->n_structural_indexes, 3, size);
    return true;
  }
  const uint32_t* begin() const { return parser_->structural_indexes.get(); }
  void settle() {  // one long record must not set the resting size
    if (capacity_ > Slab::kBlock) resize(kStretch);
  }

 private:
  void resize(uint32_t size) {
    const auto error =
        parser_ ? parser_->set_capacity(size) : simdjson::get_active_implementation()->create_dom_parser_implementation(size, 1, parser_);
    if (error != simdjson::SUCCESS) throw std::bad_alloc();
    capacity_ = size;
  }

  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser_;
  uint32_t capacity_ = 0;
};

// Walks the tokens of one record: each function gets the place of a token in the index and answers the place behind the
// value, or null. What the index vouches for is not looked at again.
class Walk {
 public:
  Walk(const char* base, uint32_t shift, uint32_t end, bool escapes, Column* row)
      : base_(base), shift_(shift), end_(end), escapes_(escapes), row_(row) {}

  // A value nobody asked for.
  const uint32_t* skip(const uint32_t* at) {
    const char* p = base_ + *at;
    switch (*p) {
      case '"':
        return at + 1;
      case '{':
        return skip_object(at);
      case '[':
        return skip_array(at);
      case 't':
        return word(at, "true", 4);
      case 'f':
        return word(at, "false", 5);
      case 'n':
        return word(at, "null", 4);
      default:
        return number(p, base_ + tail(at)) ? at + 1 : nullptr;
    }
  }

  // A value that a planned path goes to or through.
  const uint32_t* keep(const uint32_t* at, const Node& node) {
    if (*at >= end_) return nullptr;
    for (uint32_t slot : node.below) row_[slot] = {};  // an earlier value of the same key counts no more
    const char first = base_[*at];
    const uint32_t* next = first == '{' && !node.children.empty() ? keep_object(at, node) : skip(at);
    if (!next) return nullptr;
    const Column column = captured(first, at, next);
    if (node.slot != FieldTrie::kNone) row_[node.slot] = column;
    if (first != '{' && first != 'n')
      for (uint32_t slot : node.below) row_[slot] = {shift_ + *at, static_cast<uint32_t>(column.kind), Kind::wrong, Column::Form::plain};
    return next;
  }

 private:
  bool open(const uint32_t* at) { return *at < end_ && ++depth_ <= json::kDepth; }
  const uint32_t* close(const uint32_t* at) { return --depth_, *at < end_ ? at + 1 : nullptr; }

  const uint32_t* skip_object(const uint32_t* at) {
    if (!open(at)) return nullptr;
    if (base_[*++at] == '}') return close(at);
    for (;; ++at) {
      if (base_[at[0]] != '"' || base_[at[1]] != ':' || !(at = skip(at + 2))) return nullptr;
      if (base_[*at] == ',') continue;
      return base_[*at] == '}' ? close(at) : nullptr;
    }
  }

  const uint32_t* skip_array(const uint32_t* at) {
    if (!open(at)) return nullptr;
    if (base_[*++at] == ']') return close(at);
    for (;; ++at) {
      if (!(at = skip(at))) return nullptr;
      if (base_[*at] == ',') continue;
      return base_[*at] == ']' ? close(at) : nullptr;
    }
  }

  const uint32_t* keep_object(const uint32_t* at, const Node& node) {
    if (!open(at)) return nullptr;
    if (base_[*++at] == '}') return close(at);
    for (;; ++at) {
      if (base_[at[0]] != '"' || base_[at[1]] != ':') return nullptr;
      const Node* child = find(node, at);
      at += 2;
      if (!(at = child ? keep(at, *child) : skip(at))) return nullptr;
      if (base_[*at] == ',') continue;
      return base_[*at] == '}' ? close(at) : nullptr;
    }
  }

  const Node* find(const Node& node, const uint32_t* at) {
    const std::string_view key = string(at);
    if (!escapes_ || key.find('\\') == key.npos) return node.find(key);
    std::string plain;
    json::unescape(key, plain);
    return node.find(plain);
  }

  // Between a string and the next token stands white space only, so the closing quote is the first one found backwards.
  std::string_view string(const uint32_t* at) const {
    uint32_t close = at[1] - 1;
    while (base_[close] != '"') --close;
    return {base_ + *at + 1, close - *at - 1};
  }

  // Where the bare word at this token ends.
  uint32_t tail(const uint32_t* at) const {
    uint32_t end = std::min(at[1], end_);
    while (json::space(base_[end - 1])) --end;
    return end;
  }

  const uint32_t* word(const uint32_t* at, const char* expected, uint32_t size) const {
    return std::memcmp(base_ + *at, expected, size) == 0 && tail(at) == *at + size ? at + 1 : nullptr;
  }

  static bool number(const char* p, const char* end) {
    const auto digits = [&] {
      const char* from = p;
      while (p < end && static_cast<unsigned char>(*p - '0') < 10) ++p;
      return p > from;
    };
    if (*p == '-') ++p;
    const bool zero = p < end && *p == '0';
    const char* whole = p;
    if (!digits() || (zero && p - whole > 1)) return false;
    if (p < end && *p == '.' && (++p, !digits())) return false;
    if (p < end && (*p | 0x20) == 'e') {
      ++p;
      if (p < end && (*p == '+' || *p == '-')) ++p;
      if (!digits()) return false;
    }
    return p == end;
  }

  Column captured(char first, const uint32_t* at, const uint32_t* next) const {
    if (first == '"') {
      const std::string_view text = string(at);
      const bool escaped = escapes_ && text.find('\\') != text.npos;
      return {shift_ + *at + 1, static_cast<uint32_t>(text.size()), Kind::string, escaped ? Column::Form::escaped : Column::Form::plain};
    }
    if (first == '{' || first == '[')
      return {shift_ + *at, next[-1] + 1 - *at, first == '{' ? Kind::object : Kind::array, Column::Form::plain};
    const Kind kind = first == 't' ? Kind::yes : first == 'f' ? Kind::no : first == 'n' ? Kind::null : Kind::number;
    return {shift_ + *at, tail(at) - *at, kind, Column::Form::plain};
  }

  const char* base_;  // what the index counts from
  uint32_t shift_;    // of base_ in the slab
  uint32_t end_;      // of the record
  bool escapes_;      // the record has some
  Column* row_;
  int depth_ = 0;
};

class JsonReader final : public Reader {
 public:
  JsonReader(const FieldPlan& plan, const std::vector<Span>* places) : trie_(plan), width_(plan.width()), places_(places) {}

  void prepare(const Slab& slab, size_t records) override {
    at_ = nullptr;
    refused_ = 0;
    dense_ = !places_ && records * 2 >= slab.records.size();
    index_.settle();
  }

  bool read(const Slab& slab, uint32_t record, Column* row) override {
    const Span span = places_ ? (*places_)[record] : slab.records[record];
    std::fill_n(row, width_, Column{});
    if (locate(slab, record, span) && escapes(slab.data(), span) && walk(slab, span, row)) return true;
    explain(slab.text().substr(span.begin, span.end - span.begin));
    return false;
  }

 private:
  // Points at_ to the first token of the record. False: the index refused the record.
  bool locate(const Slab& slab, uint32_t record, Span span) {
    if (!at_ || span.begin < indexed_.begin || span.end > indexed_.end || !alone(slab, span)) {
      const Span stretch = dense_ && span.begin >= refused_ ? stretch_from(slab, record) : span;
      if (!index(slab, stretch)) {
        refused_ = stretch.end;
        if (stretch.end == span.end || !index(slab, span)) return false;
      }
    }
    if (span.begin < located_) {
      at_ = index_.begin();
      slash_ = next_slash(slab.data(), span.begin);
    }
    located_ = span.end;
    while (*at_ + indexed_.begin < span.begin) ++at_;
    return true;
  }

  bool walk(const Slab& slab, Span span, Column* row) {
    const uint32_t end = span.end - indexed_.begin;
    if (*at_ >= end) return false;
    Walk walk(slab.data() + indexed_.begin, indexed_.begin, end, escaped_, row);
    const uint32_t* next = width_ != 0 ? walk.keep(at_, trie_.root()) : walk.skip(at_);
    if (!next || *next < end) return false;
    at_ = next;
    return true;
  }

  // A newline cannot stand inside a string of an index that was built, so a record between two of them is read as if alone.
  bool alone(const Slab& slab, Span span) const {
    const char* text = slab.data();
    return (span.begin == indexed_.begin || text[span.begin - 1] == '\n') && (span.end == indexed_.end || line_end(text[span.end]));
  }

  static bool line_end(char c) { return c == '\n' || c == '\r'; }

  static Span stretch_from(const Slab& slab, uint32_t record) {
    const char* text = slab.data();
    Span stretch = slab.records[record];
    for (size_t next = record + 1; next < slab.records.size(); ++next) {
      const Span span = slab.records[next];
      if (span.end - stretch.begin > kStretch || !line_end(text[stretch.end]) || text[span.begin - 1] != '\n') break;
      stretch.end = span.end;
    }
    return stretch;
  }

  bool index(const Slab& slab, Span stretch) {
    at_ = nullptr;
    if (!index_.build(slab.data() + stretch.begin, stretch.end - stretch.begin)) return false;
    indexed_ = stretch;
    at_ = index_.begin();
    located_ = UINT32_MAX;
    return true;
  }

  // Every escape of the record must be one of JSON's; a backslash outside of strings is left to the walk to refuse.
  bool escapes(const char* text, Span span) {
    if (slash_ < span.begin) slash_ = next_slash(text, span.begin);
    escaped_ = slash_ < span.end;
    while (slash_ < span.end) {
      const uint32_t size = escape_size(text + slash_, span.end - slash_);
      if (size == 0) return false;
      slash_ = next_slash(text, slash_ + size);
    }
    return true;
  }

  static uint32_t escape_size(const char* at, uint32_t left) {
    if (left < 2) return 0;
    switch (at[1]) {
      case '"':
      case '\\':
      case '/':
      case 'b':
      case 'f':
      case 'n':
      case 'r':
      case 't':
        return 2;
      case 'u':
        break;
      default:
        return 0;
    }
    return left >= 6 && std::all_of(at + 2, at + 6, [](unsigned char c) { return std::isxdigit(c); }) ? 6 : 0;
  }

  uint32_t next_slash(const char* text, uint32_t from) const {
    const void* at = std::memchr(text + from, '\\', indexed_.end - from);
    return at ? static_cast<uint32_t>(static_cast<const char*>(at) - text) : indexed_.end;
  }

  void explain(std::string_view record) {
    const auto fault = json::fault(record);
    assert(fault && "the walk and the judge differ");
    reason_ = fault ? json::reason(*fault) : "not JSON";
    code_ = fault ? fault->code : "malformed";
  }

  FieldTrie trie_;
  const uint32_t width_;
  const std::vector<Span>* const places_;  // of the records' JSON; null: they are all JSON
  Index index_;
  Span indexed_{};                // the bytes the index is about
  uint32_t refused_ = 0;          // up to here only records by themselves are indexed
  const uint32_t* at_ = nullptr;  // where the next record's tokens are looked for; null: no index
  uint32_t located_ = 0;          // the record at_ came to ends here; an earlier one begins again
  uint32_t slash_ = 0;            // the next backslash not looked at
  bool escaped_ = false;          // the record has one
  bool dense_ = false;            // most records of the slab will be read
};

}  // namespace

std::unique_ptr<Reader> json_reader(const FieldPlan& plan, const std::vector<Span>* places) {
  return std::make_unique<JsonReader>(plan, places);
}

}  // namespace leat
