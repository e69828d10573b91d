// CsvFormat: how the rows of one CSV or TSV stream read as objects, by the header it began with.
// Owner:   the stream's framer, which makes it before its first slab; it outlives them.
// Thread:  as format.h.   Blocks: never.
// Fails:   a row with more or fewer fields than the header, a quote out of place, bytes that are not UTF-8: malformed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/codec/csv_row.h"
#include "core/data/format.h"

namespace leat {

class CsvFormat final : public Format {
 public:
  // Without a header the fields are called "1", "2" ..., and a row may have any number of them.
  CsvFormat(const CsvDialect& dialect, bool infer) : dialect_(dialect), infer_(infer) {}
  // The first row. A name that comes again is called a_2, a_3 ..., as Miller does. Before any other call.
  std::optional<CsvMistake> header(std::string_view row);

  std::string_view name() const override { return dialect_.quotes ? "csv" : "tsv"; }
  std::unique_ptr<Reader> reader(const FieldPlan& plan) const override;
  void to_json(std::string_view record, std::string& out) const override;

  const CsvDialect& dialect() const { return dialect_; }
  bool infer() const { return infer_; }
  bool headed() const { return headed_; }
  std::string_view header_row() const override { return header_row_; }  // as it came
  const std::vector<std::string>& names() const { return names_; }
  // Of a stream with a header, what stands in front of a column's value in JSON text: brace or comma, name, colon.
  std::string_view key(uint32_t column) const { return {keys_.data() + ends_[column], ends_[column + 1] - ends_[column]}; }
  size_t keys_size() const { return keys_.size(); }
  static constexpr size_t kPadding = 16;  // bytes behind each key that are readable
  std::optional<uint32_t> column(std::string_view name) const;
  std::string name_of(uint32_t column) const;

  // Takes a row apart and checks it against the header; the reason, or nothing.
  std::string split(std::string_view row, std::vector<CsvField>& fields) const;

 private:
  const CsvDialect dialect_;
  const bool infer_;
  bool headed_ = false;
  std::string header_row_;
  std::vector<std::string> names_;
  std::string keys_;               // one behind the other
  std::vector<uint32_t> ends_{0};  // where each one ends, which is where the next begins
};

}  // namespace leat
