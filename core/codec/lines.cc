#include "core/codec/lines.h"

#include <algorithm>

#include "core/codec/as_json.h"
#include "core/codec/framing.h"
#include "core/codec/json_format.h"
#include "core/codec/json_text.h"
#include "core/codec/masks.h"
#include "core/codec/runs.h"

namespace leat {
namespace {

class TextReader final : public Reader {
 public:
  explicit TextReader(const FieldPlan& plan) : plan_(plan) {}
  bool read(const Slab& slab, uint32_t record, Column* row) override {
    const Span span = slab.records[record];
    for (const auto& path : plan_.paths()) {
      *row++ = path.empty() ? Column{span.begin, span.end - span.begin, Column::Kind::string, Column::Form::plain}
                            : Column{span.begin, static_cast<uint32_t>(Column::Kind::string), Column::Kind::wrong, Column::Form::plain};
    }
    return true;
  }

 private:
  const FieldPlan& plan_;
};

class TextFormat final : public Format {
 public:
  explicit TextFormat(std::string_view name) : name_(name) {}
  std::string_view name() const override { return name_; }
  std::string_view media_type() const override { return "text/plain"; }
  std::unique_ptr<Reader> reader(const FieldPlan& plan) const override { return std::make_unique<TextReader>(plan); }
  void to_json(std::string_view record, std::string& out) const override { json::quote(record, out); }

 private:
  const std::string_view name_;
};

struct Style {
  char separator;
  bool text;  // any bytes are a record; else JSON, where blank lines and a byte order mark are nothing
  const Format& (*format)();
};

constexpr Style kLines{'\n', true, lines_format}, kNul{'\0', true, nul_format}, kNdjson{'\n', false, json_format};

class LineFramer final : public Framer {
 public:
  LineFramer(const Style& style, uint32_t max_record) : style_(style), max_record_(max_record) {}

  uint32_t cut(Slab& slab, uint32_t seen, bool end) override {
    uint32_t from = 0;
    const bool skipping = skipping_;
    if (skipping_) {
      const size_t at = slab.text().find(style_.separator);
      if (at == std::string_view::npos) return slab.format = &style_.format(), slab.size();
      from = static_cast<uint32_t>(at) + 1;
      skipping_ = false;
    }
    if (end && slab.size() > from && slab.text().back() != style_.separator) slab.append({&style_.separator, 1});
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
  void split(Slab& slab, uint32_t from, uint32_t to) const {
    const char* text = slab.data();
    slab.format = &style_.format();
    uint32_t begin = from, skipped = style_.text ? 0 : framing::mark_size(slab, true).value();
    bool exact = from == 0 && to == slab.size();
    each_byte(text, from, to, style_.separator, [&](uint32_t at) {
      Span line{begin + skipped, at};
      exact &= skipped == 0;
      skipped = 0;
      if (at - begin > max_record_) {
        framing::refuse(slab, begin, max_record_);
      } else {
        if (style_.separator == '\n' && line.end > line.begin && text[line.end - 1] == '\r') --line.end, exact = false;
        if (style_.text || !blank(text, line))
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

  const Style& style_;
  const uint32_t max_record_;
  bool skipping_ = false;  // inside a record that is too long
};

const Reason kHasNul{"encode", "a NUL byte inside a record that would end at one"};

class LineEncoder final : public Encoder {
 public:
  explicit LineEncoder(const Style& style) : style_(style) {}

  bool as_is(const Slab& slab) const override { return slab.format == &style_.format() && slab.contiguous; }

  void encode(const Batch& batch, std::string& out, const Fail& fail) override {
    const Slab& slab = batch.slab();
    if (slab.format == &style_.format() || (style_.text && text(slab))) {
      const bool check = style_.separator == '\0' && slab.format != &nul_format();
      Runs runs(slab, style_.separator, out);
      batch.each([&](uint32_t record) {
        if (check && slab.record(record).find('\0') != std::string_view::npos) return fail(record, kHasNul);
        runs.add(slab.records[record]);
      });
      return;
    }
    json_.begin(batch);
    batch.each([&](uint32_t record) {
      if (const std::string* text = json_.text(slab, record, fail)) write(*text, record, out, fail);
    });
  }

 private:
  static bool text(const Slab& slab) { return slab.format == &lines_format() || slab.format == &nul_format(); }

  void write(const std::string& text, uint32_t record, std::string& out, const Fail& fail) {
    const size_t begin = out.size();
    if (style_.text && text.front() == '"')
      json::unescape(std::string_view(text).substr(1, text.size() - 2), out);
    else
      out += text;
    if (style_.separator == '\0' && out.find('\0', begin) != std::string::npos) {
      out.resize(begin);
      return fail(record, kHasNul);
    }
    out += style_.separator;
  }

  const Style& style_;
  AsJson json_;
};

}  // namespace

const Format& lines_format() {
  static const TextFormat format("lines");
  return format;
}

const Format& nul_format() {
  static const TextFormat format("nul");
  return format;
}

std::unique_ptr<Framer> lines_framer(const CodecOptions& options) { return std::make_unique<LineFramer>(kLines, options.max_record); }
std::unique_ptr<Framer> nul_framer(const CodecOptions& options) { return std::make_unique<LineFramer>(kNul, options.max_record); }
std::unique_ptr<Framer> ndjson_framer(const CodecOptions& options) { return std::make_unique<LineFramer>(kNdjson, options.max_record); }

std::unique_ptr<Encoder> lines_encoder(const CodecOptions&) { return std::make_unique<LineEncoder>(kLines); }
std::unique_ptr<Encoder> nul_encoder(const CodecOptions&) { return std::make_unique<LineEncoder>(kNul); }
std::unique_ptr<Encoder> ndjson_encoder(const CodecOptions&) { return std::make_unique<LineEncoder>(kNdjson); }

}  // namespace leat
