#include "core/codec/csv_json.h"

#include <bit>
#include <cstring>

#include "core/codec/json_number.h"
#include "core/codec/json_text.h"
#include "core/codec/masks.h"
#include "core/data/spelling.h"

namespace leat {
namespace {

using Kind = Column::Kind;
using Form = Column::Form;

constexpr size_t kStep = CsvFormat::kPadding;  // bytes copied at a time, so that up to so many more are read and written
constexpr size_t kLongest = 64;                // times the mask block: a longer row is a rare one
constexpr size_t kEscape = 6;                  // bytes a character takes at most: \u001f

// As memcpy, for the few bytes most fields have: no call, and no branch on how few.
char* copy(char* to, const char* from, size_t size) {
  for (size_t done = 0; done < size; done += kStep) std::memcpy(to + done, from + done, kStep);
  return to + size;
}

// As csv_kind; what lies behind the characters is readable.
bool bare(std::string_view characters) {
  if (characters.empty()) return false;
  if (characters.front() <= '9') return json::padded_number(characters.data(), static_cast<uint32_t>(characters.size()));
  return characters == "true" || characters == "false";
}

// Whether a bit is set in [from, to), which is not empty.
bool any(const std::vector<uint64_t>& masks, uint32_t from, uint32_t to) {
  const uint32_t first = from / kMaskBlock, last = (to - 1) / kMaskBlock;
  const uint64_t head = ~uint64_t{0} << from % kMaskBlock, tail = ~uint64_t{0} >> (kMaskBlock - 1 - (to - 1) % kMaskBlock);
  if (first == last) return masks[first] & head & tail;
  bool found = masks[first] & head || masks[last] & tail;
  for (uint32_t i = first + 1; i < last && !found; ++i) found = masks[i] != 0;
  return found;
}

}  // namespace

std::string CsvJson::append(std::string_view row, bool padded, std::string& out) {
  if (padded && append_simple(row, out)) return {};
  if (std::string reason = format_.split(row, fields_); !reason.empty()) return reason;
  append_fields(row, out);
  return {};
}

// A row with a header, without quotes or escapes of its own, and with nothing wrong.
bool CsvJson::append_simple(std::string_view row, std::string& out) {
  const auto blocks = static_cast<uint32_t>(row.size() / kMaskBlock + 1);
  if (!format_.headed() || blocks > kLongest) return false;
  ends_.resize(blocks), odd_.resize(blocks);
  find_odd(row.data(), blocks, format_.dialect().separator, ends_.data(), odd_.data());
  const auto end = static_cast<uint32_t>(row.size() % kMaskBlock);
  const uint64_t inside = (uint64_t{1} << end) - 1;
  ends_.back() = (ends_.back() & inside) | uint64_t{1} << end;  // the row's end ends its last field
  odd_.back() &= inside;
  size_t odd = 0;
  for (uint32_t i = 0; i < blocks; ++i) odd += static_cast<size_t>(std::popcount(odd_[i] &= ~ends_[i]));
  if (odd != 0 && (row.find(format_.dialect().quotes ? '"' : '\\') != row.npos || json::not_utf8(row) < row.size())) return false;
  const size_t before = out.size();
  out.resize(before + format_.keys_size() + 2 * format_.names().size() + 1 + row.size() + odd * kEscape + kStep);
  char* at = out.data() + before;
  const bool good = fields(row, blocks, at);
  out.resize(good ? static_cast<size_t>(at - out.data()) : before);
  return good;
}

bool CsvJson::fields(std::string_view row, uint32_t blocks, char*& at) {
  uint32_t column = 0, begin = 0;
  for (uint32_t i = 0; i < blocks; ++i)
    for (uint64_t ends = ends_[i]; ends != 0; ends &= ends - 1) {
      const uint32_t end = i * static_cast<uint32_t>(kMaskBlock) + static_cast<uint32_t>(std::countr_zero(ends));
      if (column == format_.names().size()) return false;
      at = field(row.substr(begin, end - begin), end > begin && any(odd_, begin, end), column++, at);
      begin = end + 1;
    }
  *at++ = '}';
  return column == format_.names().size();
}

char* CsvJson::field(std::string_view bytes, bool odd, uint32_t column, char* at) {
  const std::string_view key = format_.key(column);
  at = copy(at, key.data(), key.size());
  if (odd) {  // so it is neither a number nor true nor false
    characters_.clear();
    json::quote(bytes, characters_);
    std::memcpy(at, characters_.data(), characters_.size());
    return at + characters_.size();
  }
  if (format_.infer() && bare(bytes)) return copy(at, bytes.data(), bytes.size());
  *at++ = '"';
  at = copy(at, bytes.data(), bytes.size());
  *at++ = '"';
  return at;
}

void CsvJson::append_fields(std::string_view row, std::string& out) {
  for (uint32_t i = 0; i < fields_.size(); ++i) {
    if (format_.headed()) {
      out += format_.key(i);
    } else {
      out += i == 0 ? "{\"" : ",\"";
      (out += format_.name_of(i)) += "\":";
    }
    std::string_view characters = row.substr(fields_[i].begin, fields_[i].end - fields_[i].begin);
    if (fields_[i].form != Form::plain) {
      characters_.clear();
      append_characters(characters, fields_[i].form, characters_);
      characters = characters_;
    }
    if (csv_kind(characters, format_.infer()) == Kind::string)
      json::quote(characters, out);
    else
      out += characters;
  }
  out += '}';
}

}  // namespace leat
