#include "core/codec/json_values.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/codec/as_json.h"
#include "core/codec/framing.h"
#include "core/codec/json_format.h"
#include "core/codec/json_text.h"

namespace leat {
namespace {

// Finds where a value ends, in any pieces. It only counts brackets and skips strings.
class ValueScanner {
 public:
  // Moves `at` on through the value. True: it stands behind its last byte.
  bool scan(const char* text, uint32_t& at, uint32_t end) {
    while (at < end) {
      if (string_) {
        if (skip_string(text, at, end) && depth_ == 0) return true;
      } else if (word_) {
        if (std::string_view(" \t\n\r\"{}[],:").find(text[at]) != std::string_view::npos) return word_ = false, true;
        ++at;
      } else if (step(text[at++])) {
        return true;
      }
    }
    return false;
  }
  // Is what was scanned so far a value if nothing follows?
  bool complete() const { return word_; }

 private:
  bool step(char c) {
    switch (c) {
      case '"':
        return string_ = true, false;
      case '{':
      case '[':
        return ++depth_, false;
      case '}':
      case ']':
        return depth_ == 0 || --depth_ == 0;  // one that closes nothing is a record by itself, and malformed
      case ',':
      case ':':
        return depth_ == 0;
      default:
        return word_ = depth_ == 0, false;
    }
  }

  bool skip_string(const char* text, uint32_t& at, uint32_t end) {
    if (escape_) ++at, escape_ = false;
    for (; at < end; ++at) {
      if (text[at] == '"') return ++at, string_ = false, true;
      if (text[at] == '\\' && ++at == end) return escape_ = true, false;
    }
    return false;
  }

  uint64_t depth_ = 0;
  bool string_ = false, escape_ = false, word_ = false;
};

// What both framers share: values cut out of the stream, with a limit.
class ValueFramer : public Framer {
 public:
  explicit ValueFramer(uint32_t max_record) : max_record_(max_record) {}

  uint32_t cut(Slab& slab, uint32_t seen, bool end) final {
    slab.format = &json_values_format();
    const auto mark = framing::mark_size(slab, end);
    if (!mark) return 0;
    uint32_t at = inside_ ? seen : *mark, begin = 0;
    while (at < slab.size() && !error_) {
      if (!inside_) {
        if (!between(slab, at)) continue;
        begin = at;
        begin_ = slab.offset + at;
        inside_ = true;
        scanner_ = {};
      }
      if (scanner_.scan(slab.data(), at, slab.size())) value(slab, begin, at);
    }
    if (end && inside_ && scanner_.complete() && word_may_end()) value(slab, begin, at);
    if (inside_ && !skipping_ && at - begin > max_record_) framing::refuse(slab, begin, max_record_), skipping_ = true;
    const uint32_t whole = inside_ && !skipping_ ? begin : at;
    if (end && !error_ && inside_) fail(begin_, "the value that begins here is cut short");
    if (end && !error_) ended(slab.offset + slab.size());
    slab.contiguous = exact(slab, whole);
    return whole;
  }
  void frame(Slab&) const final {}
  const Error* broken() const final { return error_ ? &*error_ : nullptr; }

 protected:
  // Looks at the byte at `at`, outside of values. True: a value begins there; else it has moved on or broken the stream.
  virtual bool between(const Slab& slab, uint32_t& at) = 0;
  virtual void after_value() {}
  virtual bool word_may_end() const = 0;  // with the stream: is a number there known to be whole
  virtual void ended(uint64_t offset) { (void)offset; }

  void fail(uint64_t offset, std::string_view what) { error_ = Error{Error::Kind::data, fmt::format("byte {}: {}", offset, what), {}}; }

 private:
  void value(Slab& slab, uint32_t begin, uint32_t end) {
    inside_ = false;
    if (std::exchange(skipping_, false)) {
    } else if (end - begin > max_record_) {
      framing::refuse(slab, begin, max_record_);
    } else {
      slab.records.push_back({begin, end});
    }
    after_value();
  }

  // As json_encoder writes them.
  static bool exact(const Slab& slab, uint32_t whole) {
    if (!slab.faults.empty()) return false;
    uint32_t next = 0;
    for (const Span& record : slab.records) {
      if (record.begin != next || record.end == whole || slab.data()[record.end] != '\n') return false;
      next = record.end + 1;
    }
    return next == whole;
  }

  const uint32_t max_record_;
  ValueScanner scanner_;
  bool inside_ = false;    // a value, which begins the slab after a cut
  uint64_t begin_ = 0;     // of it, in the stream
  bool skipping_ = false;  // that value, for it is too long
  std::optional<Error> error_;
};

// Moves over white space; true if there is something else.
bool token(const Slab& slab, uint32_t& at) {
  while (at < slab.size() && json::space(slab.data()[at])) ++at;
  return at < slab.size();
}

class JsonFramer final : public ValueFramer {
 public:
  using ValueFramer::ValueFramer;

 private:
  bool between(const Slab& slab, uint32_t& at) override { return token(slab, at); }
  bool word_may_end() const override { return true; }
};

class JsonArrayFramer final : public ValueFramer {
 public:
  using ValueFramer::ValueFramer;

 private:
  enum class State { outside, first, value, comma };  // what may come: an array, its first value or its end, a value, a comma or its end

  bool between(const Slab& slab, uint32_t& at) override {
    if (!token(slab, at)) return false;
    const char c = slab.data()[at];
    const bool first = state_ == State::first, comma = state_ == State::comma;
    if (state_ == State::outside && c == '[') return ++at, state_ = State::first, false;
    if ((first || comma) && c == ']') return ++at, state_ = State::outside, false;
    if (comma && c == ',') return ++at, state_ = State::value, false;
    if ((first || state_ == State::value) && std::string_view("]},:").find(c) == std::string_view::npos) return true;
    fail(slab.offset + at, comma ? "expected ',' or ']'" : state_ == State::outside ? "expected an array" : "expected a value");
    return false;
  }
  void after_value() override { state_ = State::comma; }
  bool word_may_end() const override { return false; }
  void ended(uint64_t offset) override {
    if (state_ != State::outside) fail(offset, "the array ends before its ']'");
  }

  State state_ = State::outside;
};

class JsonEncoder final : public Encoder {
 public:
  bool as_is(const Slab& slab) const override {
    return slab.contiguous && (slab.format == &json_values_format() || slab.format == &json_format());
  }

  void encode(const Batch& batch, std::string& out, const Fail& fail) override {
    const Slab& slab = batch.slab();
    const bool raw = is_json(slab.format);
    if (!raw) json_.begin(batch);
    batch.each([&](uint32_t record) {
      if (raw)
        out += slab.record(record);
      else if (!json_.append(slab, record, out, fail))
        return;
      out += '\n';
    });
  }

 private:
  AsJson json_;
};

// A value nobody has looked at is checked here: one that is no JSON would spoil the whole array.
class JsonArrayEncoder final : public Encoder {
 public:
  bool as_is(const Slab&) const override { return false; }

  void encode(const Batch& batch, std::string& out, const Fail& fail) override {
    const Slab& slab = batch.slab();
    const bool raw = is_json(slab.format);
    json_.begin(batch);
    batch.each([&](uint32_t record) {
      const std::string* text = nullptr;
      if (raw ? !json_.check(slab, record, fail) : !(text = json_.text(slab, record, fail))) return;
      out += std::exchange(any_, true) ? ',' : '[';
      out += raw ? slab.record(record) : std::string_view(*text);
    });
  }
  void finish(std::string& out) override { out += any_ ? "]\n" : "[]\n"; }

 private:
  AsJson json_;
  bool any_ = false;
};

}  // namespace

std::unique_ptr<Framer> json_framer(const CodecOptions& options) { return std::make_unique<JsonFramer>(options.max_record); }
std::unique_ptr<Framer> json_array_framer(const CodecOptions& options) { return std::make_unique<JsonArrayFramer>(options.max_record); }
std::unique_ptr<Encoder> json_encoder(const CodecOptions&) { return std::make_unique<JsonEncoder>(); }
std::unique_ptr<Encoder> json_array_encoder(const CodecOptions&) { return std::make_unique<JsonArrayEncoder>(); }

}  // namespace leat
