#include "core/codec/lines.h"

#include "core/codec/as_json.h"
#include "core/codec/framing.h"
#include "core/codec/json_format.h"
#include "core/codec/json_text.h"
#include "core/codec/line_framer.h"
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

// What an encoder writes behind each record, and how.
struct Style {
  char separator;
  bool text;  // a JSON string goes out raw
  const Format& (*format)();
};

constexpr Style kLines{'\n', true, lines_format}, kNul{'\0', true, nul_format}, kNdjson{'\n', false, json_format};

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
    if (!style_.text && style_.separator == '\n') {  // JSON text holds neither a newline nor a carriage return
      batch.each([&](uint32_t record) {
        if (json_.append(slab, record, out, fail)) out += '\n';
      });
      return;
    }
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
    if (style_.separator == '\n')
      framing::end_line(out);
    else
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

std::unique_ptr<Framer> lines_framer(const CodecOptions& options) { return line_framer({'\n', true, &lines_format()}, options.max_record); }
std::unique_ptr<Framer> nul_framer(const CodecOptions& options) { return line_framer({'\0', true, &nul_format()}, options.max_record); }
std::unique_ptr<Framer> ndjson_framer(const CodecOptions& options) {
  return line_framer({'\n', false, &json_format()}, options.max_record);
}

std::unique_ptr<Encoder> lines_encoder(const CodecOptions&) { return std::make_unique<LineEncoder>(kLines); }
std::unique_ptr<Encoder> nul_encoder(const CodecOptions&) { return std::make_unique<LineEncoder>(kNul); }
std::unique_ptr<Encoder> ndjson_encoder(const CodecOptions&) { return std::make_unique<LineEncoder>(kNdjson); }

}  // namespace leat
