#include "core/codec/json_reader.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <memory>
#include <new>
#include <string>

#include <simdjson.h>

#include "core/codec/field_trie.h"
#include "core/codec/json_column.h"
#include "core/codec/json_number.h"
#include "core/codec/json_text.h"

namespace leat {
namespace {

using Kind = Column::Kind;
using Node = FieldTrie::Node;

// One index serves many short records: its fixed cost is a tenth of the walk of one. 2 to 64 KiB measure alike.
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
  // Counted from `base`, as the index is: where the record ends, and what lies between its first and last escape.
  Walk(const char* base, uint32_t shift, uint32_t end, Span escapes, Column* row)
      : base_(base), shift_(shift), end_(end), escapes_(escapes), row_(row) {}

  const uint32_t* record(const uint32_t* at, const Node& root, bool planned) { return planned ? keep(at, root) : skip(at); }

 private:
  // A value nobody asked for.
  __attribute__((always_inline)) const uint32_t* skip(const uint32_t* at) {
    const char first = base_[*at];
    if (first == '"') return at + 1;
    if (first == '{') return skip_object(at);
    if (first == '[') return skip_array(at);
    return bare(at);
  }

  // A value that a planned path goes to or through.
  const uint32_t* keep(const uint32_t* at, const Node& node) {
    if (*at >= end_) return nullptr;
    for (uint32_t slot : node.below) row_[slot] = {};  // an earlier value of the same key counts no more
    const char first = base_[*at];
    const uint32_t* next = first == '{' && !node.children.empty() ? keep_object(at, node) : skip(at);
    if (!next) return nullptr;
    if (node.slot != FieldTrie::kNone) capture(first, at, next, row_[node.slot]);
    if (first != '{' && first != 'n')
      for (uint32_t slot : node.below) row_[slot] = {shift_ + *at, static_cast<uint32_t>(kind_of(first)), Kind::wrong, Column::Form::plain};
    return next;
  }

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
    const uint64_t sizes = node.sizes;
    for (;; ++at) {
      if (base_[at[0]] != '"' || base_[at[1]] != ':') return nullptr;
      const uint32_t size = string_size(at);
      const Node* child = nullptr;
      if (sizes >> (size & 63) & 1 || at[1] > escapes_.begin) child = find(node, at, size);
      at += 2;
      if (!(at = child ? keep(at, *child) : skip(at))) return nullptr;
      if (base_[*at] == ',') continue;
      return base_[*at] == '}' ? close(at) : nullptr;
    }
  }

  const Node* find(const Node& node, const uint32_t* at, uint32_t size) {
    if (!escaped(*at, size)) return node.find(base_ + *at + 1, size);
    std::string plain;
    json::unescape({base_ + *at + 1, size}, plain);
    plain.reserve(plain.size() + 8);
    return node.find(plain.data(), plain.size());
  }

  // Of the string that begins at this token, or some bytes nearby.
  bool escaped(uint32_t from, uint32_t size) const { return from < escapes_.end && from + size >= escapes_.begin; }

  // Between a string and the next token stands white space only, so the closing quote is the first one found backwards.
  uint32_t string_size(const uint32_t* at) const {
    uint32_t close = at[1] - 1;
    while (base_[close] != '"') --close;
    return close - *at - 1;
  }

  // Of a bare word. The index ends it at white space or at a token, and no record of an index ends inside one.
  uint32_t bare_size(const uint32_t* at) const {
    uint32_t end = at[1];
    if (static_cast<unsigned char>(base_[end - 1]) <= ' ')
      while (json::space(base_[end - 1])) --end;
    return end - *at;
  }

  const uint32_t* bare(const uint32_t* at) const {
    if (*at >= end_) return nullptr;
    const char* p = base_ + *at;
    const uint32_t size = bare_size(at);
    const auto is = [&](const char(&word)[5]) { return std::memcmp(p, word, 4) == 0; };
    const bool good = *p <= '9'   ? json::padded_number(p, size)
                      : size == 4 ? is("null") || is("true")
                                  : size == 5 && is("fals") && p[4] == 'e';
    return good ? at + 1 : nullptr;
  }

  // Field by field into place: a Column built beside it stalls on store forwarding, 10 % of a walk.
  void capture(char first, const uint32_t* at, const uint32_t* next, Column& column) const {
    column.kind = kind_of(first);
    column.begin = shift_ + *at;
    column.form = Column::Form::plain;
    if (first == '"') {
      column.begin += 1;
      column.size = string_size(at);
      if (escaped(*at, column.size) && std::memchr(base_ + *at + 1, '\\', column.size)) column.form = Column::Form::escaped;
    } else {
      column.size = first == '{' || first == '[' ? next[-1] + 1 - *at : bare_size(at);
    }
  }

  const char* const base_;
  const uint32_t shift_;  // of base_ in the slab
  const uint32_t end_;
  const Span escapes_;
  Column* const row_;
  int depth_ = 0;
};

class JsonReader final : public Reader {
 public:
  JsonReader(const FieldPlan& plan, const std::vector<Span>* places) : trie_(plan), width_(plan.width()), places_(places) {}

  void prepare(const Slab& slab, size_t records) override {
    count_ = refused_ = 0;
    dense_ = !places_ && records * 2 >= slab.records.size();
    index_.settle();
  }

  bool read(const Slab& slab, uint32_t record, Column* row) override {
    const Span span = place(slab, record);
    std::fill_n(row, width_, Column{});
    if (locate(slab, record, span) && escapes(slab.data(), span) && walk(slab, span, row)) return true;
    explain(slab.text().substr(span.begin, span.end - span.begin));
    return false;
  }

 private:
  Span place(const Slab& slab, uint32_t record) const { return places_ ? (*places_)[record] : slab.records[record]; }

  // Points at_ to the first token of the record. False: the index refused the record.
  bool locate(const Slab& slab, uint32_t record, Span span) {
    if (record - first_ >= count_ && !index(slab, record)) return false;
    if (span.begin < located_) {
      at_ = index_.begin();
      slash_ = next_slash(slab.data(), span.begin);
    }
    located_ = span.end;
    while (*at_ + indexed_.begin < span.begin) ++at_;
    return true;
  }

  // An index from this record on: over as many as fit when they are lines, over this one when they are not or when one of
  // them is refused.
  bool index(const Slab& slab, uint32_t record) {
    if (dense_ && record >= refused_) {
      const uint32_t last = stretch(slab, record);
      if (last > record && build(slab, record, last)) return true;
      refused_ = last + 1;
    }
    return build(slab, record, record);
  }

  // The last of the records that one index can serve. A newline cannot stand inside a string of an index that was built, so
  // records between newlines are read as if each stood alone.
  static uint32_t stretch(const Slab& slab, uint32_t record) {
    const char* text = slab.data();
    const uint32_t begin = slab.records[record].begin;
    for (; record + 1 < slab.records.size(); ++record) {
      const Span next = slab.records[record + 1];
      const char behind = text[slab.records[record].end];
      if (next.end - begin > kStretch || (behind != '\n' && behind != '\r') || text[next.begin - 1] != '\n') break;
    }
    return record;
  }

  bool build(const Slab& slab, uint32_t first, uint32_t last) {
    indexed_ = {place(slab, first).begin, place(slab, last).end};
    first_ = first;
    count_ = index_.build(slab.data() + indexed_.begin, indexed_.end - indexed_.begin) ? last - first + 1 : 0;
    located_ = UINT32_MAX;
    return count_ != 0;
  }

  bool walk(const Slab& slab, Span span, Column* row) {
    const uint32_t shift = indexed_.begin, end = span.end - shift;
    if (*at_ >= end) return false;
    Walk walk(slab.data() + shift, shift, end, {escapes_.begin - shift, escapes_.end - shift}, row);
    const uint32_t* next = walk.record(at_, trie_.root(), width_ != 0);
    if (!next || *next < end) return false;
    at_ = next;
    return true;
  }

  // Every escape of the record must be one of JSON's; a backslash outside of strings is left to the walk to refuse.
  bool escapes(const char* text, Span span) {
    if (slash_ < span.begin) slash_ = next_slash(text, span.begin);
    escapes_ = {span.end, span.end};
    if (slash_ >= span.end) return true;
    escapes_.begin = slash_;
    do {
      const uint32_t size = escape_size(text + slash_, span.end - slash_);
      if (size == 0) return false;
      escapes_.end = slash_ + size;
      slash_ = next_slash(text, escapes_.end);
    } while (slash_ < span.end);
    return true;
  }

  static constexpr std::array<bool, 256> table_of(std::string_view bytes) {
    std::array<bool, 256> table{};
    for (char c : bytes) table[static_cast<unsigned char>(c)] = true;
    return table;
  }

  static uint32_t escape_size(const char* at, uint32_t left) {
    static constexpr auto kShort = table_of("\"\\/bfnrt"), kHex = table_of("0123456789abcdefABCDEF");
    if (left < 2) return 0;
    if (at[1] != 'u') return kShort[static_cast<unsigned char>(at[1])] ? 2 : 0;
    return left >= 6 && std::all_of(at + 2, at + 6, [](unsigned char c) { return kHex[c]; }) ? 6 : 0;
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
  uint32_t first_ = 0, count_ = 0;  // the records the index is about
  Span indexed_{};                  // their bytes
  uint32_t refused_ = 0;            // an index over many refused them; up to here each gets its own
  bool dense_ = false;              // most records of the slab will be read
  const uint32_t* at_ = nullptr;    // where the next record's tokens are looked for
  uint32_t located_ = 0;            // the record at_ came to ends here; for an earlier one it goes back
  uint32_t slash_ = 0;              // the next backslash not looked at
  Span escapes_{};                  // of the record: its first, and behind its last
};

}  // namespace

std::unique_ptr<Reader> json_reader(const FieldPlan& plan, const std::vector<Span>* places) {
  return std::make_unique<JsonReader>(plan, places);
}

}  // namespace leat
