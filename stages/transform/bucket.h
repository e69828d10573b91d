// Bucket: when the next record may go, at so many in so long with so many at once. A token bucket kept as one moment, that at which it will
// be full again: nothing has to be refilled, and a rate below one a second is as exact as one of a million.
// Owner:   the stage that paces.   Thread: one.   Blocks: never.   Fails: rate_of() for what is no rate.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/result.h"

namespace leat {

struct Rate {
  double count;     // so many, more than 0
  Duration period;  // in so long
};

Result<Rate> rate_of(std::string_view text);  // 100/s, 0.5/s, 10/m, 1/250ms

class Bucket {
 public:
  Bucket(const Rate& rate, uint64_t burst);

  Instant next() const;   // the earliest moment at which a record may go
  void take(Instant at);  // one goes, then or later

 private:
  // Nanoseconds with what is left of one, so that thirds of a second do not drift.
  struct Time {
    int64_t whole = 0;
    double part = 0;  // [0, 1)
  };
  static Time of(double nanoseconds);

  Time interval_, depth_;  // from one to the next; from empty to all but one token
  Time full_{INT64_MIN / 2, 0};
};

}  // namespace leat
