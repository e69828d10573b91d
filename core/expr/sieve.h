// Sieve: takes out of a batch the records whose bytes do not hold a needle, a block at a time and without reading one of them.
// Of text records none that passes the condition is lost. JSON records are not looked at otherwise, so whether one that is taken out
// was JSON stays unknown: that needs trust. One that spells ASCII by an escape (\u0041, \/) is always left in.
// Owner:   a stage; one per lane, as it remembers whether it was worth while.
// Thread:  one.   Blocks: never.   Fails: cannot.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/probe.h"
#include "core/data/batch.h"
#include "core/data/needle.h"

namespace leat::expr {

class Sieve {
 public:
  explicit Sieve(const Needle& needle);
  void keep(Batch& batch, bool trusted);

 private:
  std::optional<Probe> text_, json_;  // as it stands in a text and in JSON text; none: not to be looked for there
  Probe code_{"\\u00"}, slash_{"\\/"};
  uint32_t rest_ = 0;  // batches to let through, since most records held it
};

}  // namespace leat::expr
