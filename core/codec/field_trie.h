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
    uint32_t slot = kNone;        // of the column that holds this value itself
    std::vector<uint32_t> below;  // slots of everything inside it
    std::vector<Node> children;
    uint64_t sizes = 0;  // bit n: some child's key has n bytes; bit 63: 63 or more

    const Node* find(std::string_view name) const {
      if (!(sizes >> (name.size() < 63 ? name.size() : 63) & 1)) return nullptr;
      for (const Node& child : children)
        if (child.key.size() == name.size() && std::memcmp(child.key.data(), name.data(), name.size()) == 0) return &child;
      return nullptr;
    }
  };

  explicit FieldTrie(const FieldPlan& plan);
  const Node& root() const { return root_; }

 private:
  Node root_;
};

}  // namespace leat
