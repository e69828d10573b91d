#include "core/data/traceparent.h"

#include <fmt/format.h>

namespace leat {
namespace {

// Small letters only: another case is another text, and not of the form.
std::optional<uint64_t> hex(std::string_view digits) {
  uint64_t value = 0;
  for (const char c : digits) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit && !(c >= 'a' && c <= 'f')) return std::nullopt;
    value = value << 4 | static_cast<uint64_t>(digit ? c - '0' : c - 'a' + 10);
  }
  return value;
}

uint64_t not_zero(Random& random) {
  uint64_t drawn = 0;
  while (drawn == 0) drawn = random.next();
  return drawn;
}

}  // namespace

std::optional<TraceParent> TraceParent::read(std::string_view text) {
  constexpr size_t kSize = 55, kTrace = 3, kSpan = 36, kFlags = 53;
  if (text.size() < kSize || text[2] != '-' || text[kSpan - 1] != '-' || text[kFlags - 1] != '-') return std::nullopt;
  const auto version = hex(text.substr(0, 2)), high = hex(text.substr(kTrace, 16)), low = hex(text.substr(kTrace + 16, 16)),
             span = hex(text.substr(kSpan, 16)), flags = hex(text.substr(kFlags, 2));
  if (!version || !high || !low || !span || !flags) return std::nullopt;
  // A later version says more behind what this one knows; 255 is none.
  const bool whole = text.size() == kSize || (*version > 0 && text[kSize] == '-');
  if (!whole || *version == 0xFF || (*high | *low) == 0 || *span == 0) return std::nullopt;
  return TraceParent{{*high, *low}, *span, (*flags & 1) != 0};
}

TraceParent TraceParent::fresh(Random& random) {
  const uint64_t high = not_zero(random), low = not_zero(random);
  return {{high, low}, not_zero(random), true};
}

TraceParent TraceParent::next(Random& random) const { return {{trace[0], trace[1]}, not_zero(random), sampled}; }

std::string TraceParent::text() const { return fmt::format("00-{:016x}{:016x}-{:016x}-{:02x}", trace[0], trace[1], span, sampled ? 1 : 0); }

std::string TraceParent::span_text() const { return fmt::format("{:016x}", span); }

}  // namespace leat
