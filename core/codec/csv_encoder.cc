#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/as_json.h"
#include "core/codec/csv.h"
#include "core/codec/csv_format.h"
#include "core/codec/framing.h"
#include "core/codec/json_format.h"
#include "core/codec/json_members.h"
#include "core/codec/runs.h"
#include "core/data/json.h"

namespace leat {
namespace {

class CsvEncoder final : public Encoder {
 public:
  CsvEncoder(const CsvDialect& dialect, bool header) : dialect_(dialect), header_(header) {}

  bool as_is(const Slab& slab) const override { return slab.contiguous && slab.format->number() == source_ && same_; }

  void encode(const Batch& batch, std::string& out, const Fail& fail) override {
    if (batch.empty()) return;
    const size_t begin = out.size();
    encode_batch(batch, out, fail);
    if (!std::exchange(begun_, begun_ || out.size() > begin)) framing::keep_front(out, begin);
  }

 private:
  void encode_batch(const Batch& batch, std::string& out, const Fail& fail) {
    const Slab& slab = batch.slab();
    const auto* rows = dynamic_cast<const CsvFormat*>(slab.format);
    if (rows && rows->dialect() == dialect_) return encode_rows(*rows, batch, out, fail);
    source_ = 0;
    json_.begin(batch);
    batch.each([&](uint32_t record) { encode_object(slab, record, out, fail); });
  }

  void encode_rows(const CsvFormat& rows, const Batch& batch, std::string& out, const Fail& fail) {
    const Slab& slab = batch.slab();
    if (!started_) {
      std::vector<CsvField> fields;
      if (!rows.headed()) csv_split(slab.record(batch.index(0)), dialect_, fields);
      names_ = rows.names();
      for (uint32_t i = 0; i < fields.size(); ++i) names_.push_back(rows.name_of(i));
      start(rows.headed() ? std::string(rows.header_row()) : joined(), out);
    }
    if (source_ != rows.number()) from(rows);
    if (same_) {
      Runs runs(slab, '\n', out);
      batch.each([&](uint32_t record) { runs.add(slab.records[record]); });
      return;
    }
    batch.each([&](uint32_t record) { encode_row(rows, slab, record, out, fail); });
  }

  // Where the fields of these rows go.
  void from(const CsvFormat& rows) {
    source_ = rows.number();
    same_ = rows.headed() ? rows.names() == names_ : !header_;
    places_.clear();
    for (const std::string& name : names_) places_.push_back(rows.column(name));
    extra_.clear();
    for (const std::string& name : rows.names())
      if (std::find(names_.begin(), names_.end(), name) == names_.end() && extra_.empty()) extra_ = missing(name);
  }

  void encode_row(const CsvFormat& rows, const Slab& slab, uint32_t record, std::string& out, const Fail& fail) {
    const std::string_view row = slab.record(record);
    if (std::string reason = rows.split(row, fields_); !reason.empty()) return fail(record, {"malformed", std::move(reason)});
    if (!extra_.empty()) return fail(record, {"encode", extra_});
    if (!rows.headed() && fields_.size() > names_.size())
      return fail(record, {"encode", missing(rows.name_of(static_cast<uint32_t>(names_.size())))});
    const size_t begin = out.size();
    for (size_t i = 0; i < places_.size(); ++i) {
      if (i > 0) out += dialect_.separator;
      if (!places_[i] || *places_[i] >= fields_.size()) continue;
      const CsvField& field = fields_[*places_[i]];
      const uint32_t quote = field.quoted ? 1 : 0;
      out += row.substr(field.begin - quote, field.end - field.begin + 2 * quote);
    }
    end_row(begin, out);
  }

  void encode_object(const Slab& slab, uint32_t record, std::string& out, const Fail& fail) {
    const bool raw = is_json(slab.format);
    const std::string* made = nullptr;
    if (raw ? !json_.check(slab, record, fail) : !(made = json_.text(slab, record, fail))) return;
    const std::string_view text = raw ? slab.record(record) : std::string_view(*made);
    const size_t first = text.find_first_not_of(" \t\r\n");
    if (text[first] != '{') return fail(record, {"encode", "only an object can be a row"});
    if (!started_) {
      for (json::Members members(text); members.next(key_, value_);)
        if (std::find(names_.begin(), names_.end(), key_) == names_.end()) names_.push_back(key_);
      start(joined(), out);
    }
    values_.assign(names_.size(), {});
    size_t expected = 0;
    for (json::Members members(text); members.next(key_, value_); ++expected) {
      if (expected >= names_.size() || names_[expected] != key_) expected = find(key_);
      if (expected == names_.size()) return fail(record, {"encode", missing(key_)});
      values_[expected] = value_;
    }
    const size_t begin = out.size();
    for (size_t i = 0; i < values_.size(); ++i) {
      if (i > 0) out += dialect_.separator;
      cell(values_[i], out);
    }
    end_row(begin, out);
  }

  void cell(std::string_view value, std::string& out) {
    if (value.empty() || value == "null") return;
    if (value.front() != '"' && value.front() != '{' && value.front() != '[') {
      out += value;
      return;
    }
    characters_.clear();
    if (value.front() == '"')
      json::unescape(value.substr(1, value.size() - 2), characters_);
    else
      json::compact(value, characters_);
    csv_encode(characters_, dialect_, out);
  }

  // An empty line would be no row.
  void end_row(size_t begin, std::string& out) const {
    if (out.size() == begin && dialect_.quotes) out += "\"\"";
    framing::end_line(out);
  }

  void start(std::string_view header, std::string& out) {
    started_ = true;
    if (header_) framing::end_line(out += header);
  }

  std::string joined() const {
    std::string out;
    for (size_t i = 0; i < names_.size(); ++i) {
      if (i > 0) out += dialect_.separator;
      csv_encode(names_[i], dialect_, out);
    }
    if (out.empty() && dialect_.quotes) out = "\"\"";
    return out;
  }

  size_t find(std::string_view name) const { return static_cast<size_t>(std::find(names_.begin(), names_.end(), name) - names_.begin()); }
  static std::string missing(std::string_view name) { return fmt::format("the header has no field {}", text::quoted(name)); }

  const CsvDialect dialect_;
  const bool header_;               // written or only kept
  bool begun_ = false;              // something is written
  bool started_ = false;            // the header is known
  std::vector<std::string> names_;  // of the header, from the first record on

  uint64_t source_ = 0;                          // the number of the format whose rows came last
  bool same_ = false;                            // its header is ours
  std::vector<std::optional<uint32_t>> places_;  // of our names in its rows
  std::string extra_;                            // why none of its rows can be written

  AsJson json_;
  std::vector<CsvField> fields_;
  std::vector<std::string_view> values_;
  std::string key_, characters_;
  std::string_view value_;
};

}  // namespace

std::unique_ptr<Encoder> csv_encoder(const CodecOptions& options) {
  return std::make_unique<CsvEncoder>(CsvDialect{options.separator ? options.separator : ',', true}, options.header);
}
std::unique_ptr<Encoder> tsv_encoder(const CodecOptions& options) {
  return std::make_unique<CsvEncoder>(CsvDialect{options.separator ? options.separator : '\t', false}, options.header);
}

}  // namespace leat
