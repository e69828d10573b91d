// What a column says of a JSON value by its first byte.
// Owner:   pure function.   Thread: any.   Blocks: never.   Fails: cannot; a byte that begins no value counts as a number's.
#pragma once

#include "core/data/slab.h"

namespace leat {

constexpr Column::Kind kind_of(char first) {
  using Kind = Column::Kind;
  switch (first) {
    case '"':
      return Kind::string;
    case '{':
      return Kind::object;
    case '[':
      return Kind::array;
    case 't':
      return Kind::yes;
    case 'f':
      return Kind::no;
    case 'n':
      return Kind::null;
    default:
      return Kind::number;
  }
}

}  // namespace leat
