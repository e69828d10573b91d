#include <algorithm>

#include "core/codec/items.h"
#include "core/codec/json_text.h"

namespace leat::items {
namespace {

using Kind = Head::Kind;

constexpr uint64_t kMost = uint64_t{1} << 62;  // elements: twice as many still fit 64 bits, and no stream brings them

bool string(Kind kind) { return kind == Kind::bytes || kind == Kind::text; }

}  // namespace

Scanner::Step Scanner::scan(const char* text, uint32_t& at, uint32_t end) {
  for (;;) {
    if (in_body_) {
      const auto skipped = static_cast<uint32_t>(std::min<uint64_t>(body_, end - at));
      at += skipped, body_ -= skipped;
      if (body_ > 0) return Step::more;
      in_body_ = false;
      if (close()) return Step::whole;
    }
    if (at == end) return Step::more;
    Head head;
    const Look look = dialect_->look({text + at, end - at}, head);
    if (look == Look::none) return why_ = "no value begins with this byte", Step::broken;
    if (!fits(head)) return Step::broken;
    if (look == Look::more) return Step::more;
    at += head.size;
    if (enter(head)) return Step::whole;
  }
}

// May such an item stand here?
bool Scanner::fits(const Head& head) {
  const Open* in = open_.empty() ? nullptr : &open_.back();
  if (head.kind == Kind::stop) {
    if (!in || !in->open) return why_ = "a break that ends nothing", false;
    if (in->kind == Kind::map && in->odd) return why_ = "a map ends behind a key", false;
    return true;
  }
  if (in && string(in->kind) && (head.kind != in->kind || head.open)) return why_ = "expected a piece of the string or its break", false;
  const bool holds = head.open || head.kind == Kind::array || head.kind == Kind::map || head.kind == Kind::tag;
  if (holds && open_.size() == static_cast<size_t>(json::kDepth)) return why_ = "deeper than 1024", false;
  return true;
}

// True: the value is whole.
bool Scanner::enter(const Head& head) {
  uint64_t count = 0;
  switch (head.kind) {
    case Kind::stop:
      open_.pop_back();
      return close();
    case Kind::bytes:
    case Kind::text:
    case Kind::extension:
      if (head.open) break;
      in_body_ = true, body_ = head.value;
      return false;
    case Kind::array:
      count = head.value;
      break;
    case Kind::map:
      count = std::min(head.value, kMost) * 2;
      break;
    case Kind::tag:
      count = 1;
      break;
    default:
      return close();
  }
  if (!head.open && count == 0) return close();
  open_.push_back({head.kind, head.open, false, count});
  return false;
}

// An item has ended, and with it what it was the last of. True: that was the value.
bool Scanner::close() {
  for (; !open_.empty(); open_.pop_back()) {
    Open& in = open_.back();
    if (in.open) return in.odd = !in.odd, false;
    if (--in.left > 0) return false;
  }
  return true;
}

}  // namespace leat::items
