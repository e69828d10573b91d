// Rotation: when a file is finished and another one begun, and what the finished ones are called.
// Owner:   a sink.   Thread: one.   Blocks: for the folder, which is read and renamed in.
// Fails:   turn(): what the system says.
//
// out.ndjson.gz becomes out.000001.ndjson.gz, the next one out.000002.ndjson.gz: the highest number is the newest, and a pattern reads them
// in order. `keep` removes the oldest behind so many.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/clock.h"
#include "core/base/result.h"

namespace leat {

struct Rotation {
  std::optional<uint64_t> size;   // bytes at which a file is finished
  std::optional<Duration> every;  // it is finished so often, if anything is in it
  std::optional<uint64_t> keep;   // finished files

  bool any() const { return size || every; }
  // Is that what a finished file could be called? Whoever makes names of what records say keeps off those.
  static bool looks_finished(const std::string& path);
  // The file at `path`, which is closed and whole, takes the name of a finished one.
  Done turn(const std::string& path) const;
};

}  // namespace leat
