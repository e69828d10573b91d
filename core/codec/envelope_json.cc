#include "core/codec/envelope_json.h"

#include <utility>
#include <vector>

#include "core/codec/json_members.h"
#include "core/codec/json_reader.h"
#include "core/codec/json_text.h"
#include "core/codec/lines.h"
#include "core/codec/opener.h"
#include "core/data/media.h"

namespace leat {
namespace {

// Reads the planned fields below the member `payload`, and beside them what says how the payload is spelled.
class EnvelopeReader final : public Reader {
 public:
  explicit EnvelopeReader(const FieldPlan& plan) : plan_(plan) {
    for (FieldPlan::Path path : plan.paths()) {
      path.insert(path.begin(), "payload");
      inner_.slot(path);
    }
    whole_ = inner_.slot({}), payload_ = inner_.slot({"payload"}), media_ = inner_.slot({"media_type"});
    text_ = inner_.slot({"payload_text"}), base64_ = inner_.slot({"payload_base64"});
    row_.resize(inner_.width());
    json_ = json_reader(inner_);
  }

  void prepare(const Slab& slab, size_t records) override { json_->prepare(slab, records); }

  bool read(const Slab& slab, uint32_t record, Column* row) override {
    code_ = "malformed";
    if (!json_->read(slab, record, row_.data())) return reason_ = json_->reason(), code_ = json_->code(), false;
    if (row_[whole_].kind != Kind::object) return reason_ = "an object expected", false;
    const bool value = given(payload_), text = given(text_), bytes = given(base64_);
    if (value + text + bytes > 1) return reason_ = "only one spelling of the payload expected", false;
    const bool as_json = json(slab);
    if (!value || as_json)
      return value ? copy(row) : fill(row, text ? row_[text_] : bytes ? row_[base64_] : nothing(slab, record, as_json));
    if (row_[payload_].kind != Kind::string) return reason_ = "payload: a string expected for its media type", false;
    return copy(row);
  }

 private:
  using Kind = Column::Kind;

  bool given(uint32_t slot) const { return row_[slot].kind != Kind::missing; }

  bool json(const Slab& slab) const {
    const Column& column = row_[media_];
    const std::string_view spelled = slab.text().substr(column.begin, column.size);
    if (column.form != Column::Form::escaped) return column.kind != Kind::string || media_of(spelled) == Media::json;
    std::string plain;
    json::unescape(spelled, plain);
    return media_of(plain) == Media::json;
  }

  Column nothing(const Slab& slab, uint32_t record, bool as_json) const {
    return {slab.records[record].begin, 0, as_json ? Kind::null : Kind::string, Column::Form::plain};
  }

  bool copy(Column* row) const { return std::copy_n(row_.begin(), plan_.width(), row), true; }

  // The payload is a string or nothing: no field is below it.
  bool fill(Column* row, const Column& column) {
    if (column.kind != Kind::string && column.kind != Kind::null) return reason_ = "a string expected for the payload", false;
    const Column below =
        column.kind == Kind::null ? Column{} : Column{column.begin, static_cast<uint32_t>(Kind::string), Kind::wrong, Column::Form::plain};
    for (uint32_t slot = 0; slot < plan_.width(); ++slot) row[slot] = plan_.paths()[slot].empty() ? column : below;
    return true;
  }

  const FieldPlan& plan_;
  FieldPlan inner_;
  uint32_t whole_, payload_, media_, text_, base64_;
  std::vector<Column> row_;
  std::unique_ptr<Reader> json_;
};

class EnvelopeFormat final : public Format {
 public:
  std::string_view name() const override { return "envelope"; }
  std::unique_ptr<Reader> reader(const FieldPlan& plan) const override { return std::make_unique<EnvelopeReader>(plan); }

  void to_json(std::string_view record, std::string& out) const override {
    json::Members members(record);
    std::string key, media_type;
    std::string_view payload;
    for (std::string_view value; members.next(key, value);) {
      if (key == "payload" || key == "payload_text" || key == "payload_base64") payload = value;
      if (key == "media_type" && value.front() == '"') media_type = json::words(value);
    }
    if (!payload.empty())
      json::compact(payload, out);
    else
      out += media_of(media_type) == Media::json ? "null" : "\"\"";
  }

  bool carries_envelope() const override { return true; }
  Done unpack(std::string_view record, Parts& parts) const override { return envelope_json::read(record, parts); }
};

// Lines as ndjson frames them, read another way.
class EnvelopeFramer final : public Framer {
 public:
  explicit EnvelopeFramer(std::unique_ptr<Framer> lines) : lines_(std::move(lines)) {}
  uint32_t cut(Slab& slab, uint32_t seen, bool end) override { return lines_->cut(slab, seen, end); }
  void frame(Slab& slab) const override {
    lines_->frame(slab);
    slab.format = &envelope_format();
  }
  const Error* broken() const override { return lines_->broken(); }

 private:
  std::unique_ptr<Framer> lines_;
};

class EnvelopeEncoder final : public Encoder {
 public:
  bool as_is(const Slab& slab) const override { return slab.format == &envelope_format() && slab.contiguous && slab.envelopes.empty(); }

  void encode(const Batch& batch, std::string& out, const Fail& fail) override {
    const Slab& slab = batch.slab();
    opener_.begin(batch);
    batch.each([&](uint32_t record) {
      if (opener_.unchanged(slab, record, envelope_format())) {
        out += slab.record(record);
      } else if (const Parts* parts = opener_.open(slab, record, fail)) {
        envelope_json::write(parts->envelope, parts->payload, envelope_json::Spell::readable, out);
      } else {
        return;
      }
      out += '\n';
    });
  }

 private:
  Opener opener_;
};

}  // namespace

const Format& envelope_format() {
  static const EnvelopeFormat format;
  return format;
}

std::unique_ptr<Framer> envelope_framer(const CodecOptions& options) { return std::make_unique<EnvelopeFramer>(ndjson_framer(options)); }

std::unique_ptr<Encoder> envelope_encoder(const CodecOptions&) { return std::make_unique<EnvelopeEncoder>(); }

}  // namespace leat
