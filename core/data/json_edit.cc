#include "core/data/json_edit.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/data/json.h"
#include "core/data/json_scan.h"

namespace leat::json {
namespace {

bool blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

// The keys of one object, to find one that is there twice. Two keys may have one mark, which is taken for the same.
class Marks {
 public:
  // False: it has this key, or more keys than are kept.
  bool add(std::string_view key) {
    const uint64_t mark = mark_of(key);
    uint64_t& word = filter_[mark >> 62];
    const uint64_t bit = uint64_t{1} << (mark >> 56 & 63);
    if ((word & bit) && std::find(marks_.begin(), marks_.begin() + count_, mark) != marks_.begin() + count_) return false;
    word |= bit;
    if (count_ == marks_.size()) return false;
    marks_[count_++] = mark;
    return true;
  }

 private:
  static uint64_t mark_of(std::string_view key) {
    constexpr uint64_t kMix = 0x9E3779B97F4A7C15;
    uint64_t mark = key.size();
    const auto mix = [&](uint64_t word) { mark = (mark ^ word) * kMix, mark ^= mark >> 29; };
    for (; key.size() > 8; key.remove_prefix(8)) mix(scan::load<uint64_t>(key.data()));
    if (key.size() == 8)
      mix(scan::load<uint64_t>(key.data()));
    else if (key.size() >= 4)
      mix(scan::load<uint32_t>(key.data()) | scan::load<uint32_t>(key.data() + key.size() - 4) << 32);
    else if (!key.empty())
      mix(scan::load<uint8_t>(key.data()) | scan::load<uint8_t>(key.data() + key.size() / 2) << 8 |
          scan::load<uint8_t>(key.data() + key.size() - 1) << 16);
    return mark * kMix;
  }

  uint32_t count_ = 0;
  std::array<uint64_t, 4> filter_{};
  std::array<uint64_t, 256> marks_;  // as many as count_
};

// Moves over the text once. What is kept is appended in as long pieces as it lies.
class Editor {
 public:
  Editor(std::string_view text, std::span<const std::string> values, std::string& out) : text_(text), values_(values), out_(out) {}

  bool all(std::span<const Edit> edits) {
    if (peek() != '{' || !object(edits) || at_ != text_.size()) return false;
    cut(at_, at_);
    return true;
  }

 private:
  static constexpr uint32_t kDepth = 32;

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_blank() {
    while (at_ < text_.size() && blank(text_[at_])) ++at_;
  }
  // What lies from `begin` to `end` is left out.
  void cut(size_t begin, size_t end) { out_.append(text_, from_, begin - from_), from_ = end; }
  void close(size_t end) {
    if (at_ != end) cut(std::max(end, from_), at_);
    ++at_, --depth_;
  }

  // A member or item that stays begins at `begin`; the last before it ended at `end`.
  void next(size_t end, size_t begin, bool any) {
    if (any ? begin == end + 1 : begin == end) return;
    cut(end, begin);
    if (any) out_ += ',';
  }

  bool object(std::span<const Edit> edits) {
    if (++depth_ > kDepth) return false;
    Marks keys;
    uint64_t met = 0;  // a bit for each edit
    bool any = false;
    size_t end = ++at_;  // of what stays
    skip_blank();
    while (peek() != '}') {
      const size_t begin = at_;
      if (peek() != '"' || !string()) return false;
      const std::string_view key = text_.substr(begin + 1, at_ - begin - 2);
      if (!keys.add(key)) return false;
      const size_t which = find(edits, key);
      const Edit* edit = which < edits.size() ? &edits[which] : nullptr;
      if (edit) met |= uint64_t{1} << which;
      const bool drops = edit && edit->what == Edit::What::drop;
      if (!drops) next(end, begin, any), any = true;
      if (!colon(drops) || !member(edit)) return false;
      if (!drops) end = at_;
      skip_blank();
      if (peek() == '}') break;
      if (peek() != ',') return false;
      ++at_, skip_blank();
      if (peek() == '}') return false;
    }
    add(edits, met, end, any), close(end);
    return true;
  }

  static size_t find(std::span<const Edit> edits, std::string_view key) {
    size_t at = 0;
    while (at < edits.size() && edits[at].key != key) ++at;
    return at;
  }

  bool colon(bool silent) {
    size_t before = at_;
    skip_blank();
    if (peek() != ':') return false;
    if (!silent && at_ != before) cut(before, at_);
    before = ++at_;
    skip_blank();
    if (!silent && at_ != before) cut(before, at_);
    return true;
  }

  bool member(const Edit* edit) {
    if (!edit) return value();
    const size_t begin = at_;
    switch (edit->what) {
      case Edit::What::drop:
        return skip();
      case Edit::What::replace:
        if (!skip()) return false;
        cut(begin, at_);
        out_ += values_[edit->value];
        return true;
      default:
        if (peek() == '{') return object(edit->below);
        if (text_.substr(at_, 4) != "null" || !skip()) return false;
        if (edit->adds()) cut(begin, at_), put(*edit);
        return true;
    }
  }

  // What is missing, behind the last member.
  void add(std::span<const Edit> edits, uint64_t met, size_t end, bool any) {
    for (size_t i = 0; i < edits.size(); ++i) {
      if (met >> i & 1 || !edits[i].adds()) continue;
      cut(std::max(end, from_), at_);
      if (std::exchange(any, true)) out_ += ',';
      ((out_ += '"') += edits[i].key) += "\":";
      put(edits[i]);
    }
  }

  // What an edit that adds gives where nothing was.
  void put(const Edit& edit) {
    if (edit.what == Edit::What::replace) return void(out_ += values_[edit.value]);
    char before = '{';
    for (const Edit& below : edit.below) {
      if (!below.adds()) continue;
      ((out_ += std::exchange(before, ',')) += '"') += below.key, out_ += "\":";
      put(below);
    }
    out_ += '}';
  }

  // A value that stays.
  bool value() {
    const char first = peek();
    if (first == '"') return text();
    if (first == '{') return object({});
    return first == '[' ? array() : bare();
  }

  bool array() {
    if (++depth_ > kDepth) return false;
    bool any = false;
    size_t end = ++at_;
    skip_blank();
    while (peek() != ']') {
      next(end, at_, any);
      if (!value()) return false;
      end = at_, any = true;
      skip_blank();
      if (peek() == ']') break;
      if (peek() != ',') return false;
      ++at_, skip_blank();
      if (peek() == ']') return false;
    }
    return close(end), true;
  }

  // Over one that writing would spell the same way. False: it would not.
  bool string() {
    for (++at_;; at_ += 2) {
      at_ = plain_end<Stop::written>(text_, at_);
      if (peek() == '"') return ++at_, true;
      if (peek() != '\\' || at_ + 1 >= text_.size()) return false;
      if (std::string_view("\"\\bfnrt").find(text_[at_ + 1]) == std::string_view::npos) return false;
    }
  }

  // A string that stays, in a writer's spelling.
  bool text() {
    const size_t begin = at_;
    if (string()) return true;
    at_ = begin;
    if (!skip_string()) return false;
    cut(begin, at_);
    std::string plain;
    unescape(text_.substr(begin + 1, at_ - begin - 2), plain);
    write_string(plain, out_);
    return true;
  }

  bool bare() {
    const size_t begin = at_;
    while (at_ < text_.size() && text_[at_] > ' ' && text_[at_] != ',' && text_[at_] != '}' && text_[at_] != ']') ++at_;
    return at_ > begin;
  }

  // Over a value that goes.
  bool skip() {
    if (peek() != '{' && peek() != '[') return peek() == '"' ? skip_string() : bare();
    for (size_t depth = 0; at_ < text_.size();) {
      const char c = text_[at_];
      if (c == '"') {
        if (!skip_string()) return false;
        continue;
      }
      ++at_;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return true;
    }
    return false;
  }

  bool skip_string() {
    for (++at_; at_ < text_.size(); at_ += 2) {
      at_ = plain_end<Stop::inside>(text_, at_);
      if (peek() == '"') return ++at_, true;
      if (peek() != '\\') return false;
    }
    return false;
  }

  const std::string_view text_;
  const std::span<const std::string> values_;
  std::string& out_;
  size_t at_ = 0, from_ = 0;  // what lies from from_ to at_ stays and is not appended yet
  uint32_t depth_ = 0;
};

}  // namespace

bool Edit::adds() const {
  return what == What::replace || std::any_of(below.begin(), below.end(), [](const Edit& edit) { return edit.adds(); });
}

bool edit(std::string_view object, std::span<const Edit> edits, std::span<const std::string> values, std::string& out) {
  const size_t mark = out.size();
  if (edits.size() <= Edit::kMost && Editor(object, values, out).all(edits)) return true;
  out.resize(mark);
  return false;
}

}  // namespace leat::json
