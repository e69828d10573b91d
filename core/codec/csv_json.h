// CsvJson: rows of one CSV or TSV stream as lines of JSON text: taken apart, checked and written in one pass.
// Owner:   a reader, or one call.   Thread: one.   Blocks: never.
// Fails:   the reason why a row is none; then nothing is written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/codec/csv_format.h"

namespace leat {

class CsvJson {
 public:
  explicit CsvJson(const CsvFormat& format) : format_(format) {}

  // Appends. `padded`: a block of masks behind the row is readable, as in a slab.
  std::string append(std::string_view row, bool padded, std::string& out);

 private:
  bool append_simple(std::string_view row, std::string& out);
  bool fields(std::string_view row, uint32_t blocks, char*& at);
  char* field(std::string_view bytes, bool odd, uint32_t column, char* at);
  void append_fields(std::string_view row, std::string& out);

  const CsvFormat& format_;
  std::vector<uint64_t> ends_, odd_;
  std::vector<CsvField> fields_;
  std::string characters_;
};

}  // namespace leat
