// Out: what a command prints on standard output when that may be long: gathered, and written a piece at a time.
// Owner:   the command.   Thread: main.   Blocks: as standard output does.
// Fails:   flush: standard output that cannot be written; of a reader that has left the process dies, as the shell expects.
#pragma once

#include <string>

#include "core/base/result.h"

namespace leat {

class Out {
 public:
  std::string text;
  Done flush(bool all);  // else only what is a piece by now

 private:
  static constexpr size_t kPiece = 1 << 20;
};

}  // namespace leat
