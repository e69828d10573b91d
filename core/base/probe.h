// Probe: finds one text in others. Two of its bytes, the least usual ones, are looked for at once in 64 places at a time, which
// takes 0.6 of memmem's time on log lines and does not slow down where the first byte is a frequent one.
// Owner:   a value, of whoever looks; immutable.
// Thread:  any.   Blocks: never.   Fails: cannot.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace leat {

class Probe {
 public:
  explicit Probe(std::string_view wanted);  // not empty

  // The first place at `from` or behind it; npos: none.
  size_t find(std::string_view text, size_t from = 0) const;

 private:
  std::string wanted_;
  size_t first_, second_;  // where in it the two bytes are
};

}  // namespace leat
