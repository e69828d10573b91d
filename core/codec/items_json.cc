#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "core/base/base64.h"
#include "core/base/text.h"
#include "core/codec/items.h"
#include "core/codec/items_bytes.h"
#include "core/codec/json_text.h"
#include "core/data/number.h"

namespace leat::items {
namespace {

using Kind = Head::Kind;

constexpr size_t kBignum = 1024;                  // bytes; making decimals of it takes the square of its size
constexpr uint64_t kPositive = 2, kNegative = 3;  // the tags of bignums
constexpr int8_t kTimestamp = -1;

// A whole number of any size, highest byte first, one more than it says if `negative`, as -1 - n is.
std::string decimal(std::string_view bytes, bool negative) {
  constexpr uint64_t kBase = 1'000'000'000;
  std::vector<uint32_t> made{0};  // nine decimals each, lowest first
  const auto times_plus = [&](uint64_t factor, uint64_t plus) {
    for (uint32_t& digit : made) {
      plus += digit * factor;
      digit = static_cast<uint32_t>(plus % kBase);
      plus /= kBase;
    }
    if (plus > 0) made.push_back(static_cast<uint32_t>(plus));
  };
  for (const char c : bytes) times_plus(256, static_cast<unsigned char>(c));
  if (negative) times_plus(1, 1);
  std::string text = fmt::format("{}{}", negative ? "-" : "", made.back());
  for (size_t i = made.size() - 1; i-- > 0;) fmt::format_to(std::back_inserter(text), "{:09}", made[i]);
  return text;
}

// The time of a timestamp extension, if it is one that a clock of 64-bit nanoseconds can show.
std::optional<Instant> timestamp(std::string_view body) {
  uint64_t nanoseconds = 0;
  int64_t seconds = 0;
  if (body.size() == 4) {
    seconds = static_cast<int64_t>(load(body));
  } else if (body.size() == 8) {
    const uint64_t both = load(body);
    nanoseconds = both >> 34, seconds = static_cast<int64_t>(both & ((uint64_t{1} << 34) - 1));
  } else if (body.size() == 12) {
    nanoseconds = load(body.substr(0, 4)), seconds = static_cast<int64_t>(load(body.substr(4)));
  } else {
    return std::nullopt;
  }
  constexpr int64_t kBillion = 1'000'000'000, kMost = INT64_MAX / kBillion - 1;
  if (nanoseconds >= kBillion || seconds > kMost || seconds < -kMost) return std::nullopt;
  return Instant(Duration(seconds * kBillion + static_cast<int64_t>(nanoseconds)));
}

class Writer {
 public:
  Writer(const Dialect& dialect, std::string_view rest, uint32_t max_size, std::string& out)
      : dialect_(dialect), rest_(rest), most_(out.size() + max_size), max_size_(max_size), out_(out) {}

  bool value() {
    const Head head = untagged();
    if (head.kind == Kind::array) return elements(head);
    return head.kind == Kind::map ? pairs(head) : leaf(head);
  }
  Reason why;

 private:
  bool fail(std::string_view code, std::string message) { return why = {code, std::move(message)}, false; }
  bool fits() {
    if (out_.size() <= most_) return true;
    return fail("limit", fmt::format("as JSON longer than {}", text::size(max_size_)));
  }

  // A Scanner has seen that it is whole.
  Head take() {
    Head head;
    dialect_.look(rest_, head);
    rest_.remove_prefix(head.size);
    return head;
  }
  // The head behind any tags, of which the innermost counts.
  Head untagged() {
    tag_ = 0;
    Head head = take();
    for (; head.kind == Kind::tag; head = take()) tag_ = head.value;
    return head;
  }
  bool bignum() const { return tag_ == kPositive || tag_ == kNegative; }

  std::string_view body(const Head& head) {
    const std::string_view taken = rest_.substr(0, head.value);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  // Of a string in one piece or in several.
  std::string_view characters(const Head& head) {
    if (!head.open) return body(head);
    pieces_.clear();
    for (Head piece = take(); piece.kind != Kind::stop; piece = take()) pieces_ += body(piece);
    return pieces_;
  }
  // Is there another element, the i-th? Takes the break behind the last.
  bool more(const Head& head, uint64_t i) {
    if (!head.open) return i < head.value;
    Head next;
    dialect_.look(rest_, next);
    if (next.kind != Kind::stop) return true;
    rest_.remove_prefix(next.size);
    return false;
  }

  bool elements(const Head& head) {
    out_ += '[';
    for (uint64_t i = 0; more(head, i); ++i) {
      if (i > 0) out_ += ',';
      if (!value()) return false;
    }
    out_ += ']';
    return fits();
  }

  bool pairs(const Head& head) {
    out_ += '{';
    for (uint64_t i = 0; more(head, i); ++i) {
      if (i > 0) out_ += ',';
      if (!key()) return false;
      out_ += ':';
      if (!value()) return false;
    }
    out_ += '}';
    return fits();
  }

  // A key that is no text is the text that its value would be.
  bool key() {
    const Head head = untagged();
    const bool time = head.kind == Kind::extension && head.type == kTimestamp && timestamp(rest_.substr(0, head.value));
    if (head.kind == Kind::array) return fail("type", "not JSON: a key that is an array");
    if (head.kind == Kind::map) return fail("type", "not JSON: a key that is a map");
    if (head.kind == Kind::extension && !time) return fail("type", "not JSON: a key that is an extension");
    const bool quoted = head.kind == Kind::text || time || (head.kind == Kind::bytes && !bignum());
    if (!quoted) out_ += '"';
    if (!leaf(head)) return false;
    if (!quoted) out_ += '"';
    return true;
  }

  bool leaf(const Head& head) {
    switch (head.kind) {
      case Kind::whole:
        fmt::format_to(std::back_inserter(out_), "{}", head.value);
        break;
      case Kind::minus:
        if (head.value == UINT64_MAX)
          out_ += "-18446744073709551616";
        else
          fmt::format_to(std::back_inserter(out_), "-{}", head.value + 1);
        break;
      case Kind::real:
        real(head.real);
        break;
      case Kind::bytes:
        if (bignum()) return big(characters(head));
        binary(characters(head));
        break;
      case Kind::text:
        return words(characters(head));
      case Kind::extension:
        extension(head);
        break;
      default:
        out_ += head.word;
        break;
    }
    return fits();
  }

  // One that is whole keeps its point, so that it stays a float on its way back.
  void real(double value) {
    if (!std::isfinite(value)) return out_ += "null", void();
    const size_t begin = out_.size();
    number::write(value, out_);
    if (out_.find_first_of(".e", begin) == out_.npos) out_ += ".0";
  }

  void binary(std::string_view bytes) {
    out_ += '"';
    base64::encode(bytes, out_);
    out_ += '"';
  }

  bool words(std::string_view text) {
    if (json::not_utf8(text) < text.size()) return fail("malformed", fmt::format("not {}: a text that is not UTF-8", dialect_.name));
    json::quote(text, out_);
    return fits();
  }

  void extension(const Head& head) {
    const std::string_view data = body(head);
    const auto time = head.type == kTimestamp ? timestamp(data) : std::nullopt;
    if (time) return ((out_ += '"') += text::rfc3339(*time)) += '"', void();
    fmt::format_to(std::back_inserter(out_), "{{\"ext\":{},\"data\":", head.type);
    binary(data);
    out_ += '}';
  }

  bool big(std::string_view bytes) {
    if (bytes.size() > kBignum)
      return fail("limit", fmt::format("a number of {}, longer than {}", text::size(bytes.size()), text::size(kBignum)));
    out_ += decimal(bytes, tag_ == kNegative);
    return fits();
  }

  const Dialect& dialect_;
  std::string_view rest_;
  const size_t most_;
  const uint32_t max_size_;
  std::string& out_;
  std::string pieces_;
  uint64_t tag_ = 0;  // of the item at hand; 0 stands for none
};

}  // namespace

Reason to_json(const Dialect& dialect, std::string_view value, uint32_t max_size, std::string& out) {
  Writer writer(dialect, value, max_size, out);
  writer.value();
  return std::move(writer.why);
}

}  // namespace leat::items
