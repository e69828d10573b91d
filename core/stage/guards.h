// Guards: what stands between leat and something outside that may fail: retry, timeout, breaker, limit. This is what a user set;
// the objects that keep to it are Backoff, Breaker and Limit.
// Owner:   a value.   Thread: any.   Blocks: never.
// Fails:   guards_of on a value outside its range; the message begins with the option's name.
#pragma once

#include <cstddef>
#include <optional>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/stage/backoff.h"
#include "core/stage/breaker.h"
#include "core/stage/settings.h"

namespace leat {

// What becomes of records while a breaker is open.
enum class WhileOpen : uint8_t {
  unsaid,  // refuse where somebody takes what is refused, else pause
  refuse,  // they leave by err
  drop,
  pause,  // they wait, and in time the sources do
};

struct Guards {
  Retry retry;  // one attempt if nothing was said; `attempts=N` left out of what was said is 3
  std::optional<Duration> timeout;
  std::optional<Breaker::Options> breaker;
  WhileOpen while_open = WhileOpen::unsaid;
  size_t limit = SIZE_MAX;
};

Result<Guards> guards_of(const Settings& settings);

// The keys of the options above, as Option::choices has them.
inline constexpr std::string_view kRetryKeys = "attempts:tries|base:duration|max:duration|kind:text|jitter:text|on:words|never:words";
inline constexpr std::string_view kBreakerKeys =
    "rate:number|min:count|over:duration|open:duration|probes:count|growth:number|open_max:duration|while_open:text";

}  // namespace leat
