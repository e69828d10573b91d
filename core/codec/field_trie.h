// FieldTrie: a FieldPlan as a tree of keys, for readers that meet keys in the order of the text.
// Owner:   the Reader built from the plan; constant afterwards.
// Thread:  any.   Blocks: never.   Fails: cannot.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/format.h"

namespace leat {

class FieldTrie {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  struct Node {
    std::string key;
    uint64_t head = 0;            // the first eight bytes of the key, zeros behind a shorter one
    uint64_t mask = 0;            // which of them it has
    uint32_t slot = kNone;        // of the column that holds this value itself
    std::vector<uint32_t> below;  // slots of everything inside it
    std::vector<Node> children;
    uint64_t sizes = 0;  // bit n: some child's key has n bytes, modulo 64

    // `name` is followed by 8 readable bytes.
    const Node* find(const char* name, size_t size) const {
      if (!(sizes >> (size & 63) & 1)) return nullptr;
      uint64_t front;
      std::memcpy(&front, name, 8);
      for (const Node& child : children)
        if (child.key.size() == size && (front & child.mask) == child.head &&
            (size <= 8 || std::memcmp(child.key.data() + 8, name + 8, size - 8) == 0))
          return &child;
      return nullptr;
    }
  };

  explicit FieldTrie(const FieldPlan& plan);
  const Node& root() const { return root_; }

 private:
  Node root_;
};

}  // namespace leat
