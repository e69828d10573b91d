// Columns: a record's columns for tests, read by a plain recursive walk over valid JSON text.
// Owner:   the test.
// Thread:  one.   Blocks: never.   Fails: cannot; the text must be JSON.
#pragma once

#include <string>
#include <string_view>

#include "core/data/format.h"
#include "core/data/slab.h"

namespace leat::test {

class Columns {
 public:
  Columns(Slab& slab, uint32_t record) : text_(slab.record(record)), base_(slab.records[record].begin) {}

  Column find(const FieldPlan::Path& path) {
    at_ = 0;
    return value(path, 0);
  }

 private:
  using Kind = Column::Kind;

  void skip() {
    while (at_ < text_.size() && static_cast<unsigned char>(text_[at_]) <= ' ') ++at_;
  }
  Column made(size_t begin, size_t end, Kind kind, Column::Form form = Column::Form::plain) const {
    return {static_cast<uint32_t>(base_ + begin), static_cast<uint32_t>(end - begin), kind, form};
  }
  Column string() {
    const size_t begin = ++at_;
    bool escaped = false;
    for (; text_[at_] != '"'; ++at_)
      if (text_[at_] == '\\') escaped = true, ++at_;
    return made(begin, at_++, Kind::string, escaped ? Column::Form::escaped : Column::Form::plain);
  }
  Column scalar() {
    const size_t begin = at_;
    while (at_ < text_.size() && std::string_view(",]} \t\r\n").find(text_[at_]) == std::string_view::npos) ++at_;
    const char first = text_[begin];
    return made(begin, at_, first == 'n' ? Kind::null : first == 't' ? Kind::yes : first == 'f' ? Kind::no : Kind::number);
  }
  // The value here; or what the path from `depth` on finds in it.
  Column value(const FieldPlan::Path& path, size_t depth) {
    skip();
    const size_t begin = at_;
    const bool wanted = depth == path.size();
    Column whole, inner;
    if (text_[at_] == '{') {
      for (++at_, skip(); text_[at_] != '}'; skip()) {
        const Column key = string();
        const bool here = !wanted && depth < path.size() && text_.substr(key.begin - base_, key.size) == path[depth];
        for (skip(); text_[at_] == ':' || static_cast<unsigned char>(text_[at_]) <= ' ';) ++at_;
        const Column item = value(path, here ? depth + 1 : SIZE_MAX / 2);
        if (here) inner = item;
        skip();
        if (text_[at_] == ',') ++at_, skip();
      }
      whole = made(begin, ++at_, Kind::object);
      return wanted || depth > path.size() ? whole : inner;
    }
    if (text_[at_] == '[') {
      for (++at_, skip(); text_[at_] != ']'; skip()) {
        value(path, SIZE_MAX / 2);
        skip();
        if (text_[at_] == ',') ++at_;
      }
      whole = made(begin, ++at_, Kind::array);
    } else {
      whole = text_[at_] == '"' ? string() : scalar();
    }
    if (wanted || depth > path.size()) return whole;
    return whole.kind == Kind::null ? Column{} : Column{0, static_cast<uint32_t>(whole.kind), Kind::wrong, Column::Form::plain};
  }

  std::string_view text_;
  size_t base_, at_ = 0;
};

// Fills slab.columns for every record.
inline void look(Slab& slab, const FieldPlan& plan) {
  slab.width = plan.width();
  slab.columns.resize(slab.records.size() * plan.width());
  slab.looked.assign(slab.records.size(), Slab::kGood);
  for (uint32_t record = 0; record < slab.records.size(); ++record)
    for (uint32_t slot = 0; slot < plan.width(); ++slot)
      slab.columns[size_t{record} * plan.width() + slot] = Columns(slab, record).find(plan.paths()[slot]);
}

}  // namespace leat::test
