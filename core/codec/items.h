// Items: what msgpack and cbor share: a value is an item, an item is a head and what the head announces.
// Owner:   a framer owns its Scanner; the rest are pure functions.
// Thread:  any; a Scanner one.   Blocks: never. No memory is taken because a length says so.
// Fails:   a head that is none breaks the stream; what JSON cannot say is the fault of its record.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/stage/stage.h"

namespace leat::items {

struct Head {
  enum class Kind : uint8_t { whole, minus, real, word, bytes, text, array, map, tag, extension, stop };
  Kind kind = Kind::word;
  bool open = false;   // of no announced length: it goes on to its stop
  int8_t type = 0;     // of an extension
  uint32_t size = 1;   // bytes of the head itself
  uint64_t value = 0;  // the number (of minus: -1 - it), the length, the count of elements or pairs, the tag
  double real = 0;
  std::string_view word = {};  // null, true, false
};

enum class Look : uint8_t { head, more, none };  // more: of a head cut short kind and open are known

struct Dialect {
  std::string_view name;                  // of the codec
  Look (*look)(std::string_view, Head&);  // at the head that `bytes`, which are not empty, begin with
};

// Finds where a value ends, in any pieces.
class Scanner {
 public:
  enum class Step : uint8_t { whole, more, broken };
  explicit Scanner(const Dialect& dialect) : dialect_(&dialect) {}
  // Moves `at` on through the value. whole: it stands behind it; broken: on the byte that cannot be.
  Step scan(const char* text, uint32_t& at, uint32_t end);
  std::string_view why() const { return why_; }  // broken

 private:
  struct Open {
    Head::Kind kind;
    bool open, odd;
    uint64_t left;
  };
  bool fits(const Head& head);
  bool enter(const Head& head);
  bool close();

  const Dialect* dialect_;
  std::vector<Open> open_;
  uint64_t body_ = 0;  // bytes still to come of a string
  bool in_body_ = false;
  std::string_view why_;
};

// Appends the value, whole as a Scanner found it, as one compact line of JSON text. An empty code: done; else nothing of use was appended.
Reason to_json(const Dialect& dialect, std::string_view value, uint32_t max_size, std::string& out);

// How a dialect writes what JSON has. `number` answers why it cannot, or nothing.
struct Spelling {
  void (*head)(Head::Kind kind, uint64_t value, std::string& out);  // text, array, map
  void (*word)(char first, std::string& out);                       // n, t, f
  std::string (*number)(std::string_view text, std::string& out);
};
// Appends valid JSON text as one item; answers why it cannot, with nothing of use appended.
std::string from_json(const Spelling& spelling, std::string_view json, std::string& out);

}  // namespace leat::items
