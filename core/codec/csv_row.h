// CSV and TSV rows: one row taken apart, and single fields written.
// CSV is RFC 4180; a quote inside an unquoted field is a character like any other. TSV knows \t \n \r \\, and leaves any
// other backslash alone, as Miller does.
// Owner:   pure functions.   Thread: any.   Blocks: never.
// Fails:   csv_split answers what keeps the row from being one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/slab.h"

namespace leat {

struct CsvDialect {
  char separator;
  bool quotes;  // CSV; else TSV and its backslashes
  bool operator==(const CsvDialect&) const = default;
};

struct CsvField {
  uint32_t begin, end;  // in the row, without the quotes
  Column::Form form;    // plain, doubled or tabbed
  bool quoted;
};

struct CsvMistake {
  uint32_t at;  // byte in the row
  std::string_view what;
};

// The fields of a row, line end excluded.
std::optional<CsvMistake> csv_split(std::string_view row, const CsvDialect& dialect, std::vector<CsvField>& fields);

// What a field's characters mean. `infer`: a JSON number, true or false is one; else all are strings.
Column::Kind csv_kind(std::string_view characters, bool infer);

// With quotes or backslashes where the dialect needs them.
void csv_encode(std::string_view characters, const CsvDialect& dialect, std::string& out);

}  // namespace leat
