#include "core/codec/line_framer.h"

#include <algorithm>

#include "core/codec/framing.h"
#include "core/codec/json_text.h"
#include "core/codec/masks.h"

namespace leat {
namespace {

class LineFramer final : public Framer {
 public:
  LineFramer(const LineStyle& style, uint32_t max_record) : style_(style), max_record_(max_record) {}

  uint32_t cut(Slab& slab, uint32_t seen, bool end) override {
    uint32_t from = 0;
    const bool skipping = skipping_;
    if (skipping_) {
      const size_t at = slab.text().find(style_.separator);
      if (at == std::string_view::npos) return slab.format = style_.format, slab.size();
      from = static_cast<uint32_t>(at) + 1;
      skipping_ = false;
    }
    if (end && slab.size() > from && slab.text().back() != style_.separator) close(slab);
    const size_t last = slab.text().substr(std::max(seen, from)).rfind(style_.separator);
    uint32_t whole = last == std::string_view::npos ? from : std::max(seen, from) + static_cast<uint32_t>(last) + 1;
    const bool too_long = slab.size() - whole > max_record_;
    if (skipping || too_long) split(slab, from, whole);
    if (too_long) {
      framing::refuse(slab, whole, max_record_);
      skipping_ = true;
      whole = slab.size();
    }
    return whole;
  }

  void frame(Slab& slab) const override {
    if (!slab.format) split(slab, 0, slab.size());
  }

 private:
  // The newline that is missing at the end: of raw lines a carriage return there is text, which that of a CRLF keeps.
  void close(Slab& slab) const {
    const bool text = style_.raw && style_.separator == '\n' && slab.text().back() == '\r';
    slab.append(text ? std::string_view("\r\n") : std::string_view(&style_.separator, 1));
  }

  void split(Slab& slab, uint32_t from, uint32_t to) const {
    const char* text = slab.data();
    slab.format = style_.format;
    uint32_t begin = from, skipped = style_.raw ? 0 : framing::mark_size(slab, true).value();
    bool exact = from == 0 && to == slab.size();
    each_byte(text, from, to, style_.separator, [&](uint32_t at) {
      Span line{begin + skipped, at};
      exact &= skipped == 0;
      skipped = 0;
      if (at - begin > max_record_) {
        framing::refuse(slab, begin, max_record_);
      } else {
        if (style_.separator == '\n' && line.end > line.begin && text[line.end - 1] == '\r') --line.end, exact = false;
        if (style_.raw || !blank(text, line))
          slab.records.push_back(line);
        else
          exact = false;
      }
      begin = at + 1;
    });
    slab.contiguous = exact && slab.faults.empty();
  }

  static bool blank(const char* text, Span line) {
    while (line.begin < line.end && json::space(text[line.begin])) ++line.begin;
    return line.begin == line.end;
  }

  const LineStyle style_;
  const uint32_t max_record_;
  bool skipping_ = false;  // inside a record that is too long
};

}  // namespace

std::unique_ptr<Framer> line_framer(const LineStyle& style, uint32_t max_record) { return std::make_unique<LineFramer>(style, max_record); }

}  // namespace leat
