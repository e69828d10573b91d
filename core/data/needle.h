// Needle: a text without which a condition on a record is not true, so that records that do not hold it need not be read.
// Owner:   the expression that it follows from.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <string>

namespace leat {

struct Needle {
  std::string text;       // ASCII, not empty, no line end
  bool whole = false;     // a string of the record must be this and nothing else
  bool in_field = false;  // it is a field that must hold it; else the record itself, as a string
};

}  // namespace leat
