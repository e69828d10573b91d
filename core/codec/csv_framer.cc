#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/codec/csv.h"
#include "core/codec/csv_format.h"
#include "core/codec/framing.h"
#include "core/codec/masks.h"

namespace leat {
namespace {

// Finds the newlines that end rows, in any pieces. A quote opens only where a field begins; inside, a pair is one.
class RowScanner {
 public:
  explicit RowScanner(const CsvDialect& dialect) : dialect_(dialect) {}

  // f(position) for each row end in text[from, to).
  template <class F>
  void scan(const char* text, uint32_t from, uint32_t to, F&& f) {
    constexpr uint32_t kBlocks = 64;
    uint64_t quotes[kBlocks], newlines[kBlocks];
    for (uint32_t at = from; at < to; at += kBlocks * kMaskBlock) {
      const uint32_t blocks = std::min<uint32_t>(kBlocks, (to - at + kMaskBlock - 1) / kMaskBlock);
      find_byte(text + at, blocks, '\n', newlines);
      if (dialect_.quotes) find_byte(text + at, blocks, '"', quotes);
      for (uint32_t i = 0; i < blocks; ++i) {
        const uint32_t base = at + i * static_cast<uint32_t>(kMaskBlock);
        const uint64_t valid = to - base >= kMaskBlock ? ~uint64_t{0} : (uint64_t{1} << (to - base)) - 1;
        block(text, base, newlines[i] & valid, dialect_.quotes ? quotes[i] & valid : 0, f);
      }
    }
    if (to > from) last_ = text[to - 1];
  }

  void row_at(int64_t position) { row_ = position, close_ = kNone; }
  void shift(uint32_t by) { row_ -= by, open_ -= by, close_ -= close_ == kNone ? 0 : by; }
  bool quoted() const { return quoted_; }
  int64_t opened() const { return open_; }

 private:
  static constexpr int64_t kNone = INT64_MIN;

  template <class F>
  void block(const char* text, uint32_t base, uint64_t newlines, uint64_t quotes, F& f) {
    if (quotes == 0 && quoted_) return;
    for (uint64_t events = newlines | quotes; events != 0; events &= events - 1) {
      const auto bit = static_cast<uint32_t>(__builtin_ctzll(events));
      if (quotes >> bit & 1) {
        quote(text, base + bit);
      } else if (!quoted_) {
        f(base + bit);
        row_at(int64_t{base} + bit + 1);
      }
    }
  }

  void quote(const char* text, int64_t at) {
    const char before = at > 0 ? text[at - 1] : last_;
    if (quoted_) {
      quoted_ = false;
      close_ = at;
    } else if (at == row_ || close_ == at - 1 || before == dialect_.separator) {
      if (close_ != at - 1) open_ = at;
      quoted_ = true;
    }
  }

  const CsvDialect dialect_;
  int64_t row_ = 0, open_ = 0, close_ = kNone;  // positions in the slab; before it, where a row too long began there
  char last_ = '\n';                            // in front of the slab
  bool quoted_ = false;
};

class CsvFramer final : public Framer {
 public:
  CsvFramer(const CsvDialect& dialect, const CodecOptions& options)
      : max_record_(options.max_record), headed_(options.header), format_(dialect, options.infer), scanner_(dialect) {}

  uint32_t cut(Slab& slab, uint32_t seen, bool end) override {
    slab.format = &format_;
    const auto mark = framing::mark_size(slab, end);
    if (!mark) return 0;
    row_ = *mark;
    if (seen < row_) scanner_.row_at(seen = row_);
    exact_ = *mark == 0 && !skipping_;
    scanner_.scan(slab.data(), seen, slab.size(), [&](uint32_t at) { row(slab, at); });
    if (slab.size() - row_ > max_record_ && !skipping_ && !error_) too_long(slab);
    if (end && !error_) finish(slab);
    const uint32_t whole = skipping_ ? slab.size() : row_;
    scanner_.shift(whole);
    slab.contiguous = exact_ && slab.faults.empty();
    return whole;
  }
  void frame(Slab&) const override {}
  const Error* broken() const override { return error_ ? &*error_ : nullptr; }

 private:
  // The row that ends before `at`.
  void row(Slab& slab, uint32_t at) {
    const uint32_t begin = std::exchange(row_, at + 1);
    if (error_ || std::exchange(skipping_, false)) return;
    if (at - begin > max_record_) {
      if (headed_ && !format_.headed()) return fail(slab.offset + begin, "the header is longer than a record may be");
      return framing::refuse(slab, begin, max_record_);
    }
    uint32_t row_end = at;
    if (at > begin && slab.data()[at - 1] == '\r') --row_end, exact_ = false;
    const bool empty = row_end == begin;
    if (empty && (format_.dialect().quotes || format_.names().size() != 1)) {
      exact_ = false;
    } else if (headed_ && !format_.headed()) {
      exact_ = false;
      const auto mistake = format_.header(slab.text().substr(begin, row_end - begin));
      if (mistake) fail(slab.offset + begin + mistake->at, fmt::format("in the header: {}", mistake->what));
    } else {
      slab.records.push_back({begin, row_end});
    }
  }

  // The last row, whose newline is missing.
  void finish(Slab& slab) {
    if (scanner_.quoted()) {
      fail(static_cast<uint64_t>(static_cast<int64_t>(slab.offset) + scanner_.opened()), "the quoted field that begins here has no end");
    } else if (row_ < slab.size() && !skipping_) {
      slab.append("\n");
      row(slab, slab.size() - 1);
    }
  }

  void too_long(Slab& slab) {
    if (headed_ && !format_.headed()) return fail(slab.offset + row_, "the header is longer than a record may be");
    framing::refuse(slab, row_, max_record_);
    skipping_ = true;
  }

  void fail(uint64_t offset, std::string_view what) {
    if (!error_) error_ = Error{Error::Kind::data, fmt::format("byte {}: {}", offset, what), {}};
  }

  const uint32_t max_record_;
  const bool headed_;
  CsvFormat format_;
  RowScanner scanner_;
  uint32_t row_ = 0;       // where the row begins that is not whole yet
  bool skipping_ = false;  // that row, for it is too long
  bool exact_ = true;
  std::optional<Error> error_;
};

}  // namespace

std::unique_ptr<Framer> csv_framer(const CodecOptions& options) {
  return std::make_unique<CsvFramer>(CsvDialect{options.separator ? options.separator : ',', true}, options);
}
std::unique_ptr<Framer> tsv_framer(const CodecOptions& options) {
  return std::make_unique<CsvFramer>(CsvDialect{options.separator ? options.separator : '\t', false}, options);
}

}  // namespace leat
