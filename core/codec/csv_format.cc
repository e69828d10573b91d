#include "core/codec/csv_format.h"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/csv_json.h"
#include "core/codec/json_text.h"
#include "core/data/spelling.h"

namespace leat {
namespace {

using Kind = Column::Kind;
using Form = Column::Form;

bool ascii(std::string_view text) {
  unsigned char all = 0;
  for (const char c : text) all |= static_cast<unsigned char>(c);
  return all < 0x80;
}

class CsvReader final : public Reader {
 public:
  CsvReader(const CsvFormat& format, const FieldPlan& plan) : format_(format), width_(plan.width()), json_(format) {
    for (uint32_t slot = 0; slot < plan.width(); ++slot) {
      const auto& path = plan.paths()[slot];
      if (path.empty()) {
        whole_.push_back(slot);
      } else if (const auto column = format.column(path[0])) {
        targets_.push_back({*column, slot, path.size() > 1});
      }
    }
  }

  bool read(const Slab& slab, uint32_t record, Column* row) override {
    const Span span = slab.records[record];
    reason_ = format_.split(slab.record(record), fields_);
    if (!reason_.empty()) return false;
    std::fill_n(row, width_, Column{});
    for (const uint32_t slot : whole_) row[slot] = {span.begin, span.end - span.begin, Kind::object, Form::foreign};
    for (const Target& target : targets_)
      if (target.column < fields_.size()) fill(slab, span.begin, fields_[target.column], target, row[target.slot]);
    return true;
  }

  bool append_json(const Slab& slab, uint32_t record, bool, std::string& out) override {
    reason_ = json_.append(slab.record(record), true, out);
    return reason_.empty();
  }

 private:
  struct Target {
    uint32_t column, slot;
    bool deeper;  // the path goes on, where no field does
  };

  void fill(const Slab& slab, uint32_t begin, const CsvField& field, const Target& target, Column& column) const {
    column.begin = begin + field.begin;
    column.size = field.end - field.begin;
    column.form = field.form;
    column.kind = field.form == Form::plain ? csv_kind(slab.text().substr(column.begin, column.size), format_.infer()) : Kind::string;
    if (target.deeper) column = {column.begin, static_cast<uint32_t>(column.kind), Kind::wrong, Form::plain};
  }

  const CsvFormat& format_;
  const uint32_t width_;
  std::vector<uint32_t> whole_;
  std::vector<Target> targets_;
  std::vector<CsvField> fields_;
  CsvJson json_;
};

}  // namespace

std::optional<CsvMistake> CsvFormat::header(std::string_view row) {
  headed_ = true;
  header_row_ = row;
  if (!text::utf8(row)) return CsvMistake{0, "the header is not UTF-8"};
  std::vector<CsvField> fields;
  if (const auto mistake = csv_split(row, dialect_, fields)) return mistake;
  std::unordered_map<std::string, int> seen;
  for (const CsvField& field : fields) {
    std::string name;
    append_characters(row.substr(field.begin, field.end - field.begin), field.form, name);
    const std::string base = name;
    while (!seen.emplace(name, 1).second) name = fmt::format("{}_{}", base, ++seen[base]);
    names_.push_back(name);
    keys_ += names_.size() == 1 ? '{' : ',';
    json::quote(name, keys_);
    ends_.push_back(static_cast<uint32_t>((keys_ += ':').size()));
  }
  keys_.append(kPadding, '\0');
  return std::nullopt;
}

std::unique_ptr<Reader> CsvFormat::reader(const FieldPlan& plan) const { return std::make_unique<CsvReader>(*this, plan); }

std::optional<uint32_t> CsvFormat::column(std::string_view name) const {
  if (headed_) {
    const auto at = std::find(names_.begin(), names_.end(), name);
    return at == names_.end() ? std::nullopt : std::optional(static_cast<uint32_t>(at - names_.begin()));
  }
  const auto number = text::whole(name);
  if (!number || *number == 0 || *number > UINT32_MAX || name.front() == '0') return std::nullopt;
  return static_cast<uint32_t>(*number - 1);
}

std::string CsvFormat::name_of(uint32_t column) const { return headed_ ? names_[column] : fmt::format("{}", column + 1); }

std::string CsvFormat::split(std::string_view row, std::vector<CsvField>& fields) const {
  const auto say = [&](size_t at, std::string_view what) {
    return fmt::format("not {} at byte {}: {}", dialect_.quotes ? "CSV" : "TSV", at, what);
  };
  if (const auto mistake = csv_split(row, dialect_, fields)) return say(mistake->at, mistake->what);
  if (headed_ && fields.size() != names_.size()) return fmt::format("the row has {} fields, the header {}", fields.size(), names_.size());
  if (const size_t at = ascii(row) ? row.size() : json::not_utf8(row); at < row.size()) return say(at, "not UTF-8");
  return {};
}

void CsvFormat::to_json(std::string_view record, std::string& out) const { CsvJson(*this).append(record, false, out); }

}  // namespace leat
