// TraceParent: where a record stands in a distributed trace, as W3C Trace Context (level 1) writes it in one text.
// Owner:   a value.   Thread: any.   Blocks: never.
// Fails:   read() answers nothing for text that is not of the form, which nobody may pass on as if it were.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"

namespace leat {

struct TraceParent {
  uint64_t trace[2];  // never both 0
  uint64_t span;      // who sent it; never 0
  bool sampled;

  static std::optional<TraceParent> read(std::string_view text);
  static TraceParent fresh(Random& random);  // of a trace that begins here, sampled
  TraceParent next(Random& random) const;    // the same trace, a span of its own

  std::string text() const;  // 00-TRACE-SPAN-FLAGS, whatever version was read
  std::string span_text() const;
};

}  // namespace leat
