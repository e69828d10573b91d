#include "core/codec/json_skim.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/codec/field_trie.h"
#include "core/codec/json_column.h"
#include "core/codec/json_reader.h"
#include "core/codec/json_text.h"

namespace leat {
namespace {

using Kind = Column::Kind;
using Node = FieldTrie::Node;

#ifdef __SSE2__
__m128i sixteen(const char* p) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)); }
__m128i equal(__m128i bytes, char to) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(to)); }
uint32_t bits(__m128i mask) { return static_cast<uint32_t>(_mm_movemask_epi8(mask)); }
#endif

// One record. Every function moves at_ over what it is about, and answers whether that looked like JSON. Nothing from end_ on is
// taken for part of the record, though up to 16 bytes of it may be loaded.
class Skim {
 public:
  Skim(const Slab& slab, Span span, Column* row, uint32_t wanted)
      : base_(slab.data()), at_(base_ + span.begin), end_(base_ + span.end), row_(row), left_(wanted) {}

  bool record(const Node& root) {
    blanks();
    return at_ < end_ && *at_ == '{' && object(root);
  }

 private:
  // Stops inside as soon as nothing is wanted any more.
  bool object(const Node& node) {
    if (++depth_ > json::kDepth || !token('{')) return false;
    uint64_t seen = 0;
    if (at_ < end_ && *at_ == '}') return ++at_, --depth_, true;
    for (;;) {
      const char* name = at_ + 1;
      bool plain = true;
      if (at_ >= end_ || *at_ != '"' || !string(plain) || !plain) return false;  // a key with an escape is left to the validating walk
      const Node* child = node.find(name, static_cast<size_t>(at_ - 1 - name));
      blanks();
      if (!token(':')) return false;
      const uint64_t bit = child ? uint64_t{1} << (child - node.children.data()) : 0;
      if ((seen & bit) == 0 && child ? !keep(*child) : !skip()) return false;
      if (left_ == 0) return true;
      seen |= bit;
      blanks();
      if (at_ < end_ && *at_ == '}') return ++at_, --depth_, true;
      if (!token(',')) return false;
    }
  }

  // A value that a planned path goes to or through.
  bool keep(const Node& node) {
    const char* const begin = at_;
    if (at_ >= end_) return false;
    const bool into = *begin == '{' && !node.children.empty();
    if (node.slot != FieldTrie::kNone && (!capture(row_[node.slot]) || --left_ == 0)) return left_ == 0;
    const char* const behind = at_;
    const uint32_t before = left_;
    if (into) {
      at_ = begin;
      if (!object(node) || left_ == 0) return left_ == 0;
    } else if (behind == begin && !skip()) {
      return false;
    }
    left_ = before - static_cast<uint32_t>(node.below.size());  // what was not met inside will not be
    if (!into && *begin != 'n')
      for (uint32_t slot : node.below)
        row_[slot] = {static_cast<uint32_t>(begin - base_), static_cast<uint32_t>(kind_of(*begin)), Kind::wrong, Column::Form::plain};
    return true;
  }

  // What is handed out is JSON: a part that is not goes to the validating walk with its record, to be refused in its words.
  bool capture(Column& column) {
    const char* const begin = at_;
    bool plain = true;
    if (*begin == '"' ? !string(plain) : !skip()) return false;
    const std::string_view text(begin, static_cast<size_t>(at_ - begin));
    column.kind = kind_of(*begin);
    column.form = Column::Form::plain;
    column.begin = static_cast<uint32_t>(begin - base_);
    column.size = static_cast<uint32_t>(text.size());
    if (column.kind == Kind::number) return json::number(text);
    if (column.kind == Kind::string) {
      if (!plain && text.find('\\') != std::string_view::npos) column.form = Column::Form::escaped;
      ++column.begin, column.size -= 2;
      if (plain) return true;
    }
    return !json::fault(text);
  }

  bool skip() {
    if (at_ >= end_) return false;
    if (*at_ == '"') {
      bool plain;
      return string(plain);
    }
    if (*at_ == '{' || *at_ == '[') return container();
    const char* const begin = at_;
    while (at_ < end_ && *at_ != ',' && *at_ != '}' && *at_ != ']' && !json::space(*at_)) ++at_;
    return at_ > begin;
  }

  // From bracket to bracket; which kind closes which is not looked at.
  bool container() {
    for (int open = 0; at_ < end_;) {
      if (*at_ == '"') {
        bool plain;
        if (!string(plain)) return false;
      } else {
        if (*at_ == '{' || *at_ == '[') ++open;
        if (*at_ == '}' || *at_ == ']') --open;
        ++at_;
        if (open == 0) return true;
      }
      find_mark();
    }
    return false;
  }

  // To the next quote or bracket.
  void find_mark() {
#ifdef __SSE2__
    for (; at_ < end_; at_ += 16) {
      const __m128i bytes = sixteen(at_);
      // '{' and '[', '}' and ']' differ in one bit only.
      const __m128i folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
      const uint32_t marks = bits(_mm_or_si128(equal(bytes, '"'), _mm_or_si128(equal(folded, '{'), equal(folded, '}'))));
      if (marks == 0) continue;
      at_ = std::min(at_ + __builtin_ctz(marks), end_);
      return;
    }
    at_ = end_;
#else
    while (at_ < end_ && *at_ != '"' && (*at_ | 0x20) != '{' && (*at_ | 0x20) != '}') ++at_;
#endif
  }

  // Over a string. Not plain: it holds an escape, a control character or something beyond ASCII.
  bool string(bool& plain) {
    plain = true;
    ++at_;
#ifdef __SSE2__
    for (; at_ < end_;) {
      const __m128i bytes = sixteen(at_);
      const uint32_t stops = bits(_mm_or_si128(equal(bytes, '"'), equal(bytes, '\\')));
      const uint32_t odd = bits(_mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)));  // signed: from 0x80 on too
      if (stops == 0) {
        if (odd != 0) plain = false;
        at_ += 16;
        continue;
      }
      if ((odd & (stops ^ (stops - 1))) != 0) plain = false;
      at_ += __builtin_ctz(stops);
      if (at_ >= end_) return false;
      if (*at_++ == '"') return true;
      plain = false;
      ++at_;
    }
#else
    for (; at_ < end_; ++at_) {
      if (*at_ == '"') return ++at_, true;
      if (static_cast<signed char>(*at_) < 0x20 || *at_ == '\\') plain = false;
      if (*at_ == '\\') ++at_;
    }
#endif
    return false;
  }

  void blanks() {
    while (at_ < end_ && json::space(*at_)) ++at_;
  }

  // This one, and the blanks behind it.
  bool token(char c) {
    if (at_ >= end_ || *at_ != c) return false;
    ++at_;
    blanks();
    return true;
  }

  const char* const base_;
  const char* at_;
  const char* const end_;
  Column* const row_;
  uint32_t left_;  // columns that may still be met
  int depth_ = 0;
};

class JsonSkimmer final : public Reader {
 public:
  explicit JsonSkimmer(const FieldPlan& plan) : trie_(plan), width_(plan.width()), checked_(json_reader(plan)) {}

  void prepare(const Slab& slab, size_t) override { checked_->prepare(slab, 1); }

  bool read(const Slab& slab, uint32_t record, Column* row) override {
    std::fill_n(row, width_, Column{});
    if (Skim(slab, slab.records[record], row, width_).record(trie_.root())) return true;
    if (checked_->read(slab, record, row)) return true;
    reason_ = checked_->reason();
    code_ = checked_->code();
    return false;
  }

  static bool fits(const Node& node) {
    return node.children.size() <= 64 &&
           std::all_of(node.children.begin(), node.children.end(), [](const Node& child) { return fits(child); });
  }
  bool fits() const { return width_ > 0 && trie_.root().slot == FieldTrie::kNone && fits(trie_.root()); }

 private:
  FieldTrie trie_;
  const uint32_t width_;
  const std::unique_ptr<Reader> checked_;
};

}  // namespace

std::unique_ptr<Reader> json_skimmer(const FieldPlan& plan) {
  auto skimmer = std::make_unique<JsonSkimmer>(plan);
  if (skimmer->fits()) return skimmer;
  return json_reader(plan);
}

}  // namespace leat
