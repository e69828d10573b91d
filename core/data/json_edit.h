// Edit: a JSON object with members taken out, put in or given other values, the rest copied as it lies.
// Owner:   pure function.   Thread: any.   Blocks: never.
// Fails:   edit() answers false for keys that come twice or have needless escapes, for deep nesting, and where a path leads through
//          something else than an object: who asked builds the value.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace leat::json {

struct Edit {
  enum class What : uint8_t { drop, replace, inside };
  static constexpr size_t kMost = 64;  // of one object

  std::string key;  // as it is spelled between its quotes
  What what;
  uint32_t value = 0;       // replace: by which of the values
  std::vector<Edit> below;  // inside: of that object

  bool adds() const;  // where its key is missing something must be put in
};

// Appends the object as reading and writing it would, without white space or needless escapes. A member to replace that is missing is put
// in behind the others, in the order of `edits`, with the objects around it where they are missing or null. False: nothing is appended.
bool edit(std::string_view object, std::span<const Edit> edits, std::span<const std::string> values, std::string& out);

}  // namespace leat::json
